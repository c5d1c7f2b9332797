#include "quarry/training/tree_parzen.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace quarry::training {
namespace {

double normal_cdf(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

// Normals around each observation plus a wide one over the whole range, all cut at 0 and 1. A width is the
// larger distance to a neighbour, within bounds: narrow where trials are dense.
class RangeDensity {
 public:
  explicit RangeDensity(std::vector<double> centres) {
    std::sort(centres.begin(), centres.end());
    const double narrowest = 1.0 / std::min(100.0, static_cast<double>(centres.size()) + 1.0);
    for (std::size_t i = 0; i < centres.size(); ++i) {
      const double below = centres[i] - (i == 0 ? 0.0 : centres[i - 1]);
      const double above = (i + 1 == centres.size() ? 1.0 : centres[i + 1]) - centres[i];
      parts_.push_back({centres[i], std::clamp(std::max(below, above), narrowest, 1.0)});
    }
    parts_.push_back({0.5, 1.0});
  }
  [[nodiscard]] double draw(Random& random) const {
    const Part part = parts_[random.below(parts_.size())];
    while (true) {
      const double value = part.centre + part.width * random.normal();
      if (value >= 0 && value <= 1) return value;
    }
  }
  [[nodiscard]] double at(double value) const {
    double sum = 0;
    for (const Part& part : parts_) {
      const double z = (value - part.centre) / part.width;
      const double mass =
          normal_cdf((1 - part.centre) / part.width) - normal_cdf((0 - part.centre) / part.width);
      sum += std::exp(-z * z / 2) / (part.width * mass);
    }
    return sum / static_cast<double>(parts_.size());
  }

 private:
  struct Part {
    double centre;
    double width;
  };
  std::vector<Part> parts_;
};

// Counts, each choice once more than it was seen.
class ChoiceDensity {
 public:
  ChoiceDensity(std::size_t choices, const std::vector<double>& seen) : counts_(choices, 1.0) {
    for (const double position : seen) counts_[index(position)] += 1;
    sum_ = static_cast<double>(choices + seen.size());
  }
  [[nodiscard]] double draw(Random& random) const {
    double left = random.uniform() * sum_;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      left -= counts_[i];
      if (left < 0) return static_cast<double>(i);
    }
    return static_cast<double>(counts_.size() - 1);
  }
  [[nodiscard]] double at(double position) const { return counts_[index(position)] / sum_; }

 private:
  [[nodiscard]] std::size_t index(double position) const {
    return std::min(static_cast<std::size_t>(std::max(0.0, position)), counts_.size() - 1);
  }
  std::vector<double> counts_;
  double sum_;
};

template <class Density>
double best_of(const Density& good, const Density& other, std::size_t candidates, Random& random) {
  double best = good.draw(random);
  double best_ratio = good.at(best) / other.at(best);
  for (std::size_t i = 1; i < candidates; ++i) {
    const double value = good.draw(random);
    const double ratio = good.at(value) / other.at(value);
    if (ratio > best_ratio) {
      best = value;
      best_ratio = ratio;
    }
  }
  return best;
}

}  // namespace

TuningPoint random_point(const TuningSpace& space, Random& random) {
  TuningPoint point;
  for (const TunedKey& key : space.keys) {
    point.push_back(key.kind == TunedKey::Kind::choice ? static_cast<double>(random.below(key.choices.size()))
                                                       : random.uniform());
  }
  return point;
}

TuningPoint parzen_point(const TuningSpace& space, std::span<const TunedResult> results,
                         const ParzenOptions& options, Random& random) {
  if (results.size() < std::max<std::size_t>(2, options.random_trials)) return random_point(space, random);
  std::vector<const TunedResult*> order;
  for (const TunedResult& result : results) order.push_back(&result);
  std::stable_sort(order.begin(), order.end(),
                   [](const TunedResult* a, const TunedResult* b) { return a->loss < b->loss; });
  const auto good = std::max<std::size_t>(
      1, static_cast<std::size_t>(std::ceil(options.good_share * static_cast<double>(order.size()))));
  TuningPoint point;
  for (std::size_t k = 0; k < space.keys.size(); ++k) {
    std::vector<double> of_good;
    std::vector<double> of_others;
    for (std::size_t i = 0; i < order.size(); ++i) {
      (i < good ? of_good : of_others).push_back(order[i]->point[k]);
    }
    if (space.keys[k].kind == TunedKey::Kind::choice) {
      const std::size_t choices = space.keys[k].choices.size();
      point.push_back(best_of(ChoiceDensity(choices, of_good), ChoiceDensity(choices, of_others),
                              options.candidates, random));
    } else {
      point.push_back(best_of(RangeDensity(of_good), RangeDensity(of_others), options.candidates, random));
    }
  }
  return point;
}

}  // namespace quarry::training
