// The loops of a search by vector: how many sign bits of the query's vector each row of a segment disagrees
// with, which reads every row, and the exact products of the rows that agree best.
#pragma once

#include <cstdint>
#include <span>

#include "quarry/index/segment.h"

namespace quarry::ranking {

// distances[i] is the Hamming distance of `query` to row i of `rows`, which are query.size() words each.
void sign_distances(std::span<const std::uint64_t> rows, std::span<const std::uint64_t> query,
                    std::span<std::uint16_t> distances);

// The positions of the distances that are at most `reach`, ascending, into the front of `rows`, which has as
// many places as there are distances. How many there are.
[[nodiscard]] std::size_t rows_within(std::span<const std::uint16_t> distances, std::uint16_t reach,
                                      std::span<std::uint16_t> rows);

// The dot product of two vectors of equal size.
[[nodiscard]] std::int32_t dot_int8(std::span<const std::int8_t> a, std::span<const std::int8_t> b);

// Of a stored row x (index/packed_vectors.h): x . x and x . query. Both are 0 where the row is zero.
struct RowProducts {
  std::int32_t own = 0;
  std::int32_t query = 0;
};
[[nodiscard]] RowProducts row_products(const index::PackedRow& row, std::span<const std::int8_t> query);

}  // namespace quarry::ranking
