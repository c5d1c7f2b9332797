#include "quarry/model/pooling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

namespace quarry::model {
namespace {

// [[gnu::always_inline]]: the body is compiled once for each instruction set that calls it.
[[gnu::always_inline]] inline void add_int8(const std::int8_t* __restrict table, std::size_t width,
                                            std::span<const WeightedRow> rows, float* __restrict sum,
                                            std::size_t size) {
  constexpr std::size_t kAhead = 4;  // rows are scattered over megabytes: ask for them before they are needed
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (r + kAhead < rows.size()) {
      const std::int8_t* coming = table + rows[r + kAhead].row * width;
      for (std::size_t d = 0; d < size; d += 64) __builtin_prefetch(coming + d);
    }
    const std::int8_t* __restrict row = table + rows[r].row * width;
    const float weight = rows[r].weight;
    for (std::size_t d = 0; d < size; ++d) sum[d] += weight * static_cast<float>(row[d]);
  }
}

[[gnu::always_inline]] inline void add_float(const std::byte* __restrict table, std::size_t width,
                                             std::span<const WeightedRow> rows, float* __restrict sum,
                                             std::size_t size) {
  for (const WeightedRow& weighted : rows) {
    const std::byte* __restrict row = table + weighted.row * width * sizeof(float);
    for (std::size_t d = 0; d < size; ++d) {
      float value = 0;
      std::memcpy(&value, row + d * sizeof(float), sizeof value);
      sum[d] += weighted.weight * value;
    }
  }
}

#if defined(__x86_64__)
[[gnu::target("avx512f,avx512bw,avx512vl")]] void add_int8_avx512(const std::int8_t* table, std::size_t width,
                                                                  std::span<const WeightedRow> rows,
                                                                  float* sum, std::size_t size) {
  add_int8(table, width, rows, sum, size);
}
[[gnu::target("avx2")]] void add_int8_avx2(const std::int8_t* table, std::size_t width,
                                           std::span<const WeightedRow> rows, float* sum, std::size_t size) {
  add_int8(table, width, rows, sum, size);
}
[[gnu::target("avx2")]] void add_float_avx2(const std::byte* table, std::size_t width,
                                            std::span<const WeightedRow> rows, float* sum, std::size_t size) {
  add_float(table, width, rows, sum, size);
}
#endif

}  // namespace

void add_rows(const std::int8_t* table, std::size_t width, std::span<const WeightedRow> rows,
              std::span<float> sum) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return add_int8_avx512(table, width, rows, sum.data(), sum.size());
  if (__builtin_cpu_supports("avx2")) return add_int8_avx2(table, width, rows, sum.data(), sum.size());
#endif
  add_int8(table, width, rows, sum.data(), sum.size());
}

void add_float_rows(const std::byte* table, std::size_t width, std::span<const WeightedRow> rows,
                    std::span<float> sum) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return add_float_avx2(table, width, rows, sum.data(), sum.size());
#endif
  add_float(table, width, rows, sum.data(), sum.size());
}

void normalize(std::span<float> vector) {
  std::array<double, 8> partial{};  // eight sums in a fixed order: vector instructions give the same bits
  for (std::size_t i = 0; i < vector.size(); ++i)
    partial[i % 8] += static_cast<double>(vector[i]) * vector[i];
  double square = 0;
  for (const double part : partial) square += part;
  const double norm = std::sqrt(square);
  // Below the smallest normal float its inverse is no float any more.
  if (!(norm >= std::numeric_limits<float>::min()) || !std::isfinite(norm)) {
    std::fill(vector.begin(), vector.end(), 0.0F);
    return;
  }
  const auto scale = static_cast<float>(1 / norm);
  for (float& value : vector) value *= scale;
}

}  // namespace quarry::model
