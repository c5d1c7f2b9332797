// How sure a mean is, and whether the difference between two systems is more than luck.
//
// Queries of one repository are alike, so what is resampled is repositories (groups) where there are several:
// an interval says what to expect on other repositories of the kind. With one group, queries are resampled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace quarry::evaluation {

struct Interval {
  double low = 0;
  double high = 0;
};

struct Sampling {
  std::size_t samples = 10'000;
  std::uint64_t seed = 1;
  double confidence = 0.95;
};

// Groups by number, 0 ... count - 1, in the order of first appearance.
struct Grouping {
  std::vector<std::size_t> group_of;  // a query
  std::size_t count = 0;
};
[[nodiscard]] Grouping group_by(std::span<const std::string> names);

// The mean over groups of the mean within each.
[[nodiscard]] double grouped_mean(std::span<const double> values, const Grouping& groups);

// Percentile bootstrap of the grouped mean (Efron 1979). Give it the differences of two systems and it is the
// paired bootstrap. Equal input gives equal output.
[[nodiscard]] Interval bootstrap(std::span<const double> values, const Grouping& groups,
                                 const Sampling& sampling);

// Two-sided p of the paired randomisation test (Fisher; Smucker, Allan and Carterette 2007): how often
// swapping the two systems' labels, query by query at random, makes a difference of grouped means as large as
// the one seen.
[[nodiscard]] double randomisation_test(std::span<const double> differences, const Grouping& groups,
                                        const Sampling& sampling);

}  // namespace quarry::evaluation
