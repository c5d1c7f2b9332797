// What a path says about a file: its stem, its folders, and one line of words for the encoder.
#pragma once

#include <string>
#include <string_view>

namespace quarry::index {

// The file's name without its last extension: "src/net/http_client.test.go" -> "http_client.test". A generic
// name that says nothing (index, mod, lib, __init__, main ...) is replaced by its folder's:
// "src/router/mod.rs" -> "router".
[[nodiscard]] std::string_view stem_of(std::string_view path);

// Everything before the last '/', "" at the top; for a generic name also without the folder that became the
// stem.
[[nodiscard]] std::string_view folder_of(std::string_view path);

// The last three parts of the path without extension, joined by spaces.
[[nodiscard]] std::string path_text(std::string_view path);

}  // namespace quarry::index
