#include "quarry/index/packed_vectors.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "quarry/index/segment_format.h"

namespace quarry::index {
namespace {

constexpr double kStep = 0.335 * 127;  // times 1 / sqrt(dimensions)

// Bit i of a byte as byte i of a word, 0 or 1: eight components at a time.
constexpr std::array<std::uint64_t, 256> kSpread = [] {
  std::array<std::uint64_t, 256> spread{};
  for (std::size_t byte = 0; byte < spread.size(); ++byte) {
    for (std::size_t bit = 0; bit < 8; ++bit) spread[byte] |= std::uint64_t{byte >> bit & 1} << (8 * bit);
  }
  return spread;
}();

}  // namespace

PackedVectorWriter::PackedVectorWriter(std::uint32_t dimensions) : dimensions_(dimensions) {
  for (std::size_t x = 0; x < size_of_.size(); ++x) {
    const double steps = static_cast<double>(x) * std::sqrt(static_cast<double>(dimensions)) / kStep;
    size_of_[x] = static_cast<std::uint8_t>(std::min(7.0, std::floor(steps)));
  }
}

void PackedVectorWriter::add(std::span<const std::int8_t> rows) {
  const std::size_t words = plane_words(dimensions_);
  for (; rows.size() >= dimensions_ && dimensions_ != 0; rows = rows.subspan(dimensions_)) {
    const std::size_t sign_row = signs_.size();
    const std::size_t size_row = sizes_.size();
    signs_.resize(sign_row + words);
    sizes_.resize(size_row + kSizePlanes * words);
    for (std::size_t d = 0; d < dimensions_; ++d) {
      const std::uint64_t size = size_of_[static_cast<std::size_t>(std::abs(int{rows[d]}))];
      signs_[sign_row + d / 64] |= std::uint64_t{rows[d] < 0} << (d % 64);
      for (std::size_t plane = 0; plane < kSizePlanes; ++plane) {
        sizes_[size_row + plane * words + d / 64] |= (size >> plane & 1) << (d % 64);
      }
    }
  }
}

void PackedVectorWriter::add_packed(std::span<const std::uint64_t> signs,
                                    std::span<const std::uint64_t> sizes) {
  signs_.insert(signs_.end(), signs.begin(), signs.end());
  sizes_.insert(sizes_.end(), sizes.begin(), sizes.end());
}

std::size_t PackedVectorWriter::memory_in_bytes() const {
  return (signs_.capacity() + sizes_.capacity()) * sizeof(std::uint64_t);
}

void PackedVectorWriter::finish(CheckedFileWriter& out) {
  out.begin_section(static_cast<std::uint32_t>(SegmentSection::vector_sizes));
  out.append(std::as_bytes(std::span(sizes_)));
  out.begin_section(static_cast<std::uint32_t>(SegmentSection::vector_signs));
  out.append(std::as_bytes(std::span(signs_)));
  signs_ = {};
  sizes_ = {};
}

void unpack_vector(std::span<const std::uint64_t> signs, std::span<const std::uint64_t> sizes,
                   std::span<std::int8_t> row) {
  const std::size_t words = signs.size();
  std::uint64_t any = 0;
  for (const std::uint64_t word : sizes) any |= word;
  if (any == 0) return std::fill(row.begin(), row.end(), std::int8_t{0});
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  for (std::size_t d = 0; d < row.size(); d += 8) {
    const std::size_t word = d / 64;
    const std::size_t shift = d % 64;
    const auto bits_of = [&](std::uint64_t plane) { return kSpread[plane >> shift & 0xff]; };
    const std::uint64_t size = kOnes + 2 * bits_of(sizes[word]) + 4 * bits_of(sizes[words + word]) +
                               8 * bits_of(sizes[2 * words + word]);
    // Negative ones in two's complement, byte by byte: no byte carries into the next, since no size is 0.
    const std::uint64_t negative = bits_of(signs[word]);
    const std::uint64_t values = (size ^ negative * 0xff) + negative;
    std::memcpy(row.data() + d, &values, std::min<std::size_t>(8, row.size() - d));
  }
}

}  // namespace quarry::index
