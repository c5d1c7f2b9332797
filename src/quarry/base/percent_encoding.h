// Paths as they stand in a URL.
#pragma once

#include <string>
#include <string_view>

namespace quarry {

// Every byte but "/" and what RFC 3986 calls unreserved becomes %XX.
[[nodiscard]] std::string percent_encode_path(std::string_view path);

}  // namespace quarry
