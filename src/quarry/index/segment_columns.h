// The files and units of a segment as columns: collected for writing, and read by position.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/index/checked_file.h"
#include "quarry/index/packed_column.h"
#include "quarry/index/segment.h"

namespace quarry::index {

struct UnitRanges {  // in the file's text
  syntax::Range code;
  syntax::Range signature;
  syntax::Range doc;
};

// Not thread-safe. A file is added before its units; every unit belongs to the file added last.
class ColumnsWriter {
 public:
  void add_file(std::string_view path, corpus::Language language, const corpus::BlobId& blob,
                std::uint32_t lines, std::uint32_t bytes, std::uint64_t text_end);
  // `lengths` as codes; `back` is how many units before this one its parent is.
  void add_unit(syntax::Kind kind, std::uint64_t id, std::uint32_t back, std::uint32_t start_line,
                std::uint32_t end_line, std::string_view name, std::string_view qualified_name,
                const UnitRanges& ranges, const std::array<std::uint8_t, kFieldCount>& lengths);

  [[nodiscard]] std::uint32_t file_count() const { return static_cast<std::uint32_t>(languages_.size()); }
  [[nodiscard]] std::uint32_t unit_count() const { return static_cast<std::uint32_t>(kinds_.size()); }
  [[nodiscard]] std::size_t memory_in_bytes() const;
  void finish(CheckedFileWriter& out);

 private:
  std::vector<std::uint64_t> ids_;
  std::vector<std::uint8_t> kinds_;
  std::array<std::vector<std::uint8_t>, kFieldCount> lengths_;
  PackedColumnWriter files_, parents_, start_lines_, line_spans_, name_ends_, name_sizes_, qualified_sizes_,
      code_begins_, code_sizes_, signature_begins_, signature_sizes_, doc_begins_, doc_sizes_;
  std::string names_;

  std::vector<corpus::BlobId> blobs_;
  std::vector<std::uint8_t> languages_;
  PackedColumnWriter path_ends_, first_units_, lines_, bytes_, text_ends_;
  std::string paths_;
};

// A view of verified bytes. Positions must be below the counts; every answer stays inside the bytes.
class Columns {
 public:
  // Verifies the columns and checks that they hold as much as the trailer says.
  [[nodiscard]] Status open(const CheckedFile& file);

  [[nodiscard]] std::uint32_t file_count() const { return file_count_; }
  [[nodiscard]] std::uint32_t unit_count() const { return unit_count_; }

  [[nodiscard]] UnitView unit(std::uint32_t ordinal) const;
  [[nodiscard]] UnitRanges ranges(std::uint32_t ordinal) const;
  [[nodiscard]] std::array<std::uint8_t, kFieldCount> lengths(std::uint32_t ordinal) const;
  [[nodiscard]] std::span<const std::uint8_t> length_codes(Field field) const;
  [[nodiscard]] syntax::Kind kind(std::uint32_t ordinal) const {
    return static_cast<syntax::Kind>(kinds_[ordinal]);
  }
  [[nodiscard]] std::uint32_t file_of(std::uint32_t ordinal) const;
  [[nodiscard]] FileView file(std::uint32_t ordinal) const;
  // Of file_count() it is unit_count().
  [[nodiscard]] std::uint32_t first_unit(std::uint32_t file) const {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(first_units_.get(file), unit_count_));
  }
  [[nodiscard]] std::uint64_t text_begin(std::uint32_t file) const {
    return file == 0 ? 0 : text_ends_.get(file - 1);
  }
  [[nodiscard]] std::uint64_t text_end(std::uint32_t file) const { return text_ends_.get(file); }

 private:
  std::uint32_t file_count_ = 0;
  std::uint32_t unit_count_ = 0;
  const std::byte* ids_ = nullptr;
  const std::uint8_t* kinds_ = nullptr;
  const std::uint8_t* lengths_ = nullptr;
  PackedColumn files_, parents_, start_lines_, line_spans_, name_ends_, name_sizes_, qualified_sizes_,
      code_begins_, code_sizes_, signature_begins_, signature_sizes_, doc_begins_, doc_sizes_;
  std::string_view names_;
  const std::byte* blobs_ = nullptr;
  const std::uint8_t* languages_ = nullptr;
  PackedColumn path_ends_, first_units_, lines_, bytes_, text_ends_;
  std::string_view paths_;
};

}  // namespace quarry::index
