// One bit a dimension of each vector, for the fast first pass of a search by vector.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "quarry/index/checked_file.h"
#include "quarry/index/segment_format.h"

namespace quarry::index {

class SignBits {
 public:
  explicit SignBits(std::uint32_t dimensions) : dimensions_(dimensions) {}

  // Whole rows. Bit d % 64 of word d / 64 of a row is set where component d is negative.
  void add(std::span<const std::int8_t> rows) {
    const std::size_t words = (std::size_t{dimensions_} + 63) / 64;
    for (; rows.size() >= dimensions_ && dimensions_ != 0; rows = rows.subspan(dimensions_)) {
      const std::size_t begin = words_.size();
      words_.resize(begin + words);
      for (std::size_t d = 0; d < dimensions_; ++d) {
        words_[begin + d / 64] |= std::uint64_t{rows[d] < 0} << (d % 64);
      }
    }
  }
  void finish(CheckedFileWriter& out) const {
    out.begin_section(static_cast<std::uint32_t>(SegmentSection::vector_signs));
    out.append(std::as_bytes(std::span(words_)));
  }

 private:
  std::uint32_t dimensions_;
  std::vector<std::uint64_t> words_;
};

}  // namespace quarry::index
