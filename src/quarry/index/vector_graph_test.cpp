#include "quarry/index/vector_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "quarry/base/hash.h"
#include "quarry/index/index_writer.h"
#include "quarry/index/segment_format.h"
#include "quarry/index/segment_writer.h"
#include "quarry/index/snapshot.h"
#include "quarry/index/test_documents.h"
#include "quarry/index/test_encoder.h"
#include "quarry/index/test_file_systems.h"
#include "quarry/index/test_reading.h"
#include "quarry/index/test_source.h"
#include "quarry/model/encoder.h"

namespace quarry::index {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint32_t kDimensions = 16;

std::shared_ptr<const Segment> segment_of(MemoryFileSystem& files, int documents) {
  (void)files.create_directories("/a");
  SegmentWriter writer({.dimensions = kDimensions, .source = true});
  std::mt19937 random(7);
  for (int d = 0; d < documents; ++d) {
    std::string text;
    for (int line = 0; line < 20; ++line) text += fmt::format("name{} word\n", random());
    writer.add(test_document(fmt::format("f{}.py", d), text, kDimensions));
  }
  EXPECT_TRUE(writer.finish(files, "/a/s"));
  auto segment = Segment::open(files, "/a/s").value();
  EXPECT_TRUE(segment->prepare());
  EXPECT_TRUE(segment->prepare_vectors());
  return segment;
}

Status write(MemoryFileSystem& files, const Segment& segment, const std::filesystem::path& path,
             const std::stop_token& stop = {}) {
  return write_vector_graph(files, segment, path, stop, {});
}

// Everything that a search could read.
Status read_all(const VectorGraph& graph) {
  QUARRY_CHECK(graph.entries());
  for (std::uint32_t unit = 0; unit < graph.unit_count(); ++unit) {
    QUARRY_TRY(const auto neighbours, graph.neighbours(unit));
    for (const std::uint32_t other : neighbours) EXPECT_LT(other, graph.unit_count());
  }
  return graph.verify();
}

TEST(VectorGraph, LinksWhatHasAVectorAndNothingElse) {
  MemoryFileSystem files;
  const auto segment = segment_of(files, 40);
  ASSERT_TRUE(write(files, *segment, "/a/g"));
  const auto graph = VectorGraph::open(files, "/a/g").value();
  ASSERT_TRUE(read_all(*graph));
  ASSERT_EQ(graph->unit_count(), segment->unit_count());
  EXPECT_GE(graph->entries().value().size(), 20U);  // a square root of 800
  std::set<std::uint32_t> reached;
  for (std::uint32_t unit = 0; unit < graph->unit_count(); ++unit) {
    const auto neighbours = graph->neighbours(unit).value();
    if (segment->kind(unit) == syntax::Kind::file) {
      EXPECT_THAT(neighbours, IsEmpty());
    }
    reached.insert(neighbours.begin(), neighbours.end());
  }
  EXPECT_GT(reached.size(), 780U);  // nearly all of the 800; entries lead to others
  for (const std::uint32_t unit : reached) EXPECT_NE(segment->kind(unit), syntax::Kind::file);
}

TEST(VectorGraph, TheSameSegmentMakesTheSameBytes) {
  MemoryFileSystem files;
  const auto segment = segment_of(files, 30);
  ASSERT_TRUE(write(files, *segment, "/a/g"));
  ASSERT_TRUE(write(files, *segment, "/a/h"));
  EXPECT_EQ(files.read("/a/g", 1U << 20).value(), files.read("/a/h", 1U << 20).value());
}

TEST(VectorGraph, OfASegmentWithoutUnitsItIsEmpty) {
  MemoryFileSystem files;
  const auto segment = segment_of(files, 0);
  ASSERT_TRUE(write(files, *segment, "/a/g"));
  const auto graph = VectorGraph::open(files, "/a/g").value();
  EXPECT_THAT(graph->entries().value(), IsEmpty());
  EXPECT_TRUE(graph->verify());
}

TEST(VectorGraph, StopsWhenAsked) {
  MemoryFileSystem files;
  const auto segment = segment_of(files, 5);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(write(files, *segment, "/a/g", stop.get_token()).error().kind, ErrorKind::cancelled);
}

TEST(VectorGraph, AByteChangedOrMissingAnywhereIsNoticed) {
  MemoryFileSystem files;
  const auto segment = segment_of(files, 2);
  ASSERT_TRUE(write(files, *segment, "/a/g"));
  const std::string whole = files.read("/a/g", 1U << 20).value();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
    for (const std::string& changed : {bytes, whole.substr(0, at)}) {
      files.put("/a/g", changed);
      const auto graph = VectorGraph::open(files, "/a/g");
      EXPECT_FALSE(graph && read_all(**graph)) << at;
    }
  }
}

// The same with right checksums: links to nowhere and lists without an end stay within their bounds.
TEST(VectorGraph, OfLiesItIsReadWithinItsBounds) {
  MemoryFileSystem files;
  const auto segment = segment_of(files, 2);
  ASSERT_TRUE(write(files, *segment, "/a/g"));
  const std::string whole = files.read("/a/g", 1U << 20).value();
  std::mt19937 random(3);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int change : {1 << random() % 8, 0xff, 0x80}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      reseal(bytes);
      files.put("/a/g", bytes);
      const auto graph = VectorGraph::open(files, "/a/g");
      if (!graph) continue;
      (void)(*graph)->entries();
      for (std::uint32_t unit = 0; unit < (*graph)->unit_count(); ++unit) (void)(*graph)->neighbours(unit);
      (void)(*graph)->verify();
    }
  }
}

class GraphsOfAnIndex : public testing::Test {
 protected:
  GraphsOfAnIndex() {
    for (int i = 0; i < 3; ++i) source_.write(fmt::format("{}.py", i), "one\ntwo\nthree\nfour\n");
    options_.encoder = &encoder_;
    options_.graph_units = 10;
  }
  UpdateReport update() {
    auto hooks = test_hooks(source_);
    hooks.make_analyse = [](const UpdateOptions&) -> Analyse {
      return [](std::string_view, std::string_view path, const corpus::Content& content) -> Result<Document> {
        return test_document(path, content.text, kDimensions);
      };
    };
    return IndexWriter::open(files_, "/index", hooks).value()->update(source_, options_).value();
  }
  std::size_t graphs() const {
    std::size_t found = 0;
    for (const auto& name : files_.names("/index/segments")) found += name.ends_with(".graph") ? 1 : 0;
    return found;
  }
  Result<std::shared_ptr<const Snapshot>> open() { return Snapshot::open(files_, "/index"); }
  std::filesystem::path graph_path() const {
    for (const auto& name : files_.names("/index/segments")) {
      if (name.ends_with(".graph")) return std::filesystem::path("/index/segments") / name;
    }
    return {};
  }

  MemoryFileSystem files_;
  TestSource source_;
  NoEncoder encoder_{kDimensions};
  UpdateOptions options_;
};

TEST_F(GraphsOfAnIndex, LargeSegmentsHaveOneAndSmallOnesNone) {
  update();
  ASSERT_EQ(graphs(), 1U);
  source_.write("more.py", "five\n");
  update();
  const auto snapshot = open().value();
  ASSERT_EQ(snapshot->segments().size(), 2U);
  for (std::size_t s = 0; s < 2; ++s) {
    EXPECT_EQ(snapshot->graphs()[s] != nullptr, snapshot->segments()[s]->unit_count() >= 10) << s;
  }
  EXPECT_TRUE(snapshot->verify());
}

TEST_F(GraphsOfAnIndex, OneGoesWithItsSegment) {
  update();
  const auto first = graph_path();
  for (int i = 0; i < 3; ++i) source_.write(fmt::format("{}.py", i), "eight\nnine\nten\neleven\n");
  update();
  EXPECT_EQ(graphs(), 1U);
  EXPECT_NE(graph_path(), first);
}

TEST_F(GraphsOfAnIndex, WithoutThresholdOrVectorsThereIsNone) {
  options_.graph_units = 0;
  update();
  EXPECT_EQ(graphs(), 0U);
  EXPECT_TRUE(open().value()->verify());
}

TEST_F(GraphsOfAnIndex, AMissingOrNewerOneIsDoneWithout) {
  update();
  const auto path = graph_path();
  std::string bytes = files_.read(path, 1U << 20).value();
  bytes[8] = static_cast<char>(kGraphVersion + 1);
  files_.put(path, bytes);
  EXPECT_EQ(open().value()->graphs()[0], nullptr);
  ASSERT_TRUE(files_.remove(path));
  const auto snapshot = open().value();
  EXPECT_EQ(snapshot->graphs()[0], nullptr);
  EXPECT_TRUE(snapshot->verify());
}

TEST_F(GraphsOfAnIndex, ADamagedOrForeignOneIsToldInWords) {
  update();
  const auto path = graph_path();
  const std::string whole = files_.read(path, 1U << 20).value();
  files_.put(path, whole.substr(0, whole.size() - 1));
  EXPECT_EQ(open().error().kind, ErrorKind::corrupt);

  const auto other = segment_of(files_, 3);
  ASSERT_TRUE(write(files_, *other, path));
  EXPECT_THAT(open().error().message, HasSubstr("not the file that the manifest names"));

  std::string flipped = whole;
  flipped[40] = static_cast<char>(flipped[40] ^ 1);
  files_.put(path, flipped);
  const auto snapshot = open();
  EXPECT_FALSE(snapshot && (*snapshot)->verify());
}

}  // namespace
}  // namespace quarry::index
