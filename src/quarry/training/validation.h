// How well docs of repositories that training never saw find their code.
#pragma once

#include <cstdint>

#include "quarry/training/dataset.h"
#include "quarry/training/trainable_encoder.h"

namespace quarry::training {

struct ValidationResult {
  double mrr = 0;    // mean reciprocal rank of the doc's own code
  double hit10 = 0;  // share of docs whose code is among the first ten
  std::uint32_t queries = 0;
  std::uint32_t candidates = 0;
};

// Asks the docs of `queries` pairs for their code among that of `candidates` pairs, drawn once for all by a
// fixed seed; fewer where the dataset is smaller. `dimensions` uses a prefix of the vectors; 0: all. Equal
// codes count as found. Errors are the encoder's.
[[nodiscard]] Result<ValidationResult> validate(const Dataset& held_out, const TrainableEncoder& encoder,
                                                std::uint32_t queries, std::uint32_t candidates,
                                                std::uint32_t dimensions = 0);

}  // namespace quarry::training
