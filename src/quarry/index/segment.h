// An immutable piece of an index on disk, memory-mapped: files, their units, postings, names, vectors and
// text.
//
// Reading never trusts a byte that was not checksummed: hot columns are verified once when first used,
// postings and text block by block as they are touched. After open() returned a Segment its methods may be
// called from several threads. Views point into the map and live as long as the Segment.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/index/document.h"

namespace quarry::index {

struct UnitView {
  syntax::Kind kind;
  std::uint64_t id;
  std::uint32_t file;    // ordinal in the segment
  std::uint32_t parent;  // unit ordinal in the segment; a file's own unit is its own parent
  std::uint32_t start_line;
  std::uint32_t end_line;
  std::string_view name;
  std::string_view qualified_name;
  Lengths lengths;  // exact up to 15, above it rounded down to 4 significant bits
};

struct FileView {
  std::string_view path;
  corpus::Language language;
  corpus::BlobId blob;
  std::uint32_t first_unit;  // the file's own unit; its functions follow
  std::uint32_t unit_count;  // with the file's own unit
  std::uint32_t lines;
  std::uint32_t bytes;
};

// The parts of a unit's text, decompressed.
struct UnitText {
  std::string code;  // empty in an index without source
  std::string signature;
  std::string doc;  // as in the source, with its markers
};

struct Posting {
  std::uint32_t unit;
  std::uint8_t fields;                            // bit i: Field i
  std::array<std::uint16_t, kFieldCount> counts;  // 0 where the bit is not set
};

// A vector as stored (packed_vectors.h): the words of its plane of signs and of its planes of sizes.
struct PackedRow {
  std::span<const std::uint64_t> signs;
  std::span<const std::uint64_t> sizes;
};

// The postings of one term in unit order, decoded one at a time from checked bytes.
class PostingCursor {
 public:
  PostingCursor() = default;  // empty
  // `shapes` are the segment's (ShapeTable::postings()); both must outlive the cursor.
  PostingCursor(std::span<const std::byte> bytes, std::uint32_t unit_count, const Posting* shapes);
  // False at the end. Bytes that make no sense end the list as well (their checksum held, so it is our own
  // bug; it must still not read out of bounds or loop).
  bool next(Posting& posting);

  // The same without a copy, for loops over long lists: the fields and counts of the next posting, null at
  // the end. They are one of the segment's shapes, or the cursor's own until the next call; their unit means
  // nothing, unit() is where they were found.
  const Posting* advance();
  [[nodiscard]] std::uint32_t unit() const { return static_cast<std::uint32_t>(next_unit_ - 1); }
  // No more postings than this follow.
  [[nodiscard]] std::size_t bytes_left() const { return static_cast<std::size_t>(end_ - at_); }
  // In place of a shape's number: the counts are the posting's own.
  static constexpr std::size_t kNoShape = 15 + 255;
  // The next postings as columns, as many as there is room for and none behind one without a shape, whose
  // counts own_counts() holds until the next call. How many; 0 at the end.
  std::size_t take(std::span<std::uint32_t> units, std::span<std::uint16_t> shapes);
  [[nodiscard]] const Posting& own_counts() const { return own_; }

 private:
  [[nodiscard]] bool take_head(std::size_t& code);
  [[nodiscard]] bool take_long_head(std::uint64_t& head);
  [[nodiscard]] const Posting* take_own_counts();

  const std::byte* at_ = nullptr;
  const std::byte* end_ = nullptr;
  const Posting* shapes_ = nullptr;
  std::uint64_t next_unit_ = 0;  // the least unit that may follow
  std::uint32_t unit_count_ = 0;
  Posting own_{};
};

// Inline: a search decodes ten thousand.
inline bool PostingCursor::take_head(std::size_t& code) {
  if (at_ == end_) return false;
  auto head = std::to_integer<std::uint64_t>(*at_++);
  if (head >= 0x80 && !take_long_head(head)) return false;
  const std::uint64_t unit = next_unit_ + (head >> 4);
  if (unit >= unit_count_) return at_ = end_, false;
  next_unit_ = unit + 1;
  code = head & 15;
  if (code == 15) {
    if (at_ == end_) return false;
    code += std::to_integer<std::size_t>(*at_++);
  }
  return true;
}

inline const Posting* PostingCursor::advance() {
  std::size_t code = 0;
  if (!take_head(code)) return nullptr;
  return code == kNoShape ? take_own_counts() : shapes_ + code;
}

inline std::size_t PostingCursor::take(std::span<std::uint32_t> units, std::span<std::uint16_t> shapes) {
  std::size_t count = 0;
  for (std::size_t code = 0; count < units.size() && take_head(code);) {
    if (code == kNoShape && take_own_counts() == nullptr) break;
    units[count] = unit();
    shapes[count++] = static_cast<std::uint16_t>(code);
    if (code == kNoShape) break;
  }
  return count;
}

// A unit's distance took more than one byte: two nearly always.
inline bool PostingCursor::take_long_head(std::uint64_t& head) {
  if (at_ == end_) return false;
  const auto second = std::to_integer<std::uint64_t>(*at_++);
  head = (head & 0x7f) | (second & 0x7f) << 7;
  for (std::uint32_t shift = 14; at_[-1] >= std::byte{0x80}; shift += 7) {
    if (at_ == end_ || shift >= 64) return at_ = end_, false;
    head |= (std::to_integer<std::uint64_t>(*at_++) & 0x7f) << shift;
  }
  return true;
}

class Segment {
 public:
  // Reads and checks the header and the section table only. ErrorKind::corrupt, version_mismatch or io.
  [[nodiscard]] static Result<std::shared_ptr<const Segment>> open(const FileSystem& files,
                                                                   const std::filesystem::path& path);
  ~Segment();

  [[nodiscard]] std::uint32_t file_count() const;
  [[nodiscard]] std::uint32_t unit_count() const;
  [[nodiscard]] std::uint64_t size_in_bytes() const;
  [[nodiscard]] std::uint32_t dimensions() const;  // of the vectors, 0 without
  [[nodiscard]] bool has_source() const;

  // Verifies the hot columns (files, units, names, dictionary) once; every search calls it first, after that
  // the accessors below cannot fail.
  [[nodiscard]] Status prepare() const;
  [[nodiscard]] UnitView unit(std::uint32_t ordinal) const;
  [[nodiscard]] syntax::Kind kind(std::uint32_t unit) const;
  [[nodiscard]] std::uint32_t file_of(std::uint32_t unit) const;
  [[nodiscard]] FileView file(std::uint32_t ordinal) const;
  [[nodiscard]] std::uint32_t first_unit(std::uint32_t file) const;  // file_count() answers unit_count()
  // Lengths of every unit, for scoring loops: lengths(field)[unit] is a code, length_of_code() its value.
  [[nodiscard]] std::span<const std::uint8_t> length_codes(Field field) const;
  [[nodiscard]] static std::uint16_t length_of_code(std::uint8_t code);

  [[nodiscard]] Result<PostingCursor> postings(text::Term term) const;  // empty where the term does not occur
  // What PostingCursor::take() numbers; those behind the last are empty.
  [[nodiscard]] std::span<const Posting> shapes() const;
  [[nodiscard]] Result<UnitText> text(std::uint32_t unit) const;
  [[nodiscard]] Result<std::string> file_text(
      std::uint32_t file) const;  // ErrorKind::not_found without source

  // Vectors after prepare_vectors(). Only their direction is kept (packed_vectors.h): components are odd
  // numbers of -15 to 15, or all zero. `row` has dimensions() elements.
  [[nodiscard]] Status prepare_vectors() const;
  void vector(std::uint32_t unit, std::span<std::int8_t> row) const;
  [[nodiscard]] PackedRow packed_vector(std::uint32_t unit) const;
  [[nodiscard]] std::span<const std::uint64_t> sign_bits()
      const;  // unit_count x ceil(dimensions / 64); set where < 0

  // Reads everything and checks every checksum.
  [[nodiscard]] Status verify() const;

  struct State;  // segment_state.h: the stored columns, for merging
  [[nodiscard]] const State& state() const { return *state_; }
  [[nodiscard]] std::uint64_t checksum() const;  // of the whole file, as its end records it

 private:
  explicit Segment(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quarry::index
