// As much of JSON Schema as docs/answer.schema.json uses, so that tests need no package for it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace quarry::tests {

// "" where `value` fits, else where and why it does not. A keyword that is not known here is an error too.
[[nodiscard]] std::string check_schema(const nlohmann::json& schema, const nlohmann::json& value,
                                       const std::string& place = "$");

}  // namespace quarry::tests
