#include "quarry/ranking/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <unordered_map>

#include "quarry/ranking/lbfgs.h"

namespace quarry::ranking {
namespace {

using Doubles = std::array<double, kFeatureCount>;

struct Scale {
  Doubles mean{};
  Doubles deviation{};
};

// Over the candidates of all queries, each query counted the same.
Scale measure(const std::vector<const JudgedQuery*>& queries) {
  Scale scale;
  Doubles squares{};
  double total = 0;
  for (const JudgedQuery* query : queries) {
    if (query->candidates.empty()) continue;
    const double weight = 1.0 / static_cast<double>(query->candidates.size());
    total += 1;
    for (const Candidate& c : query->candidates) {
      for (std::size_t i = 0; i < kFeatureCount; ++i) {
        scale.mean[i] += weight * c.features[i];
        squares[i] += weight * c.features[i] * c.features[i];
      }
    }
  }
  for (std::size_t i = 0; i < kFeatureCount; ++i) {
    scale.mean[i] /= std::max(total, 1.0);
    const double variance = squares[i] / std::max(total, 1.0) - scale.mean[i] * scale.mean[i];
    scale.deviation[i] = variance > 1e-10 ? std::sqrt(variance) : 0;  // 0: a constant, which gets no weight
  }
  return scale;
}

// A row is padded with zeros, so that its products are summed in whole lanes.
constexpr std::size_t kLanes = 16;
constexpr std::size_t kStride = (kFeatureCount + kLanes - 1) / kLanes * kLanes;
using Row = std::array<float, kStride>;

float product(const Row& a, const Row& b) {
  std::array<float, kLanes> sums{};
  for (std::size_t i = 0; i < kStride; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  float sum = 0;
  for (const float part : sums) sum += part;
  return sum;
}

// A query as a list of items to order, each an answer or not: units, or files, which are as good as their
// best unit.
struct Listing {
  std::vector<Row> rows;            // a candidate, standardised
  std::vector<std::uint32_t> item;  // of a row
  std::vector<char> relevant;       // an item
  std::vector<std::uint32_t> best;  // the row that an item is judged by
  double weight = 0;                // in the loss
};

Listing make_listing(const JudgedQuery& query, const Scale& scale, double weight) {
  Listing listing;
  listing.weight = weight;
  listing.rows.reserve(query.candidates.size());
  std::unordered_map<std::uint32_t, std::uint32_t> item_of_file;
  for (std::size_t c = 0; c < query.candidates.size(); ++c) {
    const Candidate& candidate = query.candidates[c];
    Row& row = listing.rows.emplace_back();
    for (std::size_t i = 0; i < kFeatureCount; ++i) {
      if (scale.deviation[i] > 0) {
        row[i] = static_cast<float>((candidate.features[i] - scale.mean[i]) / scale.deviation[i]);
      }
    }
    auto item = static_cast<std::uint32_t>(c);
    if (query.by_file) {
      item =
          item_of_file.emplace(candidate.file, static_cast<std::uint32_t>(item_of_file.size())).first->second;
    }
    listing.item.push_back(item);
    listing.relevant.resize(std::max<std::size_t>(listing.relevant.size(), item + 1));
    if (query.relevant[c] != 0) listing.relevant[item] = 1;
  }
  return listing;
}

void choose_best_rows(const Row& weights, Listing& listing) {
  std::vector<float> score(listing.relevant.size(), -std::numeric_limits<float>::infinity());
  listing.best.assign(listing.relevant.size(), 0);
  for (std::size_t r = 0; r < listing.rows.size(); ++r) {
    const float sum = product(weights, listing.rows[r]);
    if (sum <= score[listing.item[r]]) continue;
    score[listing.item[r]] = sum;
    listing.best[listing.item[r]] = static_cast<std::uint32_t>(r);
  }
}

// Adds weight x loss of one query and its gradient; loss = - mean over relevant items of log softmax(score).
double add_loss(const Listing& listing, const Row& weights, std::vector<float>& score,
                std::span<double> gradient) {
  score.clear();
  for (const std::uint32_t row : listing.best) score.push_back(product(weights, listing.rows[row]));
  const float top = *std::max_element(score.begin(), score.end());
  double normaliser = 0;
  double relevant_score = 0;
  for (std::size_t item = 0; item < score.size(); ++item) {
    if (listing.relevant[item] != 0) relevant_score += static_cast<double>(score[item]);
    score[item] = std::exp(score[item] - top);
    normaliser += static_cast<double>(score[item]);
  }
  const auto relevant = static_cast<double>(std::count(listing.relevant.begin(), listing.relevant.end(), 1));
  for (std::size_t item = 0; item < score.size(); ++item) {
    const double probability = static_cast<double>(score[item]) / normaliser;
    const double slope = listing.weight * (probability - (listing.relevant[item] != 0 ? 1 / relevant : 0));
    if (std::abs(slope) < 1e-9) continue;
    const Row& row = listing.rows[listing.best[item]];
    for (std::size_t i = 0; i < kFeatureCount; ++i) gradient[i] += slope * static_cast<double>(row[i]);
  }
  return listing.weight * (static_cast<double>(top) + std::log(normaliser) - relevant_score / relevant);
}

constexpr std::size_t kRounds = 4;
constexpr std::size_t kStepsOfRound = 100;
constexpr double kTrustedDecay = 0.1;

// Of the gate's loss, the share of the queries that describe a behaviour. Below a half: weights for
// behaviours harm a subject more than the other way round, so a query is taken for a behaviour only where
// that is clear.
constexpr double kBehaviourShare = 0.27;
// Of the gate's loss, the share of the same queries among lone functions, where each is taken for a
// behaviour: files that hold one function and have no name are not what a subject's weights were fitted to.
constexpr double kLoneShare = 0.2;
constexpr double kGateL2 = 0.0003;
constexpr float kGateSharpness = 2;  // a gate that decides is better than one that hesitates

}  // namespace

LinearModel fit_weights(const std::vector<const JudgedQuery*>& queries, const FitOptions& options) {
  std::vector<const JudgedQuery*> usable;
  std::array<double, 2> count{};  // by function, by file
  for (const JudgedQuery* query : queries) {
    // A query whose answer is not among its candidates teaches nothing.
    if (std::find(query->relevant.begin(), query->relevant.end(), 1) == query->relevant.end()) continue;
    usable.push_back(query);
    count[query->by_file ? 1 : 0] += 1;
  }
  const Scale scale = measure(usable);
  std::vector<Listing> all;
  all.reserve(usable.size());
  const bool both = count[0] > 0 && count[1] > 0;
  for (const JudgedQuery* query : usable) {
    const double share = !both            ? 1.0
                         : query->by_file ? 1.0 - static_cast<double>(options.function_weight)
                                          : static_cast<double>(options.function_weight);
    if (share > 0) all.push_back(make_listing(*query, scale, share / count[query->by_file ? 1 : 0]));
  }

  // Which unit a file is judged by depends on the weights: choose, fit what is then a convex problem, choose
  // again.
  Row weights{};
  weights[static_cast<std::size_t>(Feature::unit_bm25f)] = 1;
  weights[static_cast<std::size_t>(Feature::unit_plain_rel)] = 1;
  std::vector<double> fitted(kFeatureCount);
  std::vector<float> scores;
  Doubles l2;
  l2.fill(static_cast<double>(options.l2));
  for (const Feature feature : options.trusted) l2[static_cast<std::size_t>(feature)] *= kTrustedDecay;
  const auto loss = [&](std::span<const double> at, std::span<double> gradient) {
    std::copy(at.begin(), at.end(), weights.begin());
    double sum = 0;
    for (std::size_t i = 0; i < kFeatureCount; ++i) {
      gradient[i] = l2[i] * at[i];
      sum += 0.5 * gradient[i] * at[i];
    }
    for (const Listing& listing : all) sum += add_loss(listing, weights, scores, gradient);
    for (const Feature feature : options.unheard) gradient[static_cast<std::size_t>(feature)] = 0;
    return sum;
  };
  for (std::size_t round = 0; round < kRounds && !options.stop.stop_requested(); ++round) {
    for (Listing& listing : all) choose_best_rows(weights, listing);
    fitted = minimise(loss, std::move(fitted),
                      {.most_steps = kStepsOfRound, .tolerance = 1e-4, .stop = options.stop});
    std::copy(fitted.begin(), fitted.end(), weights.begin());
  }

  LinearModel model;
  for (std::size_t i = 0; i < kFeatureCount; ++i) {
    model.weights[i] = scale.deviation[i] > 0 ? static_cast<float>(fitted[i] / scale.deviation[i]) : 0;
  }
  return model;
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
