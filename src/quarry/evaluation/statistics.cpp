#include "quarry/evaluation/statistics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

namespace quarry::evaluation {
namespace {

// std::mt19937_64's numbers are fixed by the standard, its distributions' are not.
std::size_t below(std::mt19937_64& random, std::size_t bound) {
  return static_cast<std::size_t>(random() % bound);
}

std::vector<double> means_of_groups(std::span<const double> values, const Grouping& groups) {
  std::vector<double> sums(groups.count);
  std::vector<std::size_t> counts(groups.count);
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums[groups.group_of[i]] += values[i];
    ++counts[groups.group_of[i]];
  }
  for (std::size_t g = 0; g < groups.count; ++g) sums[g] /= static_cast<double>(counts[g]);
  return sums;
}

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

}  // namespace

Grouping group_by(std::span<const std::string> names) {
  Grouping grouping;
  std::map<std::string_view, std::size_t> known;
  for (const std::string& name : names) {
    grouping.group_of.push_back(known.emplace(name, known.size()).first->second);
  }
  grouping.count = known.size();
  return grouping;
}

double grouped_mean(std::span<const double> values, const Grouping& groups) {
  return mean_of(means_of_groups(values, groups));
}

Interval bootstrap(std::span<const double> values, const Grouping& groups, const Sampling& sampling) {
  if (values.empty()) return {};
  const std::vector<double> units =
      groups.count > 1 ? means_of_groups(values, groups) : std::vector<double>(values.begin(), values.end());
  std::mt19937_64 random(sampling.seed);
  std::vector<double> means(std::max<std::size_t>(1, sampling.samples));
  for (double& mean : means) {
    double sum = 0;
    for (std::size_t i = 0; i < units.size(); ++i) sum += units[below(random, units.size())];
    mean = sum / static_cast<double>(units.size());
  }
  std::sort(means.begin(), means.end());
  const double tail = (1 - sampling.confidence) / 2;
  const auto at = [&](double share) {
    return means[static_cast<std::size_t>(std::lround(share * static_cast<double>(means.size() - 1)))];
  };
  return {.low = at(tail), .high = at(1 - tail)};
}

double randomisation_test(std::span<const double> differences, const Grouping& groups,
                          const Sampling& sampling) {
  if (differences.empty()) return 1;
  // What a query adds to the grouped mean, so that a sample is one sum.
  std::vector<std::size_t> sizes(groups.count);
  for (const std::size_t group : groups.group_of) ++sizes[group];
  std::vector<double> shares(differences.size());
  double seen = 0;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    shares[i] = differences[i] / static_cast<double>(sizes[groups.group_of[i]] * groups.count);
    seen += shares[i];
  }
  std::erase(shares, 0.0);
  constexpr double kRounding = 1e-12;  // sums of the same numbers in another order count as equal
  std::mt19937_64 random(sampling.seed);
  std::size_t as_large = 0;
  for (std::size_t sample = 0; sample < sampling.samples; ++sample) {
    double sum = 0;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
      if (i % 64 == 0) bits = random();
      sum += (bits >> (i % 64) & 1) != 0 ? shares[i] : -shares[i];
    }
    if (std::abs(sum) >= std::abs(seen) - kRounding) ++as_large;
  }
  // The order that was seen is one of those that could have been (Phipson and Smyth 2010): p is never 0.
  return static_cast<double>(as_large + 1) / static_cast<double>(sampling.samples + 1);
}

}  // namespace quarry::evaluation
