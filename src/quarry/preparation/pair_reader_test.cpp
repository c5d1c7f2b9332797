#include "quarry/preparation/pair_reader.h"

#include <gmock/gmock.h>
#include <zstd.h>

#include <string>
#include <vector>

#include "quarry/base/test_directory.h"

namespace quarry::preparation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kPair =
    R"x({"lang":"go","repo":"a/b","path":"x.go","name":"F","doc":"adds","code":"func F()"})x";

std::vector<std::string> names(const std::filesystem::path& data, const ReadLimits& limits,
                               Result<ReadCounts>& counts) {
  std::vector<std::string> found;
  auto shards = list_shards(posix_file_system(), data);
  if (!shards) {
    counts = tl::unexpected(shards.error());
    return found;
  }
  counts = read_pairs(posix_file_system(), *shards, limits, [&](Pair&& pair) -> Status {
    found.push_back(pair.name);
    return {};
  });
  return found;
}

std::string compressed(const std::string& text) {
  std::string bytes(ZSTD_compressBound(text.size()), '\0');
  bytes.resize(ZSTD_compress(bytes.data(), bytes.size(), text.data(), text.size(), 3));
  return bytes;
}

TEST(PairReader, TakesTheMembersItKnows) {
  const TestDirectory folder;
  const auto path = folder.write(
      "a.jsonl", R"({"x":[1,{"doc":"no"}],"lang":"c","kind":"function","repo":"r","path":"p",)"
                 R"("name":"n","signature":"s","doc":"d\u00e9","code":"c","heldout":true,"line":3})");
  Pair read;
  const auto counts = read_pairs(posix_file_system(), {path}, {}, [&](Pair&& pair) -> Status {
    read = std::move(pair);
    return {};
  });
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(read.language, "c");
  EXPECT_EQ(read.doc, "d\xc3\xa9");
  EXPECT_EQ(read.signature, "s");
  EXPECT_TRUE(read.held_out);
}

TEST(PairReader, ReadsCompressedShardsLikePlainOnes) {
  const TestDirectory folder;
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    text += R"({"name":")" + std::to_string(i) + R"x(","doc":"adds two numbers","code":"f()"})x" + "\n\n";
  }
  folder.write("b.jsonl.zst", compressed(text));
  Result<ReadCounts> counts;
  const auto found = names(folder.path(), {}, counts);
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->pairs, 20'000U);
  EXPECT_EQ(counts->lines, 20'000U);
  EXPECT_EQ(found.front(), "0");
  EXPECT_EQ(found.back(), "19999");
}

TEST(PairReader, ReadsShardsByName) {
  const TestDirectory folder;
  folder.write("2.jsonl", R"({"name":"second","doc":"d","code":"c"})");
  folder.write("1.jsonl", R"({"name":"first","doc":"d","code":"c"})");
  folder.write("notes.txt", "nothing");
  Result<ReadCounts> counts;
  EXPECT_THAT(names(folder.path(), {}, counts), ElementsAre("first", "second"));
}

TEST(PairReader, CountsBrokenLinesUpToTheirShare) {
  const TestDirectory folder;
  std::string text = "{\"doc\": \"cut\n[1]\n{\"doc\":\"without code\"}\n";
  for (int i = 0; i < 7; ++i) text += std::string(kPair) + '\n';
  folder.write("a.jsonl", text);
  ReadLimits limits;
  limits.broken_share = 0.3;
  Result<ReadCounts> counts;
  EXPECT_EQ(names(folder.path(), limits, counts).size(), 7U);
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->broken, 3U);

  limits.broken_share = 0.29;
  names(folder.path(), limits, counts);
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().kind, ErrorKind::corrupt);
  EXPECT_THAT(counts.error().message, HasSubstr("a.jsonl"));
  EXPECT_THAT(counts.error().message, HasSubstr("3 of 10 lines"));
  EXPECT_THAT(counts.error().message, HasSubstr("first line 1"));
}

TEST(PairReader, CountsOverlongLinesAsBroken) {
  const TestDirectory folder;
  folder.write("a.jsonl", std::string(1000, 'x') + '\n' + kPair + '\n');
  ReadLimits limits;
  limits.line_bytes = 500;
  limits.broken_share = 0.5;
  Result<ReadCounts> counts;
  EXPECT_THAT(names(folder.path(), limits, counts), ElementsAre("F"));
}

TEST(PairReader, RefusesEmptyAndDamagedShards) {
  const TestDirectory folder;
  Result<ReadCounts> counts;
  names(folder.path(), {}, counts);
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().kind, ErrorKind::not_found);

  const auto empty = folder.write("empty.jsonl", " \n\n");
  names(empty, {}, counts);
  ASSERT_FALSE(counts);
  EXPECT_THAT(counts.error().message, HasSubstr("the shard is empty"));

  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::to_string(i * 7919) + kPair + '\n';
  const std::string whole = compressed(text);
  const auto cut = folder.write("cut.jsonl.zst", whole.substr(0, whole.size() / 2));
  ReadLimits lenient;
  lenient.broken_share = 1;
  names(cut, lenient, counts);
  ASSERT_FALSE(counts);
  EXPECT_THAT(counts.error().message, HasSubstr("cut off"));

  const auto plain = folder.write("plain.jsonl.zst", kPair);
  names(plain, {}, counts);
  ASSERT_FALSE(counts);
  EXPECT_THAT(counts.error().message, HasSubstr("not valid zstd"));
}

}  // namespace
}  // namespace quarry::preparation
