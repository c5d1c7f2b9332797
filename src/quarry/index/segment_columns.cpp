#include "quarry/index/segment_columns.h"

#include <algorithm>
#include <cstring>

#include "quarry/index/segment_format.h"

namespace quarry::index {
namespace {

// Numbers near zero of either sign as small ones: 0, -1, 1, -2 ... become 0, 1, 2, 3.
std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

std::uint64_t distance(syntax::Range range, syntax::Range from) {
  return range.empty() ? 0 : zigzag(std::int64_t{range.begin} - std::int64_t{from.begin});
}

syntax::Range range_at(std::int64_t begin, std::uint64_t size) {
  if (size == 0 || begin < 0 || static_cast<std::uint64_t>(begin) + size > 0xffffffff) return {};
  return {static_cast<std::uint32_t>(begin),
          static_cast<std::uint32_t>(static_cast<std::uint64_t>(begin) + size)};
}

template <class T>
std::size_t held(const std::vector<T>& values) {
  return values.capacity() * sizeof(T);
}

std::string_view slice(std::string_view text, std::uint64_t begin, std::uint64_t end) {
  end = std::min<std::uint64_t>(end, text.size());
  return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

}  // namespace

void ColumnsWriter::add_file(std::string_view path, corpus::Language language, const corpus::BlobId& blob,
                             std::uint32_t lines, std::uint32_t bytes, std::uint64_t text_end) {
  paths_ += path;
  path_ends_.add(paths_.size());
  languages_.push_back(static_cast<std::uint8_t>(language));
  blobs_.push_back(blob);
  first_units_.add(unit_count());
  lines_.add(lines);
  bytes_.add(bytes);
  text_ends_.add(text_end);
}

void ColumnsWriter::add_unit(syntax::Kind kind, std::uint64_t id, std::uint32_t back,
                             std::uint32_t start_line, std::uint32_t end_line, std::string_view name,
                             std::string_view qualified_name, const UnitRanges& ranges,
                             const std::array<std::uint8_t, kFieldCount>& lengths) {
  ids_.push_back(id);
  kinds_.push_back(static_cast<std::uint8_t>(kind));
  for (std::size_t field = 0; field < kFieldCount; ++field) lengths_[field].push_back(lengths[field]);
  files_.add(file_count() - 1);
  parents_.add(back);
  start_lines_.add(start_line);
  line_spans_.add(end_line >= start_line ? end_line - start_line : 0);
  names_ += qualified_name;
  if (!qualified_name.ends_with(name)) names_ += name;
  name_ends_.add(names_.size());
  name_sizes_.add(name.size());
  qualified_sizes_.add(qualified_name.size());
  const syntax::Range code = ranges.code.empty() ? syntax::Range{} : ranges.code;
  code_begins_.add(code.begin);
  code_sizes_.add(code.size());
  signature_begins_.add(distance(ranges.signature, code));
  signature_sizes_.add(ranges.signature.size());
  doc_begins_.add(distance(ranges.doc, code));
  doc_sizes_.add(ranges.doc.size());
}

std::size_t ColumnsWriter::memory_in_bytes() const {
  std::size_t bytes =
      held(ids_) + held(kinds_) + names_.capacity() + paths_.capacity() + held(blobs_) + held(languages_);
  for (const auto& column : lengths_) bytes += held(column);
  for (const auto* column :
       {&files_, &parents_, &start_lines_, &line_spans_, &name_ends_, &name_sizes_, &qualified_sizes_,
        &code_begins_, &code_sizes_, &signature_begins_, &signature_sizes_, &doc_begins_, &doc_sizes_,
        &path_ends_, &first_units_, &lines_, &bytes_, &text_ends_}) {
    bytes += column->memory_in_bytes();
  }
  return bytes;
}

void ColumnsWriter::finish(CheckedFileWriter& out) {
  const auto raw = [&](SegmentSection id, std::span<const std::byte> bytes) {
    out.begin_section(static_cast<std::uint32_t>(id));
    out.append(bytes);
  };
  const auto packed = [&](SegmentSection id, PackedColumnWriter& column) { raw(id, column.finish()); };
  first_units_.add(unit_count());
  raw(SegmentSection::unit_ids, std::as_bytes(std::span(ids_)));
  raw(SegmentSection::unit_kinds, std::as_bytes(std::span(kinds_)));
  out.begin_section(static_cast<std::uint32_t>(SegmentSection::unit_lengths));
  for (const auto& column : lengths_) out.append(std::as_bytes(std::span(column)));
  packed(SegmentSection::unit_files, files_);
  packed(SegmentSection::unit_parents, parents_);
  packed(SegmentSection::unit_start_lines, start_lines_);
  packed(SegmentSection::unit_line_spans, line_spans_);
  packed(SegmentSection::unit_name_ends, name_ends_);
  packed(SegmentSection::unit_name_sizes, name_sizes_);
  packed(SegmentSection::unit_qualified_sizes, qualified_sizes_);
  raw(SegmentSection::unit_names, std::as_bytes(std::span(names_)));
  packed(SegmentSection::unit_code_begins, code_begins_);
  packed(SegmentSection::unit_code_sizes, code_sizes_);
  packed(SegmentSection::unit_signature_begins, signature_begins_);
  packed(SegmentSection::unit_signature_sizes, signature_sizes_);
  packed(SegmentSection::unit_doc_begins, doc_begins_);
  packed(SegmentSection::unit_doc_sizes, doc_sizes_);
  raw(SegmentSection::file_blobs, std::as_bytes(std::span(blobs_)));
  raw(SegmentSection::file_languages, std::as_bytes(std::span(languages_)));
  packed(SegmentSection::file_path_ends, path_ends_);
  raw(SegmentSection::file_paths, std::as_bytes(std::span(paths_)));
  packed(SegmentSection::file_first_units, first_units_);
  packed(SegmentSection::file_lines, lines_);
  packed(SegmentSection::file_bytes, bytes_);
  packed(SegmentSection::file_text_ends, text_ends_);
}

Status Columns::open(const CheckedFile& file) {
  const std::uint64_t files = file.number(static_cast<std::size_t>(SegmentNumber::files));
  const std::uint64_t units = file.number(static_cast<std::size_t>(SegmentNumber::units));
  bool whole = true;
  Status status;
  const auto raw = [&](SegmentSection id, std::uint64_t size) -> std::span<const std::byte> {
    const auto bytes = file.section(static_cast<std::uint32_t>(id));
    if (auto verified = file.verify(bytes); !verified && status) status = std::move(verified);
    whole = whole && bytes.size() >= size;
    return bytes;
  };
  const auto packed = [&](SegmentSection id, PackedColumn& column, std::uint64_t count) {
    const auto bytes = raw(id, 0);
    if (status && whole) whole = column.open(bytes, count);
  };
  const auto text = [&](SegmentSection id) {
    const auto bytes = raw(id, 0);
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  const auto small = [&](SegmentSection id, std::uint64_t size) {
    return reinterpret_cast<const std::uint8_t*>(raw(id, size).data());
  };
  ids_ = raw(SegmentSection::unit_ids, units * 8).data();
  kinds_ = small(SegmentSection::unit_kinds, units);
  lengths_ = small(SegmentSection::unit_lengths, units * kFieldCount);
  packed(SegmentSection::unit_files, files_, units);
  packed(SegmentSection::unit_parents, parents_, units);
  packed(SegmentSection::unit_start_lines, start_lines_, units);
  packed(SegmentSection::unit_line_spans, line_spans_, units);
  packed(SegmentSection::unit_name_ends, name_ends_, units);
  packed(SegmentSection::unit_name_sizes, name_sizes_, units);
  packed(SegmentSection::unit_qualified_sizes, qualified_sizes_, units);
  names_ = text(SegmentSection::unit_names);
  packed(SegmentSection::unit_code_begins, code_begins_, units);
  packed(SegmentSection::unit_code_sizes, code_sizes_, units);
  packed(SegmentSection::unit_signature_begins, signature_begins_, units);
  packed(SegmentSection::unit_signature_sizes, signature_sizes_, units);
  packed(SegmentSection::unit_doc_begins, doc_begins_, units);
  packed(SegmentSection::unit_doc_sizes, doc_sizes_, units);
  blobs_ = raw(SegmentSection::file_blobs, files * sizeof(corpus::BlobId)).data();
  languages_ = small(SegmentSection::file_languages, files);
  packed(SegmentSection::file_path_ends, path_ends_, files);
  paths_ = text(SegmentSection::file_paths);
  packed(SegmentSection::file_first_units, first_units_, files + 1);
  packed(SegmentSection::file_lines, lines_, files);
  packed(SegmentSection::file_bytes, bytes_, files);
  packed(SegmentSection::file_text_ends, text_ends_, files);
  if (!status) return status;
  if (!whole || (units != 0 && files == 0)) return file.damaged("its columns are shorter than its counts");
  file_count_ = static_cast<std::uint32_t>(files);
  unit_count_ = static_cast<std::uint32_t>(units);
  return {};
}

std::uint32_t Columns::file_of(std::uint32_t ordinal) const {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(files_.get(ordinal), file_count_ - 1));
}

UnitView Columns::unit(std::uint32_t ordinal) const {
  UnitView view;
  view.kind = kind(ordinal);
  view.id = load<std::uint64_t>(ids_ + std::size_t{ordinal} * 8);
  view.file = file_of(ordinal);
  view.parent = ordinal - static_cast<std::uint32_t>(std::min<std::uint64_t>(parents_.get(ordinal), ordinal));
  view.start_line = static_cast<std::uint32_t>(start_lines_.get(ordinal));
  view.end_line = static_cast<std::uint32_t>(view.start_line + line_spans_.get(ordinal));
  const std::uint64_t begin = ordinal == 0 ? 0 : name_ends_.get(ordinal - 1);
  const std::string_view both = slice(names_, begin, name_ends_.get(ordinal));
  view.qualified_name = both.substr(0, std::min<std::uint64_t>(qualified_sizes_.get(ordinal), both.size()));
  view.name = both.substr(both.size() - std::min<std::uint64_t>(name_sizes_.get(ordinal), both.size()));
  const auto codes = lengths(ordinal);
  for (std::size_t field = 0; field < kFieldCount; ++field) view.lengths[field] = length_of(codes[field]);
  return view;
}

UnitRanges Columns::ranges(std::uint32_t ordinal) const {
  const auto begin = static_cast<std::int64_t>(code_begins_.get(ordinal));
  return {range_at(begin, code_sizes_.get(ordinal)),
          range_at(begin + unzigzag(signature_begins_.get(ordinal)), signature_sizes_.get(ordinal)),
          range_at(begin + unzigzag(doc_begins_.get(ordinal)), doc_sizes_.get(ordinal))};
}

std::array<std::uint8_t, kFieldCount> Columns::lengths(std::uint32_t ordinal) const {
  std::array<std::uint8_t, kFieldCount> codes;
  for (std::size_t field = 0; field < kFieldCount; ++field) {
    codes[field] = lengths_[field * unit_count_ + ordinal];
  }
  return codes;
}

std::span<const std::uint8_t> Columns::length_codes(Field field) const {
  return {lengths_ + static_cast<std::size_t>(field) * unit_count_, unit_count_};
}

FileView Columns::file(std::uint32_t ordinal) const {
  FileView view;
  view.path = slice(paths_, ordinal == 0 ? 0 : path_ends_.get(ordinal - 1), path_ends_.get(ordinal));
  view.language = static_cast<corpus::Language>(languages_[ordinal]);
  std::memcpy(view.blob.bytes.data(), blobs_ + ordinal * view.blob.bytes.size(), view.blob.bytes.size());
  const std::uint64_t end =
      std::min<std::uint64_t>(first_units_.get(std::uint64_t{ordinal} + 1), unit_count_);
  const std::uint64_t first = std::min(first_units_.get(ordinal), end);
  view.first_unit = static_cast<std::uint32_t>(first);
  view.unit_count = static_cast<std::uint32_t>(end - first);
  view.lines = static_cast<std::uint32_t>(lines_.get(ordinal));
  view.bytes = static_cast<std::uint32_t>(bytes_.get(ordinal));
  return view;
}

}  // namespace quarry::index
