#include "quarry/ranking/linear_model.h"

namespace quarry::ranking {

float LinearModel::score(const FeatureVector& features) const {
  // Sums side by side: in a single one every addition would wait for the one before it.
  constexpr std::size_t kSums = 8;
  std::array<float, kSums> sums{};
  std::size_t i = 0;
  for (; i + kSums <= kFeatureCount; i += kSums) {
    for (std::size_t k = 0; k < kSums; ++k) sums[k] += weights[i + k] * features[i + k];
  }
  for (std::size_t k = 0; i + k < kFeatureCount; ++k) sums[k] += weights[i + k] * features[i + k];
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

}  // namespace quarry::ranking
