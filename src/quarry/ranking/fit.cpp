#include "quarry/ranking/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <unordered_map>

#include "quarry/ranking/lbfgs.h"
#include "quarry/ranking/listwise_fit.h"

namespace quarry::ranking {
namespace {

constexpr double kTrustedDecay = 0.1;
constexpr double kLookL2 = 0.02;

// Of the gate's loss, the share of the queries that describe a behaviour. Below a half: weights for
// behaviours harm a subject more than the other way round, so a query is taken for a behaviour only where
// that is clear.
constexpr double kBehaviourShare = 0.27;
// Of the gate's loss, the share of the same queries among lone functions, where each is taken for a
// behaviour: files that hold one function and have no name are not what a subject's weights were fitted to.
constexpr double kLoneShare = 0.2;
constexpr double kGateL2 = 0.0003;
constexpr float kGateSharpness = 2;  // a gate that decides is better than one that hesitates

bool has_answer(std::span<const char> relevant) {
  return std::find(relevant.begin(), relevant.end(), 1) != relevant.end();
}

// The rows of one query as a list of items: its units, or, judged by file, its files. `at` are the candidates
// that stand in it, `row_of` gives a candidate's row.
template <std::size_t N, class RowOf>
JudgedList<N> list_of(const JudgedQuery& query, std::span<const std::uint32_t> at, const RowOf& row_of) {
  JudgedList<N> list;
  std::unordered_map<std::uint32_t, std::uint32_t> item_of_file;
  for (const std::uint32_t c : at) {
    list.rows.push_back(&row_of(c));
    auto item = static_cast<std::uint32_t>(list.item.size());
    if (query.by_file) {
      const auto next = static_cast<std::uint32_t>(item_of_file.size());
      item = item_of_file.emplace(query.candidates[c].file, next).first->second;
    }
    list.item.push_back(item);
    list.relevant.resize(std::max<std::size_t>(list.relevant.size(), item + 1));
    if (query.relevant[c] != 0) list.relevant[item] = 1;
  }
  return list;
}

// Each list's share of the loss: `function_weight` for those judged by function together, where there are
// both.
template <std::size_t N>
void share_out(std::span<JudgedList<N>> lists, std::span<const JudgedQuery* const> queries,
               float function_weight) {
  std::array<double, 2> count{};  // by function, by file
  for (const JudgedQuery* query : queries) count[query->by_file ? 1 : 0] += 1;
  const bool both = count[0] > 0 && count[1] > 0;
  const auto functions = static_cast<double>(function_weight);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const double kind = !both ? 1.0 : queries[i]->by_file ? 1.0 - functions : functions;
    lists[i].share = kind / count[queries[i]->by_file ? 1 : 0];
  }
}

}  // namespace

LinearModel fit_weights(const std::vector<const JudgedQuery*>& queries, const FitOptions& options) {
  std::vector<const JudgedQuery*> usable;
  std::vector<JudgedList<kFeatureCount>> lists;
  for (const JudgedQuery* query : queries) {
    if (!has_answer(query->relevant)) continue;  // it teaches nothing
    std::vector<std::uint32_t> all(query->candidates.size());
    std::iota(all.begin(), all.end(), 0U);
    usable.push_back(query);
    lists.push_back(list_of<kFeatureCount>(
        *query, all, [&](std::uint32_t c) -> const FeatureVector& { return query->candidates[c].features; }));
  }
  share_out<kFeatureCount>(lists, usable, options.function_weight);

  ListwiseOptions<kFeatureCount> fit;
  fit.stop = options.stop;
  fit.l2.fill(static_cast<double>(options.l2));
  for (const Feature feature : options.trusted) fit.l2[static_cast<std::size_t>(feature)] *= kTrustedDecay;
  for (const Feature feature : options.unheard) fit.held[static_cast<std::size_t>(feature)] = true;
  fit.first_choice[static_cast<std::size_t>(Feature::unit_bm25f)] = 1;
  fit.first_choice[static_cast<std::size_t>(Feature::unit_plain_rel)] = 1;
  LinearModel model;
  model.weights = ListwiseFit<kFeatureCount>(lists, fit).run();
  return model;
}

LookVector fit_look(std::span<const LookedQuery> queries, float function_weight,
                    const std::stop_token& stop) {
  std::vector<const JudgedQuery*> usable;
  std::vector<JudgedList<kLookCount>> lists;
  std::vector<std::vector<LookVector>> looks;  // what the lists point into
  looks.reserve(queries.size());
  for (const LookedQuery& query : queries) {
    const std::size_t count = std::min(kLooked, query.standings.size());
    std::vector<std::uint32_t> at;
    std::vector<char> relevant;
    std::vector<LookVector>& numbers = looks.emplace_back();
    std::vector<float> offsets;
    for (const Standing& standing : query.standings.first(count)) {
      at.push_back(standing.at);
      relevant.push_back(query.judged->relevant[standing.at]);
      offsets.push_back(standing.score - query.standings.front().score);
      numbers.push_back(query.judged->looks[standing.at]);
      numbers.back().back() = offsets.back();
    }
    if (!has_answer(relevant)) continue;
    std::size_t next = 0;
    usable.push_back(query.judged);
    lists.push_back(list_of<kLookCount>(*query.judged, at,
                                        [&](std::uint32_t) -> const LookVector& { return numbers[next++]; }));
    lists.back().offsets = std::move(offsets);
  }
  if (lists.empty()) return {};
  share_out<kLookCount>(lists, usable, function_weight);
  ListwiseOptions<kLookCount> fit;
  fit.stop = stop;
  fit.l2.fill(kLookL2);
  return ListwiseFit<kLookCount>(lists, fit).run();
}

Gate fit_gate(const std::vector<const JudgedQuery*>& queries) {
  using PerFeature = std::array<double, kQueryFeatureCount>;
  struct Example {
    QueryFeatures features;
    bool behaviour;
    double share;  // of the loss
  };
  std::array<double, 2> count{};  // behaviours, subjects
  for (const JudgedQuery* query : queries) count[query->by_file ? 1 : 0] += 1;
  if (count[0] == 0 || count[1] == 0) return {};
  const double total = 2 * (count[0] + count[1]);
  std::vector<Example> examples;
  for (const JudgedQuery* query : queries) {
    const double share = query->by_file ? (1 - kBehaviourShare) / count[1] : kBehaviourShare / count[0];
    examples.push_back({query->query, !query->by_file, (1 - kLoneShare) * share});
    examples.push_back({among_lone_functions(query->query), true, 2 * kLoneShare / total});
  }
  PerFeature mean{};
  PerFeature deviation{};
  for (const Example& example : examples) {
    for (std::size_t i = 0; i < kQueryFeatureCount; ++i) {
      mean[i] += example.features[i] / total;
      deviation[i] += static_cast<double>(example.features[i]) * example.features[i] / total;
    }
  }
  for (std::size_t i = 0; i < kQueryFeatureCount; ++i) {
    const double variance = deviation[i] - mean[i] * mean[i];
    deviation[i] = variance > 1e-10 ? std::sqrt(variance) : 0;
  }

  const auto loss = [&](std::span<const double> at, std::span<double> gradient) {
    std::fill(gradient.begin(), gradient.end(), 0.0);
    double value = 0;
    for (const Example& example : examples) {
      std::array<double, kQueryFeatureCount + 1> x{};
      x.back() = 1;
      double sum = at.back();
      for (std::size_t i = 0; i < kQueryFeatureCount; ++i) {
        x[i] = deviation[i] > 0 ? (static_cast<double>(example.features[i]) - mean[i]) / deviation[i] : 0;
        sum += at[i] * x[i];
      }
      const double wrong = example.behaviour ? -sum : sum;
      value += example.share * (std::max(wrong, 0.0) + std::log1p(std::exp(-std::abs(wrong))));
      const double slope = example.share * (1 / (1 + std::exp(-sum)) - (example.behaviour ? 1 : 0));
      for (std::size_t i = 0; i < x.size(); ++i) gradient[i] += slope * x[i];
    }
    for (std::size_t i = 0; i < kQueryFeatureCount; ++i) {
      gradient[i] += kGateL2 * at[i];
      value += 0.5 * kGateL2 * at[i] * at[i];
    }
    return value;
  };
  // The last is the bias.
  const std::vector<double> weights = minimise(loss, std::vector<double>(kQueryFeatureCount + 1));

  Gate gate;
  double bias = weights.back();
  for (std::size_t i = 0; i < kQueryFeatureCount; ++i) {
    if (deviation[i] == 0) continue;
    gate.weights[i] = kGateSharpness * static_cast<float>(weights[i] / deviation[i]);
    bias -= weights[i] * mean[i] / deviation[i];
  }
  gate.bias = kGateSharpness * static_cast<float>(bias);
  return gate;
}

RepeatPenalty fit_repeat_penalty(const std::function<double(const RepeatPenalty&)>& quality) {
  RepeatPenalty best{};
  double best_quality = quality(best);
  for (const float first : {0.25F, 0.5F, 0.75F, 1.0F, 1.5F, 2.0F, 3.0F, 5.0F, 8.0F}) {
    for (const float growth : {0.0F, 0.25F, 0.5F, 1.0F, 2.0F}) {
      RepeatPenalty penalty{};
      for (std::size_t i = 0; i < penalty.size(); ++i) {
        penalty[i] = first * (1 + growth * static_cast<float>(i));
      }
      const double value = quality(penalty);
      if (value > best_quality + 1e-6) {
        best_quality = value;
        best = penalty;
      }
    }
  }
  return best;
}

}  // namespace quarry::ranking
