#include "quarry/model/quantize.h"

#include <algorithm>
#include <cmath>

namespace quarry::model {

void quantize_int8(std::span<const float> vector, std::span<std::int8_t> result) {
  for (std::size_t i = 0; i < result.size(); ++i) {
    const float scaled = vector[i] * kQuantizationScale;
    // The comparisons are false for NaN, which therefore ends as 0.
    const float bounded = scaled > 127.0F     ? 127.0F
                          : scaled > -127.0F  ? scaled
                          : scaled <= -127.0F ? -127.0F
                                              : 0.0F;
    result[i] = static_cast<std::int8_t>(std::nearbyintf(bounded));
  }
}

}  // namespace quarry::model
