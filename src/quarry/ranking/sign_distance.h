// How many sign bits of a query's vector each row of a segment disagrees with: the first pass of a search by
// vector, which reads every row.
#pragma once

#include <cstdint>
#include <span>

namespace quarry::ranking {

// distances[i] is the Hamming distance of `query` to row i of `rows`, which are query.size() words each.
void sign_distances(std::span<const std::uint64_t> rows, std::span<const std::uint64_t> query,
                    std::span<std::uint16_t> distances);

// The dot product of two vectors of equal size.
[[nodiscard]] std::int32_t dot_int8(std::span<const std::int8_t> a, std::span<const std::int8_t> b);

}  // namespace quarry::ranking
