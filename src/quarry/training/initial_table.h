// The table that training starts from, made of what another model says of each piece.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/training/text_vectors.h"

namespace quarry::training {

// pieces.size() x dimensions: the vectors' principal components (the largest first, the mean taken away), so
// that the first dimensions say most and any prefix of a row is the best of its size; then scaled so that
// rows have length 1 on average, as rows of chance have. A piece without a vector gets a row of chance. Where
// the vectors have fewer dimensions than asked for, the rest is zero. ErrorKind::limit where libtorch fails.
[[nodiscard]] Result<std::vector<float>> initial_table(const TextVectors& vectors,
                                                       std::span<const std::string> pieces,
                                                       std::uint32_t dimensions, std::uint64_t seed);

}  // namespace quarry::training
