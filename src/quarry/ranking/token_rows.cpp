#include "quarry/ranking/token_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace quarry::ranking {
namespace {

[[gnu::always_inline]] inline std::int32_t product(const std::int16_t* __restrict a,
                                                   const std::int16_t* __restrict b, std::size_t size) {
  std::int32_t sum = 0;
  for (std::size_t d = 0; d < size; ++d) sum += std::int32_t{a[d]} * std::int32_t{b[d]};
  return sum;
}

[[gnu::always_inline]] inline void all_products(const std::int16_t* row, const std::int16_t* queries,
                                                std::size_t size, std::size_t count, std::int32_t* out) {
  for (std::size_t q = 0; q < count; ++q) out[q] = product(row, queries + q * size, size);
  out[count] = product(row, row, size);
}

[[gnu::always_inline]] inline void widen(const std::int8_t* __restrict from, std::size_t size,
                                         std::int16_t* __restrict to) {
  for (std::size_t d = 0; d < size; ++d) to[d] = static_cast<std::int16_t>(int{from[d]});
}

// The same by wider instructions, where the processor has them.
#if defined(__x86_64__)
[[gnu::target("avx2")]] void all_products_avx2(const std::int16_t* row, const std::int16_t* queries,
                                               std::size_t size, std::size_t count, std::int32_t* out) {
  all_products(row, queries, size, count, out);
}
[[gnu::target("avx2")]] void widen_avx2(const std::int8_t* from, std::size_t size, std::int16_t* to) {
  widen(from, size, to);
}
#endif

float float_at(const std::byte* bytes) {
  float value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

}  // namespace

float read_row(const model::StaticModel& model, model::TokenId token, std::span<std::int16_t> row) {
  const std::size_t at = model.row(token) * row.size();
  if (model.quantized != nullptr) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
      widen_avx2(model.quantized + at, row.size(), row.data());
      return 1;
    }
#endif
    widen(model.quantized + at, row.size(), row.data());
    return 1;
  }
  const std::byte* floats = model.floats + at * sizeof(float);
  float largest = 0;
  for (std::size_t d = 0; d < row.size(); ++d) {
    largest = std::max(largest, std::abs(float_at(floats + d * sizeof(float))));
  }
  const float scale = largest > 0 && std::isfinite(largest) ? 127 / largest : 0;
  for (std::size_t d = 0; d < row.size(); ++d) {
    const float value = scale * float_at(floats + d * sizeof(float));
    row[d] =
        std::abs(value) < 128 ? static_cast<std::int16_t>(std::lround(value)) : std::int16_t{0};  // no NaN
  }
  return scale > 0 ? 1 / scale : 0;
}

void products(std::span<const std::int16_t> row, std::span<const std::int16_t> queries,
              std::span<std::int32_t> out) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2"))
    return all_products_avx2(row.data(), queries.data(), row.size(), out.size() - 1, out.data());
#endif
  all_products(row.data(), queries.data(), row.size(), out.size() - 1, out.data());
}

}  // namespace quarry::ranking
