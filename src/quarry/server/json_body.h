// JSON from a client: bounded in depth, valid UTF-8, or a sentence on what is wrong with it.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "quarry/base/json_depth.h"
#include "quarry/base/result.h"

namespace quarry::server {

// ErrorKind::invalid_argument. Never throws.
[[nodiscard]] Result<nlohmann::json> parse_json(std::string_view text);

}  // namespace quarry::server
