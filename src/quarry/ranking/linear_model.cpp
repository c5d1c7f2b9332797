#include "quarry/ranking/linear_model.h"

#include <algorithm>

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

float LinearModel::score(const LookVector& numbers) const {
  float sum = 0;
  for (std::size_t i = 0; i < kLookCount; ++i) sum += look[i] * numbers[i];
  return sum;
}

bool LinearModel::looks_twice() const {
  return std::any_of(look.begin(), look.end(), [](float weight) { return weight != 0; });
}

}  // namespace quarry::ranking
