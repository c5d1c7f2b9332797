// Which trials are not worth finishing, told from what they report on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace quarry::training {

// (step, value) as a trial reported them, by ascending step; larger values are better.
using Reports = std::vector<std::pair<std::uint64_t, double>>;

// The median rule (Golovin et al. 2017): stop where the best value so far is below the median of the other
// trials' running averages up to the same step. Not before `least` others have come that far.
[[nodiscard]] bool stop_by_median(const Reports& own, std::span<const Reports> others, std::size_t least = 3);

struct HalvingOptions {
  std::uint64_t first_rung = 0;  // the step at which a trial is first judged; 0: that of its first report
  std::uint64_t factor = 3;      // the next rung is so many times further, and one in so many goes on
};

// Asynchronous successive halving (Li et al. 2020): at each rung a trial goes on only if it is among the best
// 1/factor of all that have reached the rung so far.
[[nodiscard]] bool stop_by_halving(const Reports& own, std::span<const Reports> others,
                                   const HalvingOptions& options);

}  // namespace quarry::training
