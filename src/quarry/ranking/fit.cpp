#include "quarry/ranking/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <unordered_map>

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

// A query as a matrix of standardised features, one row a candidate.
struct Rows {
  std::vector<float> values;
  std::vector<std::uint32_t> slot;  // row -> item of the softmax: its file, or itself
  std::vector<char> relevant;       // an item
  std::size_t items = 0;
  double weight = 0;
};

Rows make_rows(const JudgedQuery& query, const Scale& scale, double weight) {
  Rows rows;
  rows.weight = weight;
  rows.values.reserve(query.candidates.size() * kFeatureCount);
  std::unordered_map<std::uint32_t, std::uint32_t> slot_of_file;
  for (std::size_t c = 0; c < query.candidates.size(); ++c) {
    const Candidate& candidate = query.candidates[c];
    for (std::size_t i = 0; i < kFeatureCount; ++i) {
      rows.values.push_back(scale.deviation[i] > 0 ? static_cast<float>((candidate.features[i] - scale.mean[i]) / scale.deviation[i]) : 0);
    }
    std::uint32_t slot = static_cast<std::uint32_t>(c);
    if (query.by_file) slot = slot_of_file.emplace(candidate.file, static_cast<std::uint32_t>(slot_of_file.size())).first->second;
    rows.slot.push_back(slot);
    rows.items = std::max<std::size_t>(rows.items, slot + 1);
    rows.relevant.resize(rows.items);
    if (query.relevant[c] != 0) rows.relevant[slot] = 1;
  }
  return rows;
}

// Adds weight x d(loss)/d(weights) of one query; loss = - mean over relevant items of log softmax(score), where an
// item's score is that of its best row.
void add_gradient(const Rows& rows, const std::array<float, kFeatureCount>& weights, Doubles& gradient) {
  constexpr float kLow = -std::numeric_limits<float>::infinity();
  std::vector<float> score(rows.items, kLow);
  std::vector<std::size_t> best(rows.items, 0);
  for (std::size_t r = 0; r < rows.slot.size(); ++r) {
    float sum = 0;
    for (std::size_t i = 0; i < kFeatureCount; ++i) sum += weights[i] * rows.values[r * kFeatureCount + i];
    if (sum > score[rows.slot[r]]) {
      score[rows.slot[r]] = sum;
      best[rows.slot[r]] = r;
    }
  }
  const float top = *std::max_element(score.begin(), score.end());
  double normaliser = 0;
  for (const float s : score) normaliser += std::exp(static_cast<double>(s - top));
  const auto relevant = static_cast<double>(std::count(rows.relevant.begin(), rows.relevant.end(), 1));
  for (std::size_t item = 0; item < rows.items; ++item) {
    const double probability = std::exp(static_cast<double>(score[item] - top)) / normaliser;
    const double slope = rows.weight * (probability - (rows.relevant[item] != 0 ? 1 / relevant : 0));
    if (std::abs(slope) < 1e-9) continue;
    const float* row = &rows.values[best[item] * kFeatureCount];
    for (std::size_t i = 0; i < kFeatureCount; ++i) gradient[i] += slope * row[i];
  }
}

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
  std::vector<Rows> all;
  all.reserve(usable.size());
  const bool both = count[0] > 0 && count[1] > 0;
  for (const JudgedQuery* query : usable) {
    const double share = !both ? 1.0 : query->by_file ? 1.0 - static_cast<double>(options.function_weight) : static_cast<double>(options.function_weight);
    all.push_back(make_rows(*query, scale, share / count[query->by_file ? 1 : 0]));
  }

  std::array<float, kFeatureCount> weights{};
  Doubles momentum{};
  Doubles velocity{};
  for (std::size_t step = 1; step <= options.steps; ++step) {
    Doubles gradient{};
    for (const Rows& rows : all) add_gradient(rows, weights, gradient);
    const double progress = static_cast<double>(step) / static_cast<double>(options.steps);
    const double rate = static_cast<double>(options.learning_rate) * 0.5 * (1 + std::cos(3.14159265358979 * progress));
    for (std::size_t i = 0; i < kFeatureCount; ++i) {
      const double g = gradient[i] + static_cast<double>(options.l2) * static_cast<double>(weights[i]);
      momentum[i] = 0.9 * momentum[i] + 0.1 * g;
      velocity[i] = 0.999 * velocity[i] + 0.001 * g * g;
      const double m = momentum[i] / (1 - std::pow(0.9, static_cast<double>(step)));
      const double v = velocity[i] / (1 - std::pow(0.999, static_cast<double>(step)));
      weights[i] -= static_cast<float>(rate * m / (std::sqrt(v) + 1e-8));
    }
  }

  LinearModel model;
  for (std::size_t i = 0; i < kFeatureCount; ++i) {
    model.weights[i] = scale.deviation[i] > 0 ? static_cast<float>(static_cast<double>(weights[i]) / scale.deviation[i]) : 0;
  }
  return model;
}

LinearModel fit_repeat_penalty(LinearModel model, const std::function<double(const LinearModel&)>& quality) {
  LinearModel best = model;
  double best_quality = -1;
  for (const float first : {0.0F, 0.1F, 0.2F, 0.35F, 0.5F, 0.75F, 1.0F, 1.5F, 2.0F, 3.0F}) {
    for (const float growth : {0.0F, 0.25F, 0.5F, 1.0F, 2.0F}) {
      for (std::size_t i = 0; i < model.repeat_penalty.size(); ++i) {
        model.repeat_penalty[i] = first * (1 + growth * static_cast<float>(i));
      }
      const double value = quality(model);
      if (value > best_quality + 1e-6) {
        best_quality = value;
        best = model;
      }
    }
  }
  return best;
}

}  // namespace quarry::ranking
