// Hard negatives by the model itself: which pairs have codes that it finds alike.
#pragma once

#include <cstdint>
#include <vector>

#include "quarry/training/dataset.h"
#include "quarry/training/trainable_encoder.h"

namespace quarry::training {

// For each pair the number of the cluster that its code falls into: the nearest of about size / 512 codes
// drawn by `seed` and `round`. Depends on its arguments only; costs size^2 / pairs_a_cluster products of
// vectors. Errors are the encoder's.
[[nodiscard]] Result<std::vector<std::uint32_t>> mine_clusters(const Dataset& dataset,
                                                               const TrainableEncoder& encoder,
                                                               std::uint64_t seed, std::uint64_t round,
                                                               std::size_t pairs_a_cluster = 512);

}  // namespace quarry::training
