// The API's description, server/openapi.json, inside the program.
#pragma once

#include <string_view>

namespace quarry::server {

[[nodiscard]] std::string_view openapi_document();

}  // namespace quarry::server
