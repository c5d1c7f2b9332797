// The weights that turn evidence into one score: a data file, fitted by `quarry fit-ranking`, replaceable by a user.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "quarry/base/result.h"
#include "quarry/ranking/features.h"

namespace quarry::ranking {

struct LinearModel {
  FeatureVector weights{};   // for features as they are; their sum of products is the score
  // Taken off a result's score for the first, second, third and every later result of its file above it: ten
  // results should show several places, yet the second function of the right file must not vanish.
  std::array<float, 4> repeat_penalty{};

  [[nodiscard]] float score(const FeatureVector& features) const;
};

// JSON: {"format": 1, "weights": {"file.bm25f": 1.5, ...}, "repeat_penalty": [..4]}. A feature without a weight
// weighs 0; an unknown name is an error, since a typing mistake would pass silently.
[[nodiscard]] Result<LinearModel> parse_model(std::string_view json);
[[nodiscard]] std::string to_json(const LinearModel& model);

// The weights compiled in from models/default/ranking.json.
[[nodiscard]] const LinearModel& default_model();

}  // namespace quarry::ranking
