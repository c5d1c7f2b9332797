#include "quarry/ranking/graph_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "quarry/index/index_writer.h"
#include "quarry/index/test_encoder.h"
#include "quarry/index/test_file_systems.h"
#include "quarry/index/test_source.h"
#include "quarry/model/encoder.h"
#include "quarry/ranking/search_space.h"
#include "quarry/ranking/sign_distance.h"
#include "quarry/ranking/vector_scan.h"

namespace quarry::ranking {
namespace {

using index::TestSource;

constexpr std::uint32_t kDimensions = 64;
constexpr int kFiles = 150;
constexpr int kFunctionsPerFile = 40;
constexpr std::size_t kCount = 100;

using Vector = std::vector<std::int8_t>;

// Around one of sixty centres, at a distance at which clusters touch.
Vector clustered(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::mt19937_64 centre(random() % 60);
  std::normal_distribution<float> normal;
  std::vector<float> values(kDimensions);
  for (float& value : values) value = normal(centre);
  for (float& value : values) value += 0.8F * normal(random);
  float length = 0;
  for (const float value : values) length += value * value;
  Vector vector;
  for (const float value : values)
    vector.push_back(static_cast<std::int8_t>(std::lround(127 * value / std::sqrt(length))));
  return vector;
}

// One segment of six thousand functions with a graph, or without.
class Functions {
 public:
  explicit Functions(std::uint32_t graph_units) {
    for (int f = 0; f < kFiles; ++f) {
      std::string text;
      for (int i = 0; i < kFunctionsPerFile; ++i) text += fmt::format("name{}\n", f * kFunctionsPerFile + i);
      source.write(fmt::format("{:03}.py", f), text);
    }
    options_.encoder = &encoder_;
    options_.graph_units = graph_units;
    update();
  }
  void update() {
    auto hooks = index::test_hooks(source);
    hooks.make_analyse = [](const index::UpdateOptions&) -> index::Analyse {
      return [](std::string_view, std::string_view path,
                const corpus::Content& content) -> Result<index::Document> {
        index::Document document = index::test_document(path, content.text);
        for (const index::Unit& unit : document.units) {
          const Vector vector = clustered(hash64(unit.name));
          document.vectors.insert(document.vectors.end(), vector.begin(), vector.end());
        }
        return document;
      };
    };
    const auto writer = index::IndexWriter::open(files_, "/index", hooks).value();
    EXPECT_TRUE(writer->update(source, options_));
  }
  SearchSpace space() {
    return SearchSpace::open(index::Snapshot::open(files_, "/index").value(), {}).value();
  }

  TestSource source;

 private:
  index::MemoryFileSystem files_;
  index::NoEncoder encoder_{kDimensions};
  index::UpdateOptions options_;
};

bool everything(std::uint32_t) {
  return true;
}

std::vector<std::uint32_t> found(const SearchSpace& space, const Vector& query,
                                 const std::function<bool(std::uint32_t)>& passes = everything) {
  const VectorScan scan = VectorScan::run(space, query, kCount, passes).value();
  return {scan.units().begin(), scan.units().end()};
}

// By looking at every live function.
std::vector<std::uint32_t> nearest(const SearchSpace& space, const Vector& query,
                                   const std::function<bool(std::uint32_t)>& passes = everything) {
  std::vector<std::pair<float, std::uint32_t>> all;
  Vector row(kDimensions);
  for (std::size_t s = 0; s < space.segment_count(); ++s) {
    const index::Segment& segment = space.segment(s);
    EXPECT_TRUE(segment.prepare_vectors());
    for (std::uint32_t u = 0; u < segment.unit_count(); ++u) {
      const std::uint32_t unit = space.unit_base(s) + u;
      if (segment.kind(u) == syntax::Kind::file || !space.live(s).contains(segment.file_of(u)) ||
          !passes(unit))
        continue;
      segment.vector(u, row);
      all.emplace_back(
          static_cast<float>(-dot_int8(query, row)) / std::sqrt(static_cast<float>(dot_int8(row, row))),
          unit);
    }
  }
  std::sort(all.begin(), all.end());
  std::vector<std::uint32_t> units;
  for (std::size_t i = 0; i < std::min(kCount, all.size()); ++i) units.push_back(all[i].second);
  return units;
}

double share(const std::vector<std::uint32_t>& of, const std::vector<std::uint32_t>& in) {
  const std::set<std::uint32_t> held(in.begin(), in.end());
  return static_cast<double>(
             std::ranges::count_if(of, [&](std::uint32_t unit) { return held.contains(unit); })) /
         static_cast<double>(of.size());
}

constexpr std::uint64_t kFirstQuery = 1'000'000;
constexpr std::uint64_t kQueries = 50;

TEST(GraphSearch, FindsWhatLookingAtEverythingFinds) {
  Functions functions(1000);
  const SearchSpace space = functions.space();
  ASSERT_EQ(space.segment_count(), 1U);
  ASSERT_NE(space.graph(0), nullptr);
  double recall = 0;
  for (std::uint64_t q = 0; q < kQueries; ++q) {
    const Vector query = clustered(kFirstQuery + q);
    recall += share(nearest(space, query), found(space, query)) / kQueries;
  }
  EXPECT_GE(recall, 0.97);
}

TEST(GraphSearch, LooksAtFewUnits) {
  Functions functions(1000);
  const SearchSpace space = functions.space();
  ASSERT_TRUE(space.segment(0).prepare_vectors());
  std::size_t looked = 0;
  Vector row(kDimensions);
  for (std::uint64_t q = 0; q < kQueries; ++q) {
    const Vector query = clustered(kFirstQuery + q);
    const GraphQuery walk{50,
                          [&](std::uint32_t unit) {
                            ++looked;
                            space.segment(0).vector(unit, row);
                            return static_cast<float>(dot_int8(query, row));
                          },
                          everything};
    const auto answer = search_graph(*space.graph(0), walk);
    ASSERT_TRUE(answer && *answer);
    EXPECT_EQ((*answer)->size(), 50U);
  }
  EXPECT_LT(looked / kQueries, 3000U);  // of 6,150
}

TEST(GraphSearch, AFilterHoldsBeforeTheBestAreChosen) {
  Functions functions(1000);
  const SearchSpace space = functions.space();
  const auto third = [](std::uint32_t unit) { return unit % 3 == 0; };
  const auto few = [](std::uint32_t unit) {
    return unit % 997 == 5;
  };  // the walk gives up, a scan finds them
  double recall = 0;
  for (std::uint64_t q = 0; q < kQueries; ++q) {
    const Vector query = clustered(kFirstQuery + q);
    const auto units = found(space, query, third);
    ASSERT_EQ(units.size(), kCount);
    EXPECT_TRUE(std::ranges::all_of(units, third));
    recall += share(nearest(space, query, third), units) / kQueries;
    EXPECT_EQ(found(space, query, few), nearest(space, query, few));
  }
  EXPECT_GE(recall, 0.97);
}

TEST(GraphSearch, WhatWasDeletedIsNotFound) {
  Functions functions(1000);
  for (int f = 0; f < 60; ++f) functions.source.remove(fmt::format("{:03}.py", f));
  functions.source.write("new.py", "fresh\n");
  functions.update();
  const SearchSpace space = functions.space();
  ASSERT_EQ(space.segment_count(), 2U);
  ASSERT_NE(space.graph(0), nullptr);
  ASSERT_EQ(space.graph(1), nullptr);
  double recall = 0;
  for (std::uint64_t q = 0; q < kQueries; ++q) {
    const Vector query = clustered(kFirstQuery + q);
    const auto units = found(space, query);
    for (const std::uint32_t unit : units) EXPECT_GE(space.file(space.unit(unit).file).path, "060.py");
    recall += share(nearest(space, query), units) / kQueries;
  }
  EXPECT_GE(recall, 0.97);
  // The segment beside it is scanned.
  const auto fresh = found(space, clustered(hash64("fresh")));
  ASSERT_FALSE(fresh.empty());
  EXPECT_EQ(space.unit(fresh[0]).name, "fresh");
}

TEST(GraphSearch, WithoutAGraphTheAnswerIsTheScans) {
  Functions functions(0);
  const SearchSpace space = functions.space();
  EXPECT_EQ(space.graph(0), nullptr);
  const Vector query = clustered(kFirstQuery);
  EXPECT_GE(share(nearest(space, query), found(space, query)), 0.9);
}

}  // namespace
}  // namespace quarry::ranking
