// One set of weights that turns evidence into a score.
#pragma once

#include <array>

#include "quarry/ranking/features.h"
#include "quarry/ranking/look_features.h"

namespace quarry::ranking {

// Taken off a result's score for the first, second, third and every later result of its file above it: ten
// results should show several places, yet the second function of the right file must not vanish.
using RepeatPenalty = std::array<float, 4>;

struct LinearModel {
  FeatureVector weights{};  // for features as they are; their sum of products is the score
  LookVector look{};        // added for the best few, as their second look says; all 0: there is none
  RepeatPenalty repeat_penalty{};

  [[nodiscard]] float score(const FeatureVector& features) const;
  [[nodiscard]] float score(const LookVector& numbers) const;
  [[nodiscard]] bool looks_twice() const;
};

}  // namespace quarry::ranking
