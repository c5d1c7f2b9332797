// Where to look next: the tree-structured Parzen estimator of Bergstra, Bardenet, Bengio and Kégl (2011).
//
// Trials are split into the best share and the rest; each key gets a density of where the good ones lie and
// one of where the others do; of points drawn from the first, the one that is likeliest under it relative to
// the second is tried.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "quarry/training/random.h"
#include "quarry/training/tuning_space.h"

namespace quarry::training {

struct TunedResult {
  TuningPoint point;
  double loss = 0;  // smaller is better; infinity for a trial that failed or still runs
};

struct ParzenOptions {
  std::size_t random_trials = 8;  // before there is anything to learn from
  std::size_t candidates = 24;
  double good_share = 0.25;
};

[[nodiscard]] TuningPoint random_point(const TuningSpace& space, Random& random);
[[nodiscard]] TuningPoint parzen_point(const TuningSpace& space, std::span<const TunedResult> results,
                                       const ParzenOptions& options, Random& random);

}  // namespace quarry::training
