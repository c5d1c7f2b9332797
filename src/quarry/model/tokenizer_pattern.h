// The {"String": ...} or {"Regex": ...} by which parts of a tokenizer.json say what they look for.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "quarry/model/regex.h"

namespace quarry::model {

// Of `config`'s member "pattern".
[[nodiscard]] Result<Regex> parse_pattern(const nlohmann::json& config);

}  // namespace quarry::model
