// Several segments into one, streaming: text block by block, postings term by term; only columns are held.
#include <algorithm>
#include <unordered_map>

#include "quarry/index/packed_vectors.h"
#include "quarry/index/segment_state.h"
#include "quarry/index/segment_writer.h"

namespace quarry::index {
namespace {

constexpr std::size_t kWriteBytes = 1U << 18;

// A walk through the terms of one segment in the order of their keys.
class TermWalk {
 public:
  explicit TermWalk(const Segment& segment) : segment_(segment), dictionary_(segment.state().dictionary) {
    settle();
  }

  [[nodiscard]] bool done() const { return position_ >= dictionary_.size(); }
  [[nodiscard]] std::uint64_t key() const { return dictionary_.key(position_, bucket_); }
  [[nodiscard]] Result<PostingCursor> postings() const {
    const Segment::State& state = segment_.state();
    const TermRange range = dictionary_.range(position_);
    const auto bytes = state.postings.subspan(range.begin, range.end - range.begin);
    QUARRY_CHECK(state.file->verify(bytes));
    return PostingCursor(bytes, segment_.unit_count(), state.shapes.postings());
  }
  void advance() {
    ++position_;
    settle();
  }

 private:
  void settle() {
    while (!done() && bucket_ + 1 < dictionary_.bucket_count() &&
           dictionary_.bucket_end(bucket_) <= position_)
      ++bucket_;
  }

  const Segment& segment_;
  const Dictionary& dictionary_;
  std::uint32_t position_ = 0;
  std::uint32_t bucket_ = 0;
};

class Merge {
 public:
  Merge(FileSystem& files, std::span<const std::shared_ptr<const Segment>> segments,
        std::span<const std::vector<bool>> keep, const std::filesystem::path& path)
      : segments_(segments), keep_(keep), out_(files, path, kSegmentMagic, kSegmentVersion) {}

  Result<std::vector<std::vector<std::uint32_t>>> run() {
    for (const auto& segment : segments_) QUARRY_CHECK(segment->prepare());
    number_files();
    QUARRY_CHECK(merge_text());
    if (dimensions() != 0) QUARRY_CHECK(merge_vectors());
    TrailerNumbers numbers{};
    QUARRY_TRY(numbers[static_cast<std::size_t>(SegmentNumber::terms)], merge_postings());
    numbers[static_cast<std::size_t>(SegmentNumber::files)] = columns_.file_count();
    numbers[static_cast<std::size_t>(SegmentNumber::units)] = columns_.unit_count();
    numbers[static_cast<std::size_t>(SegmentNumber::dimensions)] = dimensions();
    numbers[static_cast<std::size_t>(SegmentNumber::flags)] = has_source() ? kFlagSource : 0;
    columns_.finish(out_);
    QUARRY_CHECK(out_.finish(numbers));
    return std::move(files_);
  }

 private:
  [[nodiscard]] std::uint32_t dimensions() const {
    return segments_.empty() ? 0 : segments_.front()->dimensions();
  }
  [[nodiscard]] bool has_source() const { return !segments_.empty() && segments_.front()->has_source(); }

  void number_files() {
    std::uint32_t next_file = 0;
    std::uint32_t next_unit = 0;
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      files_.emplace_back(segments_[s]->file_count(), kDropped);
      units_.emplace_back(segments_[s]->unit_count(), kDropped);
      for (std::uint32_t f = 0; f < files_[s].size(); ++f) {
        if (!keep_[s][f]) continue;
        files_[s][f] = next_file++;
        const FileView file = segments_[s]->file(f);
        for (std::uint32_t u = 0; u < file.unit_count; ++u) units_[s][file.first_unit + u] = next_unit++;
      }
    }
  }

  Status merge_text() {
    TextWriter texts([this](std::span<const std::byte> bytes) { out_.append(bytes); });
    out_.begin_section(static_cast<std::uint32_t>(SegmentSection::text_blocks));
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      const Segment::State& from = segments_[s]->state();
      for (std::uint32_t f = 0; f < files_[s].size(); ++f) {
        if (files_[s][f] == kDropped) continue;
        QUARRY_TRY(const std::string text,
                   from.text.read(from.columns.text_begin(f), from.columns.text_end(f)));
        texts.add(text);
        const FileView file = from.columns.file(f);
        columns_.add_file(file.path, file.language, file.blob, file.lines, file.bytes, texts.raw_size());
        for (std::uint32_t u = file.first_unit; u < file.first_unit + file.unit_count; ++u) {
          const UnitView unit = from.columns.unit(u);
          columns_.add_unit(unit.kind, unit.id, u - unit.parent, unit.start_line, unit.end_line, unit.name,
                            unit.qualified_name, from.columns.ranges(u), from.columns.lengths(u));
        }
        QUARRY_CHECK(out_.status());
      }
    }
    texts.finish();
    texts.write_offsets(out_);
    return out_.status();
  }

  Status merge_vectors() {
    PackedVectorWriter vectors(dimensions());
    const std::size_t words = plane_words(dimensions());
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      QUARRY_CHECK(segments_[s]->prepare_vectors());
      for (std::uint32_t u = 0; u < units_[s].size(); ++u) {
        if (units_[s][u] == kDropped) continue;
        const Segment::State& from = segments_[s]->state();
        vectors.add_packed(from.vector_signs.subspan(u * words, words),
                           from.vector_sizes.subspan(u * kSizePlanes * words, kSizePlanes * words));
      }
    }
    vectors.finish(out_);
    return out_.status();
  }

  // Calls `each` with every kept posting, its unit renumbered, and `term` before the first posting of a term.
  template <class Term, class Each>
  Status walk_postings(const Term& term, const Each& each) {
    std::vector<TermWalk> walks;
    for (const auto& segment : segments_) walks.emplace_back(*segment);
    for (;;) {
      std::uint64_t least = ~std::uint64_t{0};
      for (const TermWalk& walk : walks) {
        if (!walk.done()) least = std::min(least, walk.key());
      }
      if (least == ~std::uint64_t{0}) return {};
      bool first = true;
      for (std::size_t s = 0; s < walks.size(); ++s) {
        if (walks[s].done() || walks[s].key() != least) continue;
        QUARRY_TRY(PostingCursor cursor, walks[s].postings());
        walks[s].advance();
        for (Posting posting; cursor.next(posting);) {
          posting.unit = units_[s][posting.unit];
          if (posting.unit == kDropped) continue;
          if (std::exchange(first, false)) term(least);
          each(posting);
        }
      }
      QUARRY_CHECK(out_.status());
    }
  }

  Result<std::uint32_t> merge_postings() {
    // Twice through the postings: the table of shapes is made of the kept ones, as if they were all there
    // were.
    std::unordered_map<Shape, std::uint64_t> counts;
    QUARRY_CHECK(
        walk_postings([](std::uint64_t) {}, [&](const Posting& posting) { ++counts[shape_of(posting)]; }));
    const ShapeTable table = ShapeTable::make(counts);
    PostingEncoder encoder(table);
    DictionaryWriter dictionary;
    std::vector<std::byte> encoded;
    std::uint64_t written = 0;
    const auto flush = [&] {
      out_.append(encoded);
      written += encoded.size();
      encoded.clear();
    };
    out_.begin_section(static_cast<std::uint32_t>(SegmentSection::postings));
    QUARRY_CHECK(walk_postings(
        [&](std::uint64_t key) {
          if (encoded.size() >= kWriteBytes) flush();
          dictionary.add(key, written + encoded.size());
          encoder.begin_term();
        },
        [&](const Posting& posting) { encoder.add(posting, encoded); }));
    flush();
    out_.begin_section(static_cast<std::uint32_t>(SegmentSection::posting_shapes));
    out_.append(table.bytes());
    const std::uint32_t terms = dictionary.size();
    dictionary.finish(written, out_);
    return terms;
  }

  std::span<const std::shared_ptr<const Segment>> segments_;
  std::span<const std::vector<bool>> keep_;
  CheckedFileWriter out_;
  ColumnsWriter columns_;
  std::vector<std::vector<std::uint32_t>> files_;
  std::vector<std::vector<std::uint32_t>> units_;
};

}  // namespace

Result<std::vector<std::vector<std::uint32_t>>> merge_segments(
    FileSystem& files, std::span<const std::shared_ptr<const Segment>> segments,
    std::span<const std::vector<bool>> keep, const std::filesystem::path& path) {
  return Merge(files, segments, keep, path).run();
}

}  // namespace quarry::index
