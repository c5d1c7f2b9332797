#include "quarry/index/segment_writer.h"

#include <algorithm>

#include "quarry/index/checked_file.h"
#include "quarry/index/packed_vectors.h"
#include "quarry/index/posting_buffer.h"
#include "quarry/index/segment_columns.h"
#include "quarry/index/segment_format.h"
#include "quarry/index/text_store.h"

namespace quarry::index {

struct SegmentWriter::State {
  explicit State(SegmentOptions chosen)
      : options(chosen),
        texts([this](std::span<const std::byte> bytes) {
          compressed.insert(compressed.end(), bytes.begin(), bytes.end());
        }),
        vectors(chosen.dimensions) {}

  SegmentOptions options;
  std::vector<std::byte> compressed;
  TextWriter texts;
  ColumnsWriter columns;
  PostingBuffer postings;
  PackedVectorWriter vectors;
};

SegmentWriter::SegmentWriter(SegmentOptions options) : state_(std::make_unique<State>(options)) {}
SegmentWriter::~SegmentWriter() = default;

void SegmentWriter::add(Document document) {
  State& state = *state_;
  const std::uint32_t first_unit = state.columns.unit_count();
  state.texts.add(document.text);
  state.columns.add_file(document.path, document.language, document.blob, document.lines, document.bytes,
                         state.texts.raw_size());
  for (std::uint32_t position = 0; position < document.units.size(); ++position) {
    const Unit& unit = document.units[position];
    std::array<std::uint8_t, kFieldCount> lengths;
    for (std::size_t field = 0; field < kFieldCount; ++field)
      lengths[field] = code_of_length(unit.lengths[field]);
    state.columns.add_unit(unit.kind, unit.id, unit.parent < position ? position - unit.parent : position,
                           unit.start_line, unit.end_line, unit.name, unit.qualified_name,
                           {unit.code, unit.signature, unit.doc}, lengths);
  }
  state.postings.add(document.occurrences, first_unit);
  document.vectors.resize(document.units.size() * state.options.dimensions);
  state.vectors.add(document.vectors);
}

std::uint32_t SegmentWriter::file_count() const {
  return state_->columns.file_count();
}

std::size_t SegmentWriter::memory_in_bytes() const {
  return state_->compressed.capacity() + state_->columns.memory_in_bytes() +
         state_->postings.memory_in_bytes() + state_->vectors.memory_in_bytes();
}

Status SegmentWriter::finish(FileSystem& files, const std::filesystem::path& path) {
  const std::unique_ptr<State> state = std::exchange(state_, std::make_unique<State>(state_->options));
  CheckedFileWriter out(files, path, kSegmentMagic, kSegmentVersion);
  state->texts.finish();
  out.begin_section(static_cast<std::uint32_t>(SegmentSection::text_blocks));
  out.append(state->compressed);
  state->compressed = {};
  state->texts.write_offsets(out);
  if (state->options.dimensions != 0) state->vectors.finish(out);
  TrailerNumbers numbers{};
  const auto set = [&](SegmentNumber which, std::uint32_t value) {
    numbers[static_cast<std::size_t>(which)] = value;
  };
  set(SegmentNumber::terms, state->postings.finish(out));
  set(SegmentNumber::files, state->columns.file_count());
  set(SegmentNumber::units, state->columns.unit_count());
  set(SegmentNumber::dimensions, state->options.dimensions);
  set(SegmentNumber::flags, state->options.source ? kFlagSource : 0);
  state->columns.finish(out);
  QUARRY_CHECK(out.finish(numbers));
  return {};
}

}  // namespace quarry::index
