#include "quarry/index/stored_vector.h"

#include <bit>
#include <cmath>

#include "quarry/model/quantize.h"

namespace quarry::index {
namespace {

// Bit i of a fixed sequence (the finaliser of SplitMix64 over i).
bool is_flipped(std::uint64_t i) {
  i += 0x9e3779b97f4a7c15ULL;
  i = (i ^ (i >> 30)) * 0xbf58476d1ce4e5b9ULL;
  i = (i ^ (i >> 27)) * 0x94d049bb133111ebULL;
  return ((i ^ (i >> 31)) & 1) != 0;
}

void flip_signs(std::span<float> values, std::uint64_t first) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (is_flipped(first + i)) values[i] = -values[i];
  }
}

// The orthonormal Walsh-Hadamard transform; the size is a power of two.
void hadamard(std::span<float> values) {
  for (std::size_t half = 1; half < values.size(); half *= 2) {
    for (std::size_t block = 0; block < values.size(); block += 2 * half) {
      for (std::size_t i = block; i < block + half; ++i) {
        const float a = values[i];
        const float b = values[i + half];
        values[i] = a + b;
        values[i + half] = a - b;
      }
    }
  }
  const float scale = 1 / std::sqrt(static_cast<float>(values.size()));
  for (float& value : values) value *= scale;
}

}  // namespace

void rotate(std::span<float> vector) {
  if (vector.empty()) return;
  flip_signs(vector, 0);
  // Where the size is no power of two, two overlapping transforms reach every component.
  const std::size_t size = std::bit_floor(vector.size());
  hadamard(vector.first(size));
  if (size == vector.size()) return;
  flip_signs(vector.last(size), vector.size());
  hadamard(vector.last(size));
}

void store_vector(std::span<float> vector, std::span<std::int8_t> stored) {
  rotate(vector);
  model::quantize_int8(vector, stored);
}

}  // namespace quarry::index
