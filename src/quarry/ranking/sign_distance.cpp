#include "quarry/ranking/sign_distance.h"

#include <bit>
#include <vector>

#include "quarry/index/packed_vectors.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace quarry::ranking {
namespace {

// [[gnu::always_inline]]: the bodies are compiled once for each instruction set that calls them.
template <std::size_t Words>
[[gnu::always_inline]] inline void distances_of(const std::uint64_t* __restrict rows,
                                                const std::uint64_t* query,
                                                std::span<std::uint16_t> distances) {
  for (std::size_t row = 0; row < distances.size(); ++row) {
    int distance = 0;
    for (std::size_t w = 0; w < Words; ++w) distance += std::popcount(rows[row * Words + w] ^ query[w]);
    distances[row] = static_cast<std::uint16_t>(distance);
  }
}

[[gnu::always_inline]] inline void distances_of_any(std::span<const std::uint64_t> rows,
                                                    std::span<const std::uint64_t> query,
                                                    std::span<std::uint16_t> distances) {
  switch (query.size()) {
    case 1:
      return distances_of<1>(rows.data(), query.data(), distances);
    case 2:
      return distances_of<2>(rows.data(), query.data(), distances);
    case 4:
      return distances_of<4>(rows.data(), query.data(), distances);
    default:
      break;
  }
  for (std::size_t row = 0; row < distances.size(); ++row) {
    int distance = 0;
    for (std::size_t w = 0; w < query.size(); ++w)
      distance += std::popcount(rows[row * query.size() + w] ^ query[w]);
    distances[row] = static_cast<std::uint16_t>(distance);
  }
}

[[gnu::always_inline]] inline std::int32_t dot_of(const std::int8_t* __restrict a,
                                                  const std::int8_t* __restrict b, std::size_t size) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += std::int32_t{a[i]} * std::int32_t{b[i]};
  return sum;
}

// From position `begin` on, behind the `count` rows that there are already.
std::size_t rows_within_from(std::size_t begin, std::size_t count, std::span<const std::uint16_t> distances,
                             std::uint16_t reach, std::span<std::uint16_t> rows) {
  for (std::size_t row = begin; row < distances.size(); ++row) {
    rows[count] = static_cast<std::uint16_t>(row);
    count += distances[row] <= reach ? 1 : 0;
  }
  return count;
}

#if defined(__x86_64__)
// Most sixteen hold no such row and cost a branch.
[[gnu::target("avx2")]] std::size_t rows_within_avx2(std::span<const std::uint16_t> distances,
                                                     std::uint16_t reach, std::span<std::uint16_t> rows) {
  constexpr std::size_t kLanes = 16;
  const __m256i reaches = _mm256_set1_epi16(static_cast<short>(reach));
  std::size_t count = 0;
  std::size_t begin = 0;
  for (; begin + kLanes <= distances.size(); begin += kLanes) {
    const __m256i lanes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(&distances[begin]));
    const __m256i within = _mm256_cmpeq_epi16(_mm256_min_epu16(lanes, reaches), lanes);
    // Two bits a lane.
    auto bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(within)) & 0x55555555U;
    for (; bits != 0; bits &= bits - 1) {
      rows[count++] =
          static_cast<std::uint16_t>(begin + static_cast<std::size_t>(std::countr_zero(bits)) / 2);
    }
  }
  return rows_within_from(begin, count, distances, reach, rows);
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512vpopcntdq,popcnt")]] void distances_avx512(
    std::span<const std::uint64_t> rows, std::span<const std::uint64_t> query,
    std::span<std::uint16_t> distances) {
  distances_of_any(rows, query, distances);
}
[[gnu::target("popcnt")]] void distances_popcnt(std::span<const std::uint64_t> rows,
                                                std::span<const std::uint64_t> query,
                                                std::span<std::uint16_t> distances) {
  distances_of_any(rows, query, distances);
}
[[gnu::target("avx2")]] std::int32_t dot_avx2(const std::int8_t* a, const std::int8_t* b, std::size_t size) {
  return dot_of(a, b, size);
}

// Bit i of `bits` as byte i: 0xff where it is set.
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i spread(std::uint64_t bits) {
  const __m256i bytes =
      _mm256_shuffle_epi8(_mm256_set1_epi32(static_cast<int>(bits)),
                          _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303));
  const __m256i bit_of_byte = _mm256_set1_epi64x(static_cast<long long>(0x8040201008040201));
  return _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bit_of_byte), bit_of_byte);
}

[[gnu::target("avx2"), gnu::always_inline]] inline std::int32_t sum_of(__m256i lanes) {
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0b01001110));
  return _mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0b10110001)));
}

// 32 components at a time without unpacking the row to memory. A component is at most 15 in size: its
// products with two bytes of the query fit 16 bits.
[[gnu::target("avx2")]] RowProducts row_products_avx2(const index::PackedRow& row, const std::int8_t* query) {
  const std::size_t words = row.signs.size();
  const __m256i one_each = _mm256_set1_epi16(1);
  __m256i own = _mm256_setzero_si256();
  __m256i with_query = _mm256_setzero_si256();
  std::uint64_t any = 0;
  for (std::size_t half = 0; half < 2 * words; ++half) {
    const auto bits_of = [&](std::span<const std::uint64_t> planes, std::size_t number) {
      return planes[number * words + half / 2] >> (half % 2 * 32);
    };
    any |= bits_of(row.sizes, 0) | bits_of(row.sizes, 1) | bits_of(row.sizes, 2);
    const __m256i one = _mm256_set1_epi8(1);
    __m256i size = one;
    size = _mm256_or_si256(size, _mm256_and_si256(spread(bits_of(row.sizes, 0)), _mm256_set1_epi8(2)));
    size = _mm256_or_si256(size, _mm256_and_si256(spread(bits_of(row.sizes, 1)), _mm256_set1_epi8(4)));
    size = _mm256_or_si256(size, _mm256_and_si256(spread(bits_of(row.sizes, 2)), _mm256_set1_epi8(8)));
    const __m256i sign = _mm256_or_si256(spread(bits_of(row.signs, 0)), one);
    const __m256i part = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query + 32 * half));
    const __m256i signed_part = _mm256_sign_epi8(part, sign);
    own = _mm256_add_epi32(own, _mm256_madd_epi16(_mm256_maddubs_epi16(size, size), one_each));
    with_query =
        _mm256_add_epi32(with_query, _mm256_madd_epi16(_mm256_maddubs_epi16(size, signed_part), one_each));
  }
  if (any == 0) return {};
  return {sum_of(own), sum_of(with_query)};
}
#endif

}  // namespace

void sign_distances(std::span<const std::uint64_t> rows, std::span<const std::uint64_t> query,
                    std::span<std::uint16_t> distances) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl")) {
    return distances_avx512(rows, query, distances);
  }
  if (__builtin_cpu_supports("popcnt")) return distances_popcnt(rows, query, distances);
#endif
  distances_of_any(rows, query, distances);
}

std::size_t rows_within(std::span<const std::uint16_t> distances, std::uint16_t reach,
                        std::span<std::uint16_t> rows) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return rows_within_avx2(distances, reach, rows);
#endif
  return rows_within_from(0, 0, distances, reach, rows);
}

std::int32_t dot_int8(std::span<const std::int8_t> a, std::span<const std::int8_t> b) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return dot_avx2(a.data(), b.data(), a.size());
#endif
  return dot_of(a.data(), b.data(), a.size());
}

RowProducts row_products(const index::PackedRow& row, std::span<const std::int8_t> query) {
#if defined(__x86_64__)
  if (query.size() == 64 * row.signs.size() && __builtin_cpu_supports("avx2"))
    return row_products_avx2(row, query.data());
#endif
  std::vector<std::int8_t> values(query.size());
  index::unpack_vector(row.signs, row.sizes, values);
  return {dot_int8(values, values), dot_int8(values, query)};
}

}  // namespace quarry::ranking
