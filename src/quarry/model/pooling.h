// The arithmetic of a static encoder: weighted rows of a table summed, then scaled to unit length.
//
// Dispatched at run time to the widest vector instructions of the processor. Every variant adds in the same
// order and without fused multiply-add, so that all machines give the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace quarry::model {

struct WeightedRow {
  std::size_t row = 0;
  float weight = 0;
};

// sum[d] += weight * table[row * width + d] for all rows in order; sum.size() <= width.
void add_rows(const std::int8_t* table, std::size_t width, std::span<const WeightedRow> rows,
              std::span<float> sum);
// The same for a table of floats, which need not be aligned.
void add_float_rows(const std::byte* table, std::size_t width, std::span<const WeightedRow> rows,
                    std::span<float> sum);

// Divides by the Euclidean norm; a vector without any length, or with one that is not finite or has no finite
// inverse, becomes all zeros.
void normalize(std::span<float> vector);

}  // namespace quarry::model
