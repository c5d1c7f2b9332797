// Reads all that a segment answers, and makes checksums right again after bytes were changed. Tests and
// fuzzing only.
#pragma once

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "quarry/base/hash.h"
#include "quarry/index/segment.h"
#include "quarry/index/segment_state.h"

namespace quarry::index {

// A hash of every answer, or the first error.
inline Result<std::uint64_t> read_all(const Segment& segment) {
  std::uint64_t digest = 0;
  const auto mix = [&](std::string_view bytes) { digest = hash64(bytes, digest); };
  const auto mix_number = [&](std::uint64_t number) {
    digest = hash64(std::as_bytes(std::span(&number, 1)), digest);
  };
  QUARRY_CHECK(segment.prepare());
  if (segment.dimensions() != 0) {
    QUARRY_CHECK(segment.prepare_vectors());
    for (const std::uint64_t word : segment.sign_bits()) mix_number(word);
  }
  for (std::uint32_t f = 0; f < segment.file_count(); ++f) {
    const FileView file = segment.file(f);
    mix(file.path);
    mix_number(hash64(std::as_bytes(std::span(file.blob.bytes)), static_cast<std::uint64_t>(file.language)));
    mix_number(std::uint64_t{file.first_unit} << 32 | file.unit_count);
    mix_number(std::uint64_t{file.lines} << 32 | file.bytes);
    if (segment.has_source()) {
      QUARRY_TRY(const std::string text, segment.file_text(f));
      mix(text);
    }
  }
  for (std::uint32_t u = 0; u < segment.unit_count(); ++u) {
    const UnitView unit = segment.unit(u);
    mix(unit.name);
    mix(unit.qualified_name);
    mix_number(unit.id ^ static_cast<std::uint64_t>(unit.kind) ^ static_cast<std::uint64_t>(segment.kind(u)));
    mix_number(std::uint64_t{unit.file} << 32 | unit.parent);
    mix_number(std::uint64_t{unit.start_line} << 32 | unit.end_line);
    for (const std::uint16_t length : unit.lengths) mix_number(length);
    if (segment.dimensions() != 0) {
      std::vector<std::int8_t> row(segment.dimensions());
      segment.vector(u, row);
      digest = hash64(std::as_bytes(std::span(row)), digest);
    }
    QUARRY_TRY(const UnitText text, segment.text(u));
    mix(text.code);
    mix(text.signature);
    mix(text.doc);
  }
  const Dictionary& dictionary = segment.state().dictionary;
  for (std::uint32_t t = 0; t < dictionary.size(); ++t) {
    const TermRange range = dictionary.range(t);
    const auto bytes = segment.state().postings.subspan(range.begin, range.end - range.begin);
    PostingCursor cursor(bytes, segment.unit_count(), segment.state().shapes.postings());
    for (Posting posting; cursor.next(posting);) {
      mix_number(std::uint64_t{posting.unit} << 8 | posting.fields);
      for (const std::uint16_t count : posting.counts) mix_number(count);
    }
  }
  for (std::uint64_t term = 0; term < 300; ++term) QUARRY_CHECK(segment.postings(hash64("", term)));
  return digest;
}

// Makes all checksums of a container right for its bytes, so that reading goes on to what they mean.
inline void reseal(std::string& bytes) {
  constexpr std::size_t kTrailer = 72;
  if (bytes.size() < kTrailer + 16) return;
  const auto at = [&](std::size_t offset) {
    return reinterpret_cast<const std::byte*>(bytes.data()) + offset;
  };
  const auto body_end = load<std::uint64_t>(at(bytes.size() - kTrailer));
  const std::uint64_t blocks =
      (std::min<std::uint64_t>(body_end, bytes.size()) + kBlockBytes - 1) / kBlockBytes;
  if (body_end > bytes.size() - kTrailer || blocks * 8 > bytes.size() - kTrailer - body_end) return;
  const auto put = [&](std::size_t offset, std::uint64_t value) {
    std::memcpy(bytes.data() + offset, &value, 8);
  };
  for (std::uint64_t block = 0; block < blocks; ++block) {
    const std::uint64_t from = block * kBlockBytes;
    put(body_end + block * 8,
        hash64(std::span(at(from), std::min<std::uint64_t>(kBlockBytes, body_end - from))));
  }
  put(bytes.size() - 16, hash64(std::span(at(body_end), bytes.size() - 16 - body_end)));
}

}  // namespace quarry::index
