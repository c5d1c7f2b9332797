// The directions in which vectors differ most, the largest first: turned onto them, the first dimensions say
// most.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/training/dataset.h"
#include "quarry/training/dual_encoder.h"

namespace quarry::training {

// `rows` x `dimensions`, row-major. Answers dimensions x kept, a unit vector a column, kept <= dimensions:
// the eigenvectors of rows^T rows, of the largest eigenvalues first, each with its largest part above zero.
// ErrorKind::limit where libtorch fails.
[[nodiscard]] Result<std::vector<float>> principal_axes(std::span<const float> rows, std::uint32_t dimensions,
                                                        std::uint32_t kept);

// The encoder turned onto the principal axes of the vectors that it gives the codes of `dataset` (some 20,000
// of them), and cut to the first `kept`. All kept, every cosine stays what it was. The moments are not
// turned: it is done learning.
[[nodiscard]] Result<DualEncoder> turned(const DualEncoder& encoder, const Dataset& dataset,
                                         std::uint32_t kept);

}  // namespace quarry::training
