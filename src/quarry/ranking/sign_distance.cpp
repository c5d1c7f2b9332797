#include "quarry/ranking/sign_distance.h"

#include <bit>

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

#if defined(__x86_64__)
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

std::int32_t dot_int8(std::span<const std::int8_t> a, std::span<const std::int8_t> b) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return dot_avx2(a.data(), b.data(), a.size());
#endif
  return dot_of(a.data(), b.data(), a.size());
}

}  // namespace quarry::ranking
