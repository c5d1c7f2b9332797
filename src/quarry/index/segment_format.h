// The numbers of the stored formats: magics, versions, section ids, and little-endian loads.
// docs/INDEX_FORMAT.md has them in prose; a change of meaning is a new version.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "quarry/text/term.h"

namespace quarry::index {

static_assert(std::endian::native == std::endian::little,
              "stored numbers are little-endian and read in place");

inline constexpr std::string_view kSegmentMagic = "QRYSEGMT";
inline constexpr std::uint32_t kSegmentVersion = 2;
inline constexpr std::string_view kViewMagic = "QRYVIEWS";
inline constexpr std::uint32_t kViewVersion = 1;
inline constexpr std::string_view kGraphMagic = "QRYGRAPH";
inline constexpr std::uint32_t kGraphVersion = 1;

inline constexpr std::size_t kBlockBytes = 32 * 1024;      // of one checksum
inline constexpr std::size_t kTextBlockBytes = 32 * 1024;  // of raw text in one compressed block
inline constexpr std::uint32_t kMaxColumnBits = 40;

// Sections of a segment. Append, never renumber.
enum class SegmentSection : std::uint32_t {
  text_blocks = 1,
  text_offsets = 2,
  postings = 3,
  posting_shapes = 4,
  term_buckets = 5,
  term_keys = 6,
  term_offsets = 7,
  unit_ids = 10,
  unit_kinds = 11,
  unit_lengths = 12,
  unit_files = 13,
  unit_parents = 14,
  unit_start_lines = 15,
  unit_line_spans = 16,
  unit_name_ends = 17,
  unit_name_sizes = 18,
  unit_qualified_sizes = 19,
  unit_names = 20,
  unit_code_begins = 21,
  unit_code_sizes = 22,
  unit_signature_begins = 23,
  unit_signature_sizes = 24,
  unit_doc_begins = 25,
  unit_doc_sizes = 26,
  file_blobs = 30,
  file_languages = 31,
  file_path_ends = 32,
  file_paths = 33,
  file_first_units = 34,
  file_lines = 35,
  file_bytes = 36,
  file_text_ends = 37,
  vector_sizes = 40,
  vector_signs = 41,
};

// Sections of a graph, of u32 each. Append, never renumber.
enum class GraphSection : std::uint32_t { entries = 1, ends = 2, links = 3 };

// Numbers in the trailer of a segment.
enum class SegmentNumber : std::uint8_t { files, units, terms, dimensions, flags };
inline constexpr std::uint32_t kFlagSource = 1;

template <std::unsigned_integral T>
[[nodiscard]] inline T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// What a segment keeps of a term: 48 bits, spread evenly whatever the terms are (the finaliser of
// MurmurHash3, a bijection), so that the dictionary can be split by the first bits. Two terms of a million
// share a key with a chance of 4e-9 each.
inline constexpr std::uint32_t kKeyBits = 48;
[[nodiscard]] inline std::uint64_t key_of(text::Term term) {
  std::uint64_t mixed = term;
  mixed ^= mixed >> 33;
  mixed *= 0xff51afd7ed558ccdULL;
  mixed ^= mixed >> 33;
  mixed *= 0xc4ceb9fe1a85ec53ULL;
  mixed ^= mixed >> 33;
  return mixed >> (64 - kKeyBits);
}

// Lengths of fields as one byte: exact up to 15, above it four significant bits. code(65535) is 111.
[[nodiscard]] constexpr std::uint8_t code_of_length(std::uint16_t length) {
  if (length < 16) return static_cast<std::uint8_t>(length);
  const int shift = std::bit_width(length) - 4;
  return static_cast<std::uint8_t>(16 + (shift - 1) * 8 + ((length >> shift) - 8));
}
[[nodiscard]] constexpr std::uint16_t length_of(std::uint8_t code) {
  if (code < 16) return code;
  const int shift = (code - 16) / 8 + 1;
  return shift > 12 ? std::uint16_t{0xffff} : static_cast<std::uint16_t>((8 + (code - 16) % 8) << shift);
}

}  // namespace quarry::index
