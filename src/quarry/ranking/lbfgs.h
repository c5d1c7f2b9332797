// Minimises a smooth function of many numbers: L-BFGS (Liu and Nocedal, 1989) with a backtracking line
// search.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

namespace quarry::ranking {

struct LbfgsOptions {
  std::size_t most_steps = 200;
  double tolerance = 1e-5;    // on the largest component of the gradient
  std::stop_token stop = {};  // ends it after the step that runs
};

// The value at `x`; writes the gradient, which has the size of `x`.
using Objective = std::function<double(std::span<const double> x, std::span<double> gradient)>;

// From `x` on. Ends where the gradient is as good as nothing, no step makes the value smaller, the steps
// are used up, or it is told to stop. Deterministic.
[[nodiscard]] std::vector<double> minimise(const Objective& objective, std::vector<double> x,
                                           const LbfgsOptions& options = {});

}  // namespace quarry::ranking
