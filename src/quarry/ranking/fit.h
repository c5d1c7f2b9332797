// Fits the parts of a RankingModel to judged queries: linear models by listwise softmax loss over
// standardised features, the gate by logistic regression; L2.
//
// A query judged by file trains the best unit of each file against the best units of the other files; a query
// judged by function trains units against each other.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "quarry/ranking/features.h"
#include "quarry/ranking/ranker.h"
#include "quarry/ranking/ranking_model.h"

namespace quarry::ranking {

struct JudgedQuery {
  std::string group;  // the repository: never split between training and validation
  bool by_file = true;
  std::vector<Candidate> candidates;
  std::vector<char> relevant;     // a candidate: 1 where it (its file, if by_file) answers the query
  std::vector<LookVector> looks;  // a candidate; empty where there is no second look
  QueryFeatures query{};
};

struct FitOptions {
  float l2 = 0.03F;                       // on standardised weights
  std::span<const Feature> trusted = {};  // features known to matter: a tenth of that
  std::span<const Feature> unheard =
      {};                     // features that these queries say nothing about: their weights are 0
  float function_weight = 0;  // share of the queries judged by function in the loss
  std::stop_token stop = {};  // what a fit gives after that is of no use
};

// Weights for features as they are (standardisation undone); repeat_penalty is left 0. Deterministic.
// `queries` are used by pointer so that folds need no copies.
[[nodiscard]] LinearModel fit_weights(const std::vector<const JudgedQuery*>& queries,
                                      const FitOptions& options);

// A query with the order that its candidates have after the first look, by weights that never saw it: those
// that it had a part in would find it easier than a second look is meant for.
struct LookedQuery {
  const JudgedQuery* judged = nullptr;
  std::span<const Standing> standings;
};

// Weights of the second look, by the same loss over the best kLooked of each query.
[[nodiscard]] LookVector fit_look(std::span<const LookedQuery> queries, float function_weight,
                                  const std::stop_token& stop = {});

// Tells queries judged by function (behaviours) from those judged by file (subjects). Where only one kind is
// there, the gate stands still in the middle.
[[nodiscard]] Gate fit_gate(const std::vector<const JudgedQuery*>& queries);

// Picks, from a fixed grid, the repeat penalty that makes `quality` largest; ties go to the smallest.
[[nodiscard]] RepeatPenalty fit_repeat_penalty(const std::function<double(const RepeatPenalty&)>& quality);

}  // namespace quarry::ranking
