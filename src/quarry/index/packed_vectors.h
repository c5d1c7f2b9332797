// Vectors in four bits a component: a plane of sign bits, which the fast first pass of a search reads, and
// three planes of sizes, which decide.
//
// A component x (of a vector of length 127) becomes its sign and m = min(7, floor(|x| / step)), and is read
// as
// +-(2 m + 1), halves of a step. The step is .335 of what a component is on average, 127 / sqrt(dimensions),
// which wastes the least of sixteen levels on components that are spread normally. Lengths are lost: a reader
// divides by the length of what it read. Sizes that are all zero stand for a vector of zeros: a vector of
// length 127 has none.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "quarry/index/checked_file.h"

namespace quarry::index {

// Words of one plane of a row: bit d % 64 of word d / 64 belongs to component d.
[[nodiscard]] constexpr std::uint64_t plane_words(std::uint32_t dimensions) {
  return (std::uint64_t{dimensions} + 63) / 64;
}
inline constexpr std::uint64_t kSizePlanes = 3;

class PackedVectorWriter {
 public:
  explicit PackedVectorWriter(std::uint32_t dimensions);

  void add(std::span<const std::int8_t> rows);  // whole rows of `dimensions`
  // One row as another segment stores it.
  void add_packed(std::span<const std::uint64_t> signs, std::span<const std::uint64_t> sizes);
  [[nodiscard]] std::size_t memory_in_bytes() const;
  // Writes the sections vector_sizes and vector_signs; empty afterwards.
  void finish(CheckedFileWriter& out);

 private:
  std::uint32_t dimensions_;
  std::array<std::uint8_t, 129> size_of_{};  // of |x|
  std::vector<std::uint64_t> signs_;
  std::vector<std::uint64_t> sizes_;
};

// Reads a row: odd numbers of -15 to 15, or all zeros. `row` has as many elements as the vector dimensions.
void unpack_vector(std::span<const std::uint64_t> signs, std::span<const std::uint64_t> sizes,
                   std::span<std::int8_t> row);

}  // namespace quarry::index
