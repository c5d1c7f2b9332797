#include "quarry/index/index_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "quarry/base/test_directory.h"
#include "quarry/index/snapshot.h"
#include "quarry/index/test_source.h"

namespace quarry::index {
namespace {

using testing::HasSubstr;

UpdateReport update(const std::filesystem::path& index, const TestSource& source,
                    const UpdateOptions& options = {}) {
  auto writer = IndexWriter::open(posix_file_system(), index, test_hooks(source));
  EXPECT_TRUE(writer) << writer.error().message;
  auto report = (*writer)->update(source, options);
  EXPECT_TRUE(report) << report.error().message;
  return report ? *report : UpdateReport{};
}

std::shared_ptr<const Snapshot> open(const std::filesystem::path& index) {
  auto snapshot = Snapshot::open(posix_file_system(), index);
  EXPECT_TRUE(snapshot) << snapshot.error().message;
  return *snapshot;
}

// Everything that a view answers, in words that do not depend on segments: the files with their texts, units
// and postings, and the sums.
std::multiset<std::string> answers(const Snapshot& snapshot, std::size_t view) {
  std::multiset<std::string> found;
  std::set<text::Term> terms;
  for (int w = 0; w < 400; ++w) terms.insert(test_term(fmt::format("w{}", w)));
  for (std::size_t s = 0; s < snapshot.segments().size(); ++s) {
    const Segment& segment = *snapshot.segments()[s];
    EXPECT_TRUE(segment.prepare());
    const FileSet live = snapshot.live_files(view, s).value();
    for (std::uint32_t f = 0; f < segment.file_count(); ++f) {
      if (!live.contains(f)) continue;
      const FileView file = segment.file(f);
      found.insert(
          fmt::format("file {} {} {} {}", file.path, file.lines, file.unit_count, *segment.file_text(f)));
      for (std::uint32_t u = file.first_unit; u < file.first_unit + file.unit_count; ++u) {
        const UnitView unit = segment.unit(u);
        found.insert(fmt::format("unit {} {} {} {} {}", file.path, unit.id, unit.qualified_name,
                                 unit.start_line, segment.text(u)->code));
      }
    }
    for (const text::Term term : terms) {
      PostingCursor cursor = segment.postings(term).value();
      for (Posting posting; cursor.next(posting);) {
        const std::uint32_t file = segment.file_of(posting.unit);
        if (!live.contains(file)) continue;
        found.insert(fmt::format("posting {} {} {} {}", term, segment.file(file).path,
                                 posting.unit - segment.file(file).first_unit,
                                 fmt::join(posting.counts, ",")));
      }
    }
  }
  const Totals totals = snapshot.totals(view).value();
  found.insert(fmt::format("totals {} {} {}", totals.files, totals.units, fmt::join(totals.terms, ",")));
  const ViewInfo& info = snapshot.views()[view];
  found.insert(fmt::format("info {} {} {}", info.files, info.units, info.source_bytes));
  return found;
}

std::string words(std::mt19937& random, std::size_t count) {
  std::string text;
  for (std::size_t w = 0; w < count; ++w)
    text += fmt::format("w{}{}", random() % 400, w % 7 == 6 ? '\n' : ' ');
  return text;
}

TEST(IndexWriter, BuildsAnIndexThatASnapshotReads) {
  const TestDirectory folder;
  TestSource source;
  source.write("a.py", "w1 w2 w3\nw4");
  source.write("b/c.py", "w1 w5");
  source.write("logo.py", "BINARY");
  const auto report = update(folder.path() / "index", source);
  EXPECT_EQ(report.version, 1U);
  EXPECT_TRUE(report.changed);
  EXPECT_EQ(report.files, 2U);
  EXPECT_EQ(report.units, 3U);
  EXPECT_EQ(report.parsed, 2U);
  EXPECT_EQ(report.skipped.size(), 2U);
  const auto snapshot = open(folder.path() / "index");
  EXPECT_EQ(snapshot->version(), 1U);
  EXPECT_TRUE(snapshot->has_source());
  EXPECT_EQ(snapshot->model().name, "");
  ASSERT_EQ(snapshot->segments().size(), 1U);
  ASSERT_EQ(snapshot->views().size(), 1U);
  const ViewInfo& view = snapshot->views()[0];
  EXPECT_EQ(view.repository, "tree");
  EXPECT_EQ(view.root, "/work/tree");
  EXPECT_EQ(view.revision, "r1");
  EXPECT_EQ(view.files, 2U);
  EXPECT_EQ(view.units, 3U);
  EXPECT_EQ(view.source_bytes, source.files().at("a.py").content.size() + 5);
  EXPECT_EQ(view.skipped,
            (std::vector<std::pair<std::string, std::uint32_t>>{{"binary", 1}, {"vendored", 1}}));
  EXPECT_TRUE(snapshot->verify());
  const Totals totals = snapshot->totals(0).value();
  EXPECT_EQ(totals.files, 2U);
  EXPECT_EQ(totals.units, 3U);
  EXPECT_EQ(totals.terms[static_cast<std::size_t>(Field::name)], 3U);
  EXPECT_EQ(totals.terms[static_cast<std::size_t>(Field::stem)], 2U);
}

TEST(IndexWriter, WhatDidNotChangeIsNotRead) {
  const TestDirectory folder;
  TestSource source;
  for (int i = 0; i < 50; ++i) source.write(fmt::format("f{}.py", i), fmt::format("w{} w1", i));
  source.write("logo.py", "BINARY");
  update(folder.path() / "index", source);
  source.reads = 0;
  auto report = update(folder.path() / "index", source);
  EXPECT_FALSE(report.changed);
  EXPECT_EQ(report.version, 1U);
  EXPECT_EQ(report.reused, 50U);
  EXPECT_EQ(report.units, 50U);
  EXPECT_EQ(report.skipped.size(), 2U);
  EXPECT_EQ(source.reads, 0);
  source.write("f7.py", "other words");
  source.remove("f8.py");
  report = update(folder.path() / "index", source);
  EXPECT_TRUE(report.changed);
  EXPECT_EQ(report.version, 2U);
  EXPECT_EQ(report.parsed, 1U);
  EXPECT_EQ(report.removed, 1U);
  EXPECT_EQ(source.reads, 1);
}

TEST(IndexWriter, IncrementalAnswersWhatAFullBuildAnswers) {
  const TestDirectory folder;
  std::mt19937 random(11);
  TestSource source;
  for (int round = 0; round < 40; ++round) {
    for (std::size_t edits = random() % 6; edits > 0; --edits) {
      const std::string path = fmt::format("d{}/f{}.py", random() % 4, random() % 12);
      switch (random() % 4) {
        case 0:
          source.remove(path);
          break;
        case 1:
          source.write(path, random() % 2 == 0 ? "BINARY" : "");
          break;
        default:
          source.write(path, words(random, random() % 80));
          break;
      }
    }
    update(folder.path() / "incremental", source);
    if (round % 4 != 3) continue;
    const auto full_path = folder.path() / fmt::format("full{}", round);
    update(full_path, source);
    const auto incremental = open(folder.path() / "incremental");
    EXPECT_EQ(answers(*incremental, 0), answers(*open(full_path), 0)) << "round " << round;
    EXPECT_LE(incremental->segments().size(), 9U);
    EXPECT_TRUE(incremental->verify());
  }
}

}  // namespace
}  // namespace quarry::index
