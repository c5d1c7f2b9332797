// Values of flags as users write them, checked the same way wherever they come from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/cli/flag.h"

namespace quarry::cli {

// true, yes, on, 1 / false, no, off, 0.
[[nodiscard]] std::optional<bool> parse_toggle(std::string_view text);

// Whole numbers; ValueType::bytes takes K, M and G (1024, 1024^2, 1024^3).
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text, bool with_unit);

// The whole text as a decimal number, as C++ writes it ("0.03", "1e-3"); its bounds are the caller's to
// check, and so that it is one at all ("nan" is read too).
[[nodiscard]] std::optional<double> parse_decimal(std::string_view text);

// Commas split the values of a ValueType::list; other types keep `text` as it is.
[[nodiscard]] std::vector<std::string> split_value(const Flag& flag, std::string_view text);

// Whether one value (after split_value) is one that the flag takes; the error says what is expected, and not
// where the value came from.
[[nodiscard]] Status check_value(const Flag& flag, std::string_view value);

}  // namespace quarry::cli
