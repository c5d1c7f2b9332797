// Unit vectors in one byte a dimension, as indexes keep them.
#pragma once

#include <cstdint>
#include <span>

namespace quarry::model {

inline constexpr float kQuantizationScale =
    127.0F;  // int8 = round(value * scale), ties to even, clamped to +-127

// `vector` has elements within [-1, 1], as those of a unit-length vector have; NaN becomes 0. Sizes must be
// equal.
void quantize_int8(std::span<const float> vector, std::span<std::int8_t> result);

}  // namespace quarry::model
