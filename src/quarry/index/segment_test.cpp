#include "quarry/index/segment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "quarry/base/test_directory.h"
#include "quarry/index/segment_writer.h"
#include "quarry/index/test_documents.h"

namespace quarry::index {
namespace {

// A text of `lines` lines of words of a small vocabulary, where few are frequent and most are rare.
std::string random_text(std::mt19937& random, int lines) {
  std::string text;
  for (int line = 0; line < lines; ++line) {
    const int words = static_cast<int>(random() % 30);
    for (int word = 0; word < words; ++word) {
      const unsigned long rank = std::min(random() % 3000, random() % 3000);
      text += fmt::format("w{} ", random() % 3 == 0 ? rank : rank % 20);
    }
    text += '\n';
  }
  return text;
}

std::vector<Document> random_documents(std::uint32_t seed, int files, std::uint32_t dimensions = 0) {
  std::mt19937 random(seed);
  std::vector<Document> documents;
  for (int i = 0; i < files; ++i) {
    documents.push_back(test_document(fmt::format("src/dir{}/file{}.py", i % 7, i),
                                      random_text(random, static_cast<int>(random() % 60)), dimensions));
  }
  return documents;
}

std::shared_ptr<const Segment> write(const std::filesystem::path& path,
                                     const std::vector<Document>& documents, SegmentOptions options = {}) {
  SegmentWriter writer(options);
  for (const Document& document : documents) writer.add(document);
  EXPECT_TRUE(writer.finish(posix_file_system(), path));
  auto segment = Segment::open(posix_file_system(), path);
  EXPECT_TRUE(segment) << segment.error().message;
  EXPECT_TRUE((*segment)->prepare());
  return *segment;
}

std::string bytes_of(const std::filesystem::path& path) {
  return posix_file_system().read(path, 1U << 30).value();
}

TEST(Segment, KeepsTheDirectionOfAVectorAndKnowsOneOfZeros) {
  const TestDirectory folder;
  constexpr std::uint32_t kDimensions = 128;
  auto document = test_document("a.py", "one\ntwo\nthree\n", kDimensions);
  std::mt19937 random(7);
  std::normal_distribution<double> spread(0, 127 / std::sqrt(double{kDimensions}));
  for (auto& component : document.vectors) component = static_cast<std::int8_t>(std::lround(spread(random)));
  std::fill_n(document.vectors.end() - kDimensions, kDimensions, std::int8_t{0});
  const auto segment =
      write(folder.path() / "a.seg", {document}, {.dimensions = kDimensions, .source = true});
  ASSERT_TRUE(segment->prepare_vectors());
  const std::uint32_t last = segment->unit_count() - 1;
  ASSERT_GE(last, 2U);
  std::vector<std::int8_t> row(kDimensions);
  segment->vector(last, row);
  EXPECT_THAT(row, testing::Each(0));
  for (std::uint32_t u = 0; u < last; ++u) {
    segment->vector(u, row);
    double product = 0;
    double given = 0;
    double kept = 0;
    for (std::size_t d = 0; d < kDimensions; ++d) {
      const double component = document.vectors[u * kDimensions + d];
      product += component * row[d];
      given += component * component;
      kept += double{static_cast<double>(row[d])} * row[d];
    }
    EXPECT_GT(product / std::sqrt(given * kept), 0.99) << u;  // four bits cost .005 on average
  }
}

TEST(Segment, AnswersWhatTheDocumentsHeld) {
  const TestDirectory folder;
  const auto documents = random_documents(1, 300, 70);
  const auto segment = write(folder.path() / "a.seg", documents, {.dimensions = 70, .source = true});
  ASSERT_EQ(segment->file_count(), documents.size());
  ASSERT_TRUE(segment->prepare_vectors());
  std::map<text::Term, std::map<std::uint32_t, Posting>> expected;
  std::uint32_t ordinal = 0;
  for (std::uint32_t f = 0; f < documents.size(); ++f) {
    const Document& document = documents[f];
    const FileView file = segment->file(f);
    EXPECT_EQ(file.path, document.path);
    EXPECT_EQ(file.language, document.language);
    EXPECT_EQ(file.blob, document.blob);
    EXPECT_EQ(file.lines, document.lines);
    EXPECT_EQ(file.bytes, document.bytes);
    EXPECT_EQ(file.first_unit, ordinal);
    ASSERT_EQ(file.unit_count, document.units.size());
    EXPECT_EQ(segment->file_text(f).value(), document.text);
    for (const Occurrence& occurrence : document.occurrences) {
      Posting& posting = expected[occurrence.term][ordinal + occurrence.unit];
      posting.fields = static_cast<std::uint8_t>(posting.fields | 1U << static_cast<int>(occurrence.field));
      posting.counts[static_cast<std::size_t>(occurrence.field)] = occurrence.count;
    }
    for (std::uint32_t u = 0; u < document.units.size(); ++u) {
      const Unit& unit = document.units[u];
      const UnitView view = segment->unit(ordinal + u);
      EXPECT_EQ(view.kind, unit.kind);
      EXPECT_EQ(segment->kind(ordinal + u), unit.kind);
      EXPECT_EQ(view.id, unit.id);
      EXPECT_EQ(view.file, f);
      EXPECT_EQ(segment->file_of(ordinal + u), f);
      EXPECT_EQ(view.parent, ordinal + unit.parent);
      EXPECT_EQ(view.start_line, unit.start_line);
      EXPECT_EQ(view.end_line, unit.end_line);
      EXPECT_EQ(view.name, unit.name);
      EXPECT_EQ(view.qualified_name, unit.qualified_name);
      const UnitText text = segment->text(ordinal + u).value();
      EXPECT_EQ(text.code, document.text.substr(unit.code.begin, unit.code.size()));
      EXPECT_EQ(text.signature, document.text.substr(unit.signature.begin, unit.signature.size()));
      EXPECT_EQ(text.doc, document.text.substr(unit.doc.begin, unit.doc.size()));
      for (std::size_t field = 0; field < kFieldCount; ++field) {
        const std::uint8_t code = segment->length_codes(static_cast<Field>(field))[ordinal + u];
        EXPECT_EQ(view.lengths[field], Segment::length_of_code(code));
        if (unit.lengths[field] <= 15) {
          EXPECT_EQ(view.lengths[field], unit.lengths[field]);
        }
      }
      std::vector<std::int8_t> row(70);
      segment->vector(ordinal + u, row);
      for (std::uint32_t d = 0; d < 70; ++d) {
        const std::int8_t component = document.vectors[u * 70 + d];
        const int size = std::min(7, static_cast<int>(std::abs(component) * std::sqrt(70.0) / (0.335 * 127)));
        EXPECT_EQ(row[d], component < 0 ? -(2 * size + 1) : 2 * size + 1) << int{component};
        EXPECT_EQ(segment->sign_bits()[(ordinal + u) * 2 + d / 64] >> (d % 64) & 1, component < 0 ? 1U : 0U);
      }
    }
    ordinal += static_cast<std::uint32_t>(document.units.size());
  }
  EXPECT_EQ(segment->unit_count(), ordinal);
  for (const auto& [term, units] : expected) {
    PostingCursor cursor = segment->postings(term).value();
    Posting posting;
    for (const auto& [unit, wanted] : units) {
      ASSERT_TRUE(cursor.next(posting));
      EXPECT_EQ(posting.unit, unit);
      EXPECT_EQ(posting.fields, wanted.fields);
      EXPECT_EQ(posting.counts, wanted.counts);
    }
    EXPECT_FALSE(cursor.next(posting));
  }
  Posting posting;
  EXPECT_FALSE(segment->postings(test_term("absent"))->next(posting));
  EXPECT_TRUE(segment->verify());
}

TEST(Segment, KeepsCountsAndLengthsUpToTheirLimits) {
  const TestDirectory folder;
  Document document = test_document("a.py", "one two");
  document.units[1].lengths = {0, 1, 15, 16, 17, 31, 1000, 65535};
  document.occurrences = {{7, 0, Field::body, 15}, {7, 1, Field::name, 16}, {7, 1, Field::folder, 65535}};
  const auto segment = write(folder.path() / "a.seg", {document});
  EXPECT_EQ(segment->unit(1).lengths, (Lengths{0, 1, 15, 16, 16, 30, 960, 61440}));
  PostingCursor cursor = segment->postings(7).value();
  Posting posting;
  ASSERT_TRUE(cursor.next(posting));
  EXPECT_EQ(posting.counts[static_cast<int>(Field::body)], 15);
  ASSERT_TRUE(cursor.next(posting));
  EXPECT_EQ(posting.fields, 1U | 128U);
  EXPECT_EQ(posting.counts[static_cast<int>(Field::name)], 16);
  EXPECT_EQ(posting.counts[static_cast<int>(Field::folder)], 65535);
  EXPECT_FALSE(cursor.next(posting));
}

TEST(Segment, AnEmptyOneIsReadable) {
  const TestDirectory folder;
  const auto segment = write(folder.path() / "a.seg", {});
  EXPECT_EQ(segment->file_count(), 0U);
  Posting posting;
  EXPECT_FALSE(segment->postings(1)->next(posting));
  EXPECT_TRUE(segment->verify());
}

TEST(Segment, TextLongerThanABlockComesBackWhole) {
  const TestDirectory folder;
  std::mt19937 random(3);
  std::vector<Document> documents;
  for (const int lines : {4000, 1, 3000})
    documents.push_back(test_document(fmt::format("f{}", lines), random_text(random, lines)));
  const auto segment = write(folder.path() / "a.seg", documents);
  for (std::uint32_t f = 0; f < 3; ++f) EXPECT_EQ(segment->file_text(f).value(), documents[f].text);
  const Unit& last = documents[2].units.back();
  EXPECT_EQ(segment->text(segment->unit_count() - 1)->code,
            documents[2].text.substr(last.code.begin, last.code.size()));
}

TEST(Segment, WithoutSourceThereIsNoFileText) {
  const TestDirectory folder;
  const auto segment =
      write(folder.path() / "a.seg", random_documents(2, 3), {.dimensions = 0, .source = false});
  EXPECT_FALSE(segment->has_source());
  EXPECT_EQ(segment->file_text(0).error().kind, ErrorKind::not_found);
}

TEST(SegmentWriter, TheSameDocumentsMakeTheSameBytes) {
  const TestDirectory folder;
  write(folder.path() / "a.seg", random_documents(4, 100, 32), {.dimensions = 32, .source = true});
  write(folder.path() / "b.seg", random_documents(4, 100, 32), {.dimensions = 32, .source = true});
  EXPECT_EQ(bytes_of(folder.path() / "a.seg"), bytes_of(folder.path() / "b.seg"));
}

TEST(SegmentMerge, GivesTheBytesThatOneWriterWouldHaveWritten) {
  const TestDirectory folder;
  std::mt19937 random(5);
  const SegmentOptions options{.dimensions = 16, .source = true};
  std::vector<std::shared_ptr<const Segment>> segments;
  std::vector<std::vector<bool>> keep;
  std::vector<Document> kept;
  for (std::uint32_t s = 0; s < 4; ++s) {
    const auto documents = random_documents(10 + s, 50, 16);
    segments.push_back(write(folder.path() / fmt::format("{}.seg", s), documents, options));
    keep.emplace_back();
    for (const Document& document : documents) {
      keep.back().push_back(random() % 3 != 0);
      if (keep.back().back()) kept.push_back(document);
    }
  }
  const auto remap =
      merge_segments(posix_file_system(), segments, keep, folder.path() / "merged.seg").value();
  write(folder.path() / "direct.seg", kept, options);
  EXPECT_EQ(bytes_of(folder.path() / "merged.seg"), bytes_of(folder.path() / "direct.seg"));
  std::uint32_t next = 0;
  for (std::size_t s = 0; s < keep.size(); ++s) {
    for (std::size_t f = 0; f < keep[s].size(); ++f) EXPECT_EQ(remap[s][f], keep[s][f] ? next++ : kDropped);
  }
}

}  // namespace
}  // namespace quarry::index
