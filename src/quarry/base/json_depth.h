// How deep JSON is nested, without parsing it.
#pragma once

#include <cstddef>
#include <string_view>

namespace quarry {

inline constexpr std::size_t kMaxJsonDepth = 64;  // of what clients send

// Levels of arrays and objects. A parser allocates for each of them: of a body of brackets, many times its
// size. Text that is no JSON has some depth, too.
[[nodiscard]] std::size_t json_depth(std::string_view text);

}  // namespace quarry
