#include "quarry/ranking/linear_model.h"

namespace quarry::ranking {

float LinearModel::score(const FeatureVector& features) const {
  float sum = 0;
  for (std::size_t i = 0; i < kFeatureCount; ++i) sum += weights[i] * features[i];
  return sum;
}

}  // namespace quarry::ranking
