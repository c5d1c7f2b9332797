// The fitted ranking: two linear models, one for queries that name a subject and one for those that describe
// a behaviour, and the gate that says how much a query is of either. A data file, made by `quarry
// fit-ranking`, replaceable by a user.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "quarry/base/result.h"
#include "quarry/ranking/linear_model.h"
#include "quarry/ranking/query_kind.h"

namespace quarry::ranking {

// Logistic regression: 1 / (1 + exp(-(bias + weights . features))) is how sure it is that a behaviour is
// described.
struct Gate {
  QueryFeatures weights{};
  float bias = 0;

  [[nodiscard]] float open(const QueryFeatures& query) const;  // 0 (subject) to 1 (behaviour)
};

struct RankingModel {
  LinearModel subject;
  LinearModel behaviour;
  Gate gate;

  // The linear model for one query: since scores are linear in the weights, a mixture of the two models'
  // scores is the score of their mixture.
  [[nodiscard]] LinearModel blend(float behaviour_share) const;
};

// One model for searches by words alone, one for searches with vectors.
struct RankingModels {
  RankingModel words;
  std::optional<RankingModel> vectors;

  [[nodiscard]] const RankingModel& choose(bool with_vectors) const {
    return with_vectors && vectors ? *vectors : words;
  }
};

// JSON: {"format": 2, "words": MODEL, "vectors": MODEL}, where MODEL is {"subject": LINEAR, "behaviour":
// LINEAR, "gate":
// {"bias": b, "query.words": w ...}} and LINEAR is {"weights": {"file.bm25f": 1.5, ...}, "repeat_penalty": [4
// numbers], "look": {"look.name.match": ...}}. What has no weight weighs 0; an unknown name is an error,
// since a typing mistake would pass silently. "vectors" may be left out.
[[nodiscard]] Result<RankingModels> parse_models(std::string_view json);
[[nodiscard]] std::string to_json(const RankingModels& models);

// The weights compiled in from models/default/ranking.json.
[[nodiscard]] const RankingModels& default_models();

}  // namespace quarry::ranking
