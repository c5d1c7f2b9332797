#include "quarry/index/index_writer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <random>
#include <set>
#include <thread>

#include "quarry/base/test_directory.h"
#include "quarry/index/merge_policy.h"
#include "quarry/index/snapshot.h"
#include "quarry/index/test_file_systems.h"
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
  std::mt19937 random(11);
  TestSource source;
  MemoryFileSystem incremental;
  const auto bring_up_to_date = [&](FileSystem& files) {
    const auto writer = IndexWriter::open(files, "/index", test_hooks(source)).value();
    ASSERT_TRUE(writer->update(source, {}));
  };
  for (int round = 0; round < 60; ++round) {
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
    bring_up_to_date(incremental);
    if (round % 3 != 2) continue;
    MemoryFileSystem full;
    bring_up_to_date(full);
    const auto snapshot = Snapshot::open(incremental, "/index").value();
    EXPECT_EQ(answers(*snapshot, 0), answers(*Snapshot::open(full, "/index").value(), 0))
        << "round " << round;
    EXPECT_LE(snapshot->segments().size(), 9U);
    EXPECT_TRUE(snapshot->verify());
  }
}

TEST(IndexWriter, TheBytesDoNotDependOnTheNumberOfThreads) {
  std::map<std::string, std::string> bytes[2];
  for (const std::size_t threads : {1U, 4U}) {
    MemoryFileSystem files;
    TestSource source;
    std::mt19937 random(12);
    for (int i = 0; i < 60; ++i) source.write(fmt::format("f{}.py", i), words(random, random() % 200));
    UpdateOptions options;
    options.threads = threads;
    const auto writer = IndexWriter::open(files, "/index", test_hooks(source)).value();
    ASSERT_TRUE(writer->update(source, options));
    for (const char* folder : {"/index/segments", "/index/views"}) {
      for (const std::string& name : files.names(folder)) {
        bytes[threads / 4][name] = files.read(std::filesystem::path(folder) / name, 1U << 30).value();
      }
    }
  }
  EXPECT_EQ(bytes[0].size(), 2U);
  EXPECT_TRUE(bytes[0] == bytes[1]);
}

TEST(IndexWriter, WorkTreesOfOneRepositoryShareTheirContent) {
  const TestDirectory folder;
  TestSource first("/trees/one", "/repository/.git");
  TestSource second("/trees/two", "/repository/.git");
  for (int i = 0; i < 40; ++i) {
    first.write(fmt::format("f{}.py", i), fmt::format("w{} w1", i));
    second.write(fmt::format("f{}.py", i), fmt::format("w{} w1", i < 38 ? i : 99));
  }
  update(folder.path() / "index", first);
  const auto report = update(folder.path() / "index", second);
  EXPECT_EQ(report.reused, 38U);
  EXPECT_EQ(report.parsed, 2U);
  const auto snapshot = open(folder.path() / "index");
  ASSERT_EQ(snapshot->views().size(), 2U);
  EXPECT_EQ(snapshot->views()[1].root, "/trees/two");
  update(folder.path() / "alone", second);
  EXPECT_EQ(answers(*snapshot, 1), answers(*open(folder.path() / "alone"), 0));
  // Another repository with the same content shares nothing.
  TestSource other("/trees/three", "/other/.git");
  other.write("f1.py", "w1 w1");
  EXPECT_EQ(update(folder.path() / "index", other).parsed, 1U);
}

TEST(IndexWriter, ARevisionIsComparedByBlob) {
  const TestDirectory folder;
  TestSource tree("/trees/one", "/repository/.git");
  TestSource bare("", "/repository/.git");
  bare.blobs_known = true;
  for (int i = 0; i < 10; ++i) {
    tree.write(fmt::format("f{}.py", i), fmt::format("w{}", i));
    bare.write(fmt::format("f{}.py", i), fmt::format("w{}", i));
  }
  update(folder.path() / "index", tree);
  EXPECT_EQ(update(folder.path() / "index", bare).parsed, 0U);
  EXPECT_EQ(bare.reads, 0);
  bare.revision_value = "r2";
  EXPECT_FALSE(update(folder.path() / "index", bare).changed);
  EXPECT_EQ(open(folder.path() / "index")->views()[1].revision, "r2");
  bare.write("f3.py", "other");
  EXPECT_EQ(update(folder.path() / "index", bare).parsed, 1U);
  EXPECT_EQ(bare.reads, 1);
}

TEST(IndexWriter, AFileOfTheLastClockTickIsReadAgain) {
  const TestDirectory folder;
  TestSource source;
  source.write("a.py", "one");
  auto hooks = test_hooks(source);
  hooks.now_ns = [&] { return source.clock_ + 1'000'000; };
  const auto update_now = [&] {
    return IndexWriter::open(posix_file_system(), folder.path() / "index", hooks)
        .value()
        ->update(source, {})
        .value();
  };
  update_now();
  source.files_["a.py"].content = "two";  // the same size, time and inode
  const auto report = update_now();
  EXPECT_TRUE(report.changed);
  EXPECT_EQ(report.parsed, 1U);
  // Once the tick has passed it is read once more, found to be the same and trusted from then on.
  hooks.now_ns = [&] { return source.clock_ + 1'000'000'000; };
  source.reads = 0;
  EXPECT_FALSE(update_now().changed);
  EXPECT_EQ(source.reads, 1);
  EXPECT_FALSE(update_now().changed);
  EXPECT_EQ(source.reads, 1);
}

TEST(IndexWriter, StoppedItLeavesTheIndexAsItWas) {
  const TestDirectory folder;
  TestSource source;
  source.write("a.py", "one");
  update(folder.path() / "index", source);
  source.write("b.py", "two");
  std::stop_source stop;
  UpdateOptions options;
  options.stop = stop.get_token();
  options.progress = [&](const Progress&) { stop.request_stop(); };
  auto writer = IndexWriter::open(posix_file_system(), folder.path() / "index", test_hooks(source)).value();
  EXPECT_EQ(writer->update(source, options).error().kind, ErrorKind::cancelled);
  EXPECT_EQ(open(folder.path() / "index")->version(), 1U);
  EXPECT_TRUE(open(folder.path() / "index")->verify());
  EXPECT_EQ(posix_file_system().list(folder.path() / "index" / "segments")->size(), 1U);
}

TEST(IndexWriter, OtherLimitsAnalyseAnewAndOtherListingRulesReadAgain) {
  const TestDirectory folder;
  TestSource source;
  for (int i = 0; i < 5; ++i) source.write(fmt::format("f{}.py", i), fmt::format("w{}", i));
  update(folder.path() / "index", source);
  UpdateOptions options;
  options.listing.builtin_rules = false;
  source.reads = 0;
  auto report = update(folder.path() / "index", source, options);
  EXPECT_EQ(source.reads, 5);
  EXPECT_EQ(report.parsed, 0U);
  EXPECT_FALSE(report.changed);
  options.limits.max_depth = 7;
  report = update(folder.path() / "index", source, options);
  EXPECT_EQ(report.parsed, 5U);
  EXPECT_TRUE(report.changed);
  options.source = false;
  EXPECT_EQ(update(folder.path() / "index", source, options).parsed, 5U);
  EXPECT_FALSE(open(folder.path() / "index")->has_source());
  EXPECT_EQ(open(folder.path() / "index")->segments().size(), 1U);
  // With another repository in it, the index cannot change its mind.
  TestSource other("/elsewhere", "/elsewhere");
  auto writer = IndexWriter::open(posix_file_system(), folder.path() / "index", test_hooks(other)).value();
  const auto refused = writer->update(other, {});
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("no source"));
}

TEST(IndexWriter, RemovesViewsAndCompacts) {
  const TestDirectory folder;
  TestSource first("/one", "/one");
  TestSource second("/two", "/two");
  for (int i = 0; i < 6; ++i) {
    first.write("a.py", fmt::format("w{}", i));
    second.write(fmt::format("f{}.py", i), fmt::format("w{} w2", i));
    update(folder.path() / "index", first);
    update(folder.path() / "index", second);
  }
  const auto before = open(folder.path() / "index");
  const auto wanted = answers(*before, 1);
  auto writer = IndexWriter::open(posix_file_system(), folder.path() / "index", test_hooks(first)).value();
  ASSERT_TRUE(writer->compact());
  const auto compacted = open(folder.path() / "index");
  EXPECT_EQ(compacted->segments().size(), 1U);
  EXPECT_EQ(compacted->version(), before->version());
  EXPECT_EQ(compacted->segments()[0]->file_count(), 7U);
  EXPECT_EQ(answers(*compacted, 1), wanted);
  EXPECT_EQ(answers(*before, 1), wanted) << "a snapshot stays readable when its files are gone";
  ASSERT_TRUE(writer->remove_view(0));
  EXPECT_EQ(writer->remove_view(7).error().kind, ErrorKind::not_found);
  const auto removed = open(folder.path() / "index");
  ASSERT_EQ(removed->views().size(), 1U);
  EXPECT_EQ(removed->version(), before->version() + 1);
  EXPECT_EQ(answers(*removed, 0), wanted);
}

TEST(IndexWriter, OneWriterAtATime) {
  const TestDirectory folder;
  TestSource source;
  auto first = IndexWriter::open(posix_file_system(), folder.path() / "index", test_hooks(source));
  ASSERT_TRUE(first);
  const auto second = IndexWriter::open(posix_file_system(), folder.path() / "index", test_hooks(source));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::busy);
  EXPECT_THAT(second.error().message, HasSubstr(fmt::format("process {}", ::getpid())));
  first->reset();
  EXPECT_TRUE(IndexWriter::open(posix_file_system(), folder.path() / "index", test_hooks(source)));
}

TEST(IndexWriter, AFolderOfOtherThingsIsRefused) {
  const TestDirectory folder;
  TestSource source;
  folder.write("home/thesis.txt", "years of work");
  folder.write("home/segments/mine.seg", "keep");
  const auto open_at = [&](const std::filesystem::path& path) {
    return IndexWriter::open(posix_file_system(), path, test_hooks(source));
  };
  const auto refused = open_at(folder.path() / "home");
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("choose a folder"));
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "home/segments/mine.seg"));
  EXPECT_EQ(open_at(folder.path() / "home/thesis.txt").error().kind, ErrorKind::invalid_argument);
  std::filesystem::create_directory(folder.path() / "real");
  std::filesystem::create_directory_symlink(folder.path() / "real", folder.path() / "link");
  EXPECT_EQ(open_at(folder.path() / "link").error().kind, ErrorKind::invalid_argument);
  // A link inside would make the writer clean up somebody else's folder.
  std::filesystem::create_directory_symlink(folder.path() / "home", folder.path() / "real/segments");
  EXPECT_EQ(open_at(folder.path() / "real").error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(Snapshot::open(posix_file_system(), folder.path() / "home").error().kind, ErrorKind::not_found);
  EXPECT_THAT(Snapshot::open(posix_file_system(), folder.path() / "none").error().message,
              HasSubstr("quarry index"));
}

TEST(IndexWriter, ReadersOpenWholeIndexesWhileAWriterReplacesThem) {
  const TestDirectory folder;
  TestSource source;
  source.write("a.py", "w0");
  update(folder.path() / "index", source);
  std::jthread reader([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto snapshot = Snapshot::open(posix_file_system(), folder.path() / "index");
      ASSERT_TRUE(snapshot) << snapshot.error().message;
      ASSERT_TRUE((*snapshot)->verify());
      ASSERT_EQ((*snapshot)->totals(0)->files, 1U);
    }
  });
  auto writer = IndexWriter::open(posix_file_system(), folder.path() / "index", test_hooks(source)).value();
  for (int i = 1; i < 25; ++i) {
    source.write("a.py", fmt::format("w{}", i));
    ASSERT_TRUE(writer->update(source, {}));
  }
}

TEST(MergePolicy, EightOfASizeBecomeOneAndTheDeadAreRewritten) {
  std::vector<SegmentLoad> loads(7, {1000, 10, 10});
  EXPECT_TRUE(choose_merges(loads).empty());
  loads.push_back({1000, 10, 10});
  ASSERT_EQ(choose_merges(loads).size(), 1U);
  EXPECT_EQ(choose_merges(loads)[0].size(), 8U);
  loads[3].live = 0;
  EXPECT_TRUE(choose_merges(loads).empty());
  loads[3] = {1000, 10, 4};
  loads[4] = {900U << 20, 1000, 499};
  const auto groups = choose_merges(loads);
  EXPECT_EQ(groups, (std::vector<std::vector<std::size_t>>{{3}, {4}}));
}

}  // namespace
}  // namespace quarry::index
