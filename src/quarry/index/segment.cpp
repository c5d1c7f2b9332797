#include "quarry/index/segment.h"

#include <algorithm>

#include "quarry/index/packed_vectors.h"
#include "quarry/index/segment_state.h"

namespace quarry::index {
namespace {

std::uint32_t number(const CheckedFile& file, SegmentNumber which) {
  return file.number(static_cast<std::size_t>(which));
}
std::span<const std::byte> section(const CheckedFile& file, SegmentSection id) {
  return file.section(static_cast<std::uint32_t>(id));
}

}  // namespace

Segment::Segment(std::unique_ptr<State> state) : state_(std::move(state)) {}
Segment::~Segment() = default;

Result<std::shared_ptr<const Segment>> Segment::open(const FileSystem& files,
                                                     const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  QUARRY_TRY(state->file, CheckedFile::open(files, path, kSegmentMagic, kSegmentVersion));
  state->dimensions = number(*state->file, SegmentNumber::dimensions);
  state->source = (number(*state->file, SegmentNumber::flags) & kFlagSource) != 0;
  return std::shared_ptr<const Segment>(new Segment(std::move(state)));
}

std::uint32_t Segment::file_count() const {
  return number(*state_->file, SegmentNumber::files);
}
std::uint32_t Segment::unit_count() const {
  return number(*state_->file, SegmentNumber::units);
}
std::uint64_t Segment::size_in_bytes() const {
  return state_->file->size();
}
std::uint64_t Segment::checksum() const {
  return state_->file->checksum();
}
std::uint32_t Segment::dimensions() const {
  return state_->dimensions;
}
bool Segment::has_source() const {
  return state_->source;
}

Status Segment::prepare() const {
  State& state = *state_;
  if (state.ready.load(std::memory_order_acquire)) return {};
  const std::scoped_lock guard(state.mutex);
  if (state.ready.load(std::memory_order_relaxed)) return {};
  const CheckedFile& file = *state.file;
  for (const SegmentSection id :
       {SegmentSection::term_buckets, SegmentSection::term_keys, SegmentSection::term_offsets,
        SegmentSection::posting_shapes, SegmentSection::text_offsets}) {
    QUARRY_CHECK(file.verify(section(file, id)));
  }
  Columns columns;
  QUARRY_CHECK(columns.open(file));
  state.postings = section(file, SegmentSection::postings);
  ShapeTable shapes;
  const std::uint64_t text_size = columns.file_count() == 0 ? 0 : columns.text_end(columns.file_count() - 1);
  if (!state.dictionary.open(file, number(file, SegmentNumber::terms), state.postings.size()) ||
      !shapes.open(section(file, SegmentSection::posting_shapes)) || !state.text.open(file, text_size)) {
    return file.damaged("its dictionary or table of texts is wrong");
  }
  state.shapes = std::move(shapes);
  state.columns = columns;
  state.ready.store(true, std::memory_order_release);
  return {};
}

UnitView Segment::unit(std::uint32_t ordinal) const {
  return state_->columns.unit(ordinal);
}
syntax::Kind Segment::kind(std::uint32_t unit) const {
  return state_->columns.kind(unit);
}
std::uint32_t Segment::file_of(std::uint32_t unit) const {
  return state_->columns.file_of(unit);
}
FileView Segment::file(std::uint32_t ordinal) const {
  return state_->columns.file(ordinal);
}
std::uint32_t Segment::first_unit(std::uint32_t file) const {
  return state_->columns.first_unit(file);
}
std::span<const std::uint8_t> Segment::length_codes(Field field) const {
  return state_->columns.length_codes(field);
}
std::uint16_t Segment::length_of_code(std::uint8_t code) {
  return length_of(code);
}

Result<PostingCursor> Segment::postings(text::Term term) const {
  const auto range = state_->dictionary.find(key_of(term));
  if (!range) return PostingCursor();
  const auto bytes = state_->postings.subspan(range->begin, range->end - range->begin);
  QUARRY_CHECK(state_->file->verify(bytes));
  return PostingCursor(bytes, unit_count(), state_->shapes.postings());
}

std::span<const Posting> Segment::shapes() const {
  return {state_->shapes.postings(), kMaxShapes};
}

Result<UnitText> Segment::text(std::uint32_t unit) const {
  const Columns& columns = state_->columns;
  const std::uint32_t file = columns.file_of(unit);
  const std::uint64_t begin = columns.text_begin(file);
  const std::uint64_t end = columns.text_end(file);
  const UnitRanges ranges = columns.ranges(unit);
  const auto part = [&](syntax::Range range) {
    return state_->text.read(std::min(begin + range.begin, end), std::min(begin + range.end, end));
  };
  UnitText text;
  QUARRY_TRY(text.code, part(ranges.code));
  QUARRY_TRY(text.signature, part(ranges.signature));
  QUARRY_TRY(text.doc, part(ranges.doc));
  return text;
}

Result<std::string> Segment::file_text(std::uint32_t file) const {
  if (!state_->source) {
    return fail(ErrorKind::not_found, "the index was built without source text (`--no-source`)");
  }
  return state_->text.read(state_->columns.text_begin(file), state_->columns.text_end(file));
}

Status Segment::prepare_vectors() const {
  State& state = *state_;
  if (state.vectors_ready.load(std::memory_order_acquire)) return {};
  const std::scoped_lock guard(state.mutex);
  if (state.vectors_ready.load(std::memory_order_relaxed)) return {};
  const CheckedFile& file = *state.file;
  const auto sizes = section(file, SegmentSection::vector_sizes);
  const auto signs = section(file, SegmentSection::vector_signs);
  const std::uint64_t words = std::uint64_t{unit_count()} * plane_words(state.dimensions);
  if (signs.size() != words * 8 || sizes.size() != kSizePlanes * words * 8) {
    return file.damaged("its vectors do not fit its units");
  }
  QUARRY_CHECK(file.verify(sizes));
  QUARRY_CHECK(file.verify(signs));
  // Sections start at multiples of 16 in a page-aligned map.
  state.vector_sizes = {reinterpret_cast<const std::uint64_t*>(sizes.data()), sizes.size() / 8};
  state.vector_signs = {reinterpret_cast<const std::uint64_t*>(signs.data()), signs.size() / 8};
  state.vectors_ready.store(true, std::memory_order_release);
  return {};
}

void Segment::vector(std::uint32_t unit, std::span<std::int8_t> row) const {
  const PackedRow packed = packed_vector(unit);
  unpack_vector(packed.signs, packed.sizes, row);
}
PackedRow Segment::packed_vector(std::uint32_t unit) const {
  const std::size_t words = plane_words(state_->dimensions);
  return {state_->vector_signs.subspan(unit * words, words),
          state_->vector_sizes.subspan(unit * kSizePlanes * words, kSizePlanes * words)};
}
std::span<const std::uint64_t> Segment::sign_bits() const {
  return state_->vector_signs;
}

Status Segment::verify() const {
  QUARRY_CHECK(state_->file->verify_all());
  QUARRY_CHECK(prepare());
  if (state_->dimensions != 0) QUARRY_CHECK(prepare_vectors());
  for (std::uint32_t file = 0; state_->source && file < file_count(); ++file) QUARRY_CHECK(file_text(file));
  return {};
}

}  // namespace quarry::index
