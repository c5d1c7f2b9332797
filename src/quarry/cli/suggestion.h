// "Did you mean": the known word that is nearest to what was typed.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace quarry::cli {

// The word of `known` with the fewest edits (insert, delete, replace, swap of neighbours) to `typed`, ""
// where none is near enough to be meant.
[[nodiscard]] std::string_view nearest(std::string_view typed, std::span<const std::string_view> known);

// "; did you mean 'limit'?" or "".
[[nodiscard]] std::string did_you_mean(std::string_view typed, std::span<const std::string_view> known);

}  // namespace quarry::cli
