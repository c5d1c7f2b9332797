// A column of numbers under 2^40 in few bits, with access by position: frames of 128 values, each with its
// own base and width. How lines, offsets, parents and sizes of a segment are stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "quarry/index/segment_format.h"

namespace quarry::index {

// Collects values; holds them packed. Not thread-safe.
class PackedColumnWriter {
 public:
  void add(std::uint64_t value);  // under 2^40; greater ones are cut to 2^40 - 1
  [[nodiscard]] std::size_t memory_in_bytes() const;
  // The stored form: frame table (12 bytes a frame), padding to 16, frames, 16 zero bytes.
  [[nodiscard]] std::vector<std::byte> finish();

 private:
  void flush();

  std::vector<std::uint64_t> pending_;
  std::vector<std::byte> frames_;
  std::vector<std::byte> table_;
};

// A view of stored bytes that were verified before.
class PackedColumn {
 public:
  PackedColumn() = default;
  // False where the bytes cannot hold `count` values; after true, get(i) reads inside of `bytes` for every i
  // < count.
  [[nodiscard]] bool open(std::span<const std::byte> bytes, std::uint64_t count);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t get(std::uint64_t position) const {
    const std::byte* entry = table_ + position / 128 * 12;
    const std::uint64_t head = load<std::uint64_t>(entry);
    const std::uint32_t bits = static_cast<std::uint32_t>(head >> 40) & 63;
    const std::uint64_t at = position % 128 * bits;
    const std::uint64_t raw =
        load<std::uint64_t>(frames_ + load<std::uint32_t>(entry + 8) * std::uint64_t{16} + at / 8);
    return (head & ((std::uint64_t{1} << 40) - 1)) + (raw >> (at % 8) & ((std::uint64_t{1} << bits) - 1));
  }

 private:
  const std::byte* table_ = nullptr;
  const std::byte* frames_ = nullptr;
  std::uint64_t count_ = 0;
};

// Fixed-width numbers without frames, for the keys of the dictionary.
class BitWriter {
 public:
  explicit BitWriter(std::uint32_t bits) : bits_(bits) {}
  void add(std::uint64_t value);
  [[nodiscard]] std::vector<std::byte> finish();  // with 8 zero bytes behind

 private:
  std::uint32_t bits_;
  std::uint32_t used_ = 0;  // bits of `word_`
  std::uint64_t word_ = 0;
  std::vector<std::byte> bytes_;
};

}  // namespace quarry::index
