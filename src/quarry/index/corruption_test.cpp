// Truncated, flipped, foreign and hostile files: an error in words, never a crash, never a wrong answer.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "quarry/base/test_directory.h"
#include "quarry/index/index_writer.h"
#include "quarry/index/manifest.h"
#include "quarry/index/segment_writer.h"
#include "quarry/index/snapshot.h"
#include "quarry/index/test_file_systems.h"
#include "quarry/index/test_reading.h"
#include "quarry/index/test_source.h"
#include "quarry/index/view_file.h"

namespace quarry::index {
namespace {

using testing::HasSubstr;

std::string small_segment(std::uint32_t dimensions = 3) {
  MemoryFileSystem files;
  (void)files.create_directories("/a");
  SegmentWriter writer({.dimensions = dimensions, .source = true});
  writer.add(test_document("a.py", "one two two\nthree one\n\nfour", dimensions));
  writer.add(test_document("b/c.py", "", dimensions));
  writer.add(test_document(
      "b/d.py", "five five five five five five five five five five five five five five five five six",
      dimensions));
  EXPECT_TRUE(writer.finish(files, "/a/s"));
  return files.read("/a/s", 1U << 20).value();
}

Result<std::uint64_t> read_segment(const std::string& bytes) {
  MemoryFileSystem files;
  files.put("/a/s", bytes);
  QUARRY_TRY(const auto segment, Segment::open(files, "/a/s"));
  return read_all(*segment);
}

TEST(Corruption, ASegmentCutAnywhereIsRefused) {
  const std::string whole = small_segment();
  ASSERT_TRUE(read_segment(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = read_segment(whole.substr(0, size));
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(read.error().message, HasSubstr("quarry index"));
  }
  EXPECT_FALSE(read_segment(whole + "x"));
}

TEST(Corruption, AByteChangedAnywhereInASegmentIsNoticed) {
  const std::string whole = small_segment();
  std::mt19937 random(1);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    EXPECT_FALSE(read_segment(bytes)) << at;
    MemoryFileSystem files;
    files.put("/a/s", bytes);
    const auto segment = Segment::open(files, "/a/s");
    EXPECT_FALSE(segment && (*segment)->verify()) << at;
  }
}

// The same with right checksums, as somebody would make who wants to do harm: any answer, but none out of
// bounds.
TEST(Corruption, ASegmentOfLiesIsReadWithinItsBounds) {
  const std::string whole = small_segment();
  std::mt19937 random(2);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int change : {1 << random() % 8, 0xff, 0x80}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      reseal(bytes);
      (void)read_segment(bytes);
    }
  }
}

TEST(Corruption, ForeignFilesAndOtherVersionsAreNamed) {
  EXPECT_THAT(read_segment(std::string(5000, 'x')).error().message, HasSubstr("no file of an index"));
  std::string newer = small_segment();
  newer[8] = static_cast<char>(kSegmentVersion + 1);
  const auto read = read_segment(newer);
  EXPECT_EQ(read.error().kind, ErrorKind::version_mismatch);
  EXPECT_THAT(read.error().message, HasSubstr(fmt::format("version {}", kSegmentVersion + 1)));
  EXPECT_THAT(read.error().message, HasSubstr("rebuild the index with `quarry index`"));
}

class WholeIndex {
 public:
  WholeIndex() {
    source_.write("a.py", "one two\nthree");
    source_.write("b.py", "BINARY");
    source_.write("c.py", "four one");
    auto writer = IndexWriter::open(files, "/index", test_hooks(source_)).value();
    EXPECT_TRUE(writer->update(source_, {}));
    source_.write("c.py", "five one");
    EXPECT_TRUE(writer->update(source_, {}));
  }
  // Every answer, or the first error.
  Result<std::string> read() {
    QUARRY_TRY(const auto snapshot, Snapshot::open(files, "/index"));
    std::string all = fmt::format("{}", snapshot->version());
    for (std::size_t s = 0; s < snapshot->segments().size(); ++s) {
      QUARRY_TRY(const std::uint64_t digest, read_all(*snapshot->segments()[s]));
      QUARRY_TRY(const FileSet live, snapshot->live_files(0, s));
      all += fmt::format(" {} {}", digest, fmt::join(live.words(), ","));
    }
    QUARRY_TRY(const Totals totals, snapshot->totals(0));
    all += fmt::format(" {} {} {}", totals.files, totals.units, fmt::join(totals.terms, ","));
    for (const auto& [reason, count] : snapshot->views()[0].skipped)
      all += fmt::format(" {} {}", reason, count);
    QUARRY_CHECK(snapshot->verify());
    return all;
  }
  MemoryFileSystem files;

 private:
  TestSource source_;
};

TEST(Corruption, AByteChangedOrMissingInManifestOrViewIsNoticed) {
  WholeIndex index;
  ASSERT_TRUE(index.read());
  for (const std::filesystem::path& path :
       {std::filesystem::path("/index/manifest"),
        std::filesystem::path("/index/views") / *index.files.names("/index/views").begin()}) {
    const std::string whole = index.files.read(path, 1U << 20).value();
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
      index.files.put(path, bytes);
      const auto read = index.read();
      ASSERT_FALSE(read) << path << " at " << at;
      EXPECT_TRUE(read.error().kind == ErrorKind::corrupt ||
                  read.error().kind == ErrorKind::version_mismatch);
      index.files.put(path, whole.substr(0, at));
      EXPECT_FALSE(index.read()) << path << " cut at " << at;
    }
    index.files.put(path, whole);
    EXPECT_TRUE(index.read());
  }
}

TEST(Corruption, AViewOfLiesIsReadWithinItsBounds) {
  WholeIndex index;
  const auto path = std::filesystem::path("/index/views") / *index.files.names("/index/views").begin();
  const std::string whole = index.files.read(path, 1U << 20).value();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int change : {0xff, 1, 0x80}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      reseal(bytes);
      index.files.put(path, bytes);
      const auto view = ViewFile::open(index.files, path);
      if (!view) continue;
      (void)(*view)->content();
      (void)(*view)->live_files("00000001-0.seg", 2);
    }
  }
}

TEST(Corruption, AManifestOfAnotherVersionIsNamed) {
  WholeIndex index;
  std::string bytes = index.files.read("/index/manifest", 1U << 20).value();
  bytes.replace(bytes.find(" 2 "), 3, " 9 ");
  index.files.put("/index/manifest", bytes);
  const auto read = index.read();
  EXPECT_EQ(read.error().kind, ErrorKind::version_mismatch);
  EXPECT_THAT(read.error().message, HasSubstr("version 9"));
  // A writer refuses it as well; discarded, it is an empty index.
  EXPECT_EQ(IndexWriter::open(index.files, "/index").error().kind, ErrorKind::version_mismatch);
  ASSERT_TRUE(IndexWriter::discard(index.files, "/index"));
  EXPECT_TRUE(IndexWriter::open(index.files, "/index"));
  EXPECT_THAT(index.files.names("/index/segments"), testing::IsEmpty());
}

TEST(Corruption, AnotherSegmentInTheSamePlaceIsNoticed) {
  WholeIndex index;
  const auto path = std::filesystem::path("/index/segments") / *index.files.names("/index/segments").begin();
  index.files.put(path, small_segment(0));
  EXPECT_THAT(index.read().error().message, HasSubstr("not the file that the manifest names"));
}

TEST(Corruption, AMissingSegmentIsAnErrorInWords) {
  WholeIndex index;
  ASSERT_TRUE(index.files.remove(std::filesystem::path("/index/segments") /
                                 *index.files.names("/index/segments").begin()));
  const auto read = index.read();
  EXPECT_EQ(read.error().kind, ErrorKind::corrupt);
  EXPECT_THAT(read.error().message, HasSubstr("does not exist"));
}

TEST(Manifest, KeepsBytesThatAreNoUtf8) {
  Manifest manifest;
  manifest.views.emplace_back();
  manifest.views[0].info.root = "/caf\xe9/100%/x";
  manifest.views[0].info.repository = "caf\xc3\xa9 100%25";
  manifest.views[0].file.name = "a.view";
  const Manifest read = parse_manifest(format_manifest(manifest), "m").value();
  EXPECT_EQ(read.views[0].info.root, manifest.views[0].info.root);
  EXPECT_EQ(read.views[0].info.repository, manifest.views[0].info.repository);
}

TEST(Manifest, AChecksumInUpperCaseIsNotTheOneThatWasWritten) {
  Manifest manifest;
  std::string bytes;
  do {  // until it has a letter
    ++manifest.version;
    bytes = format_manifest(manifest);
  } while (std::ranges::none_of(bytes.substr(24, 16), [](char c) { return c >= 'a'; }));
  ASSERT_TRUE(parse_manifest(bytes, "m"));
  const auto letter = std::find_if(bytes.begin() + 24, bytes.begin() + 40, [](char c) { return c >= 'a'; });
  *letter = static_cast<char>(*letter - 'a' + 'A');
  EXPECT_FALSE(parse_manifest(bytes, "m"));
}

TEST(Manifest, NamesThatLeaveTheFolderAreRefused) {
  for (const char* name : {"../x.seg", "", ".x", "a/b"}) {
    Manifest manifest;
    manifest.segments.push_back({name, 1, 1});
    EXPECT_FALSE(parse_manifest(format_manifest(manifest), "m")) << name;
  }
}

}  // namespace
}  // namespace quarry::index
