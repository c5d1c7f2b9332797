// Looking up and searching in a real index.
#include "quarry/search/browse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "quarry/search/test_index.h"

namespace quarry::search {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class BrowseTest : public testing::Test {
 protected:
  [[nodiscard]] const ranking::SearchSpace& space() const { return (*index_.engine())->space(); }
  TestIndex index_;
};

TEST_F(BrowseTest, FindsFilesByExactPath) {
  const auto file = find_file(space(), "", "net/retry.py");
  ASSERT_TRUE(file);
  EXPECT_EQ(facts_of(space(), *file).repository, "shop");
  EXPECT_EQ(facts_of(space(), *file).lines, 17U);
  EXPECT_TRUE(find_file(space(), "shop", "net/retry.py"));
  EXPECT_FALSE(find_file(space(), "secret", "net/retry.py"));
  for (const char* path : {"net/../net/retry.py", "/net/retry.py", "retry.py", "net", ""}) {
    EXPECT_FALSE(find_file(space(), "", path)) << path;
  }
}

TEST_F(BrowseTest, FindsTheInnermostUnitOfALine) {
  const auto file = find_file(space(), "", "net/retry.py");
  ASSERT_TRUE(file);
  const auto unit = find_unit_at(space(), *file, 16);
  ASSERT_TRUE(unit);
  const auto result = describe_unit(space(), *unit);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->qualified_name, "Client.send");
  EXPECT_THAT(result->code, StartsWith("def send"));
  EXPECT_EQ(find_unit(space(), result->id), unit);
  EXPECT_FALSE(find_unit_at(space(), *file, 4000));
  EXPECT_FALSE(find_unit(space(), 0x1234));
}

TEST_F(BrowseTest, ReadsWhatWasIndexed) {
  const auto file = find_file(space(), "", "net/backoff.go");
  ASSERT_TRUE(file);
  const auto text = file_text(space(), *file);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("func Backoff"));
  EXPECT_EQ(outline_of(space(), *file).back().qualified_name, "Backoff");
}

TEST(LinesOf, CutsToWhatThereIs) {
  EXPECT_EQ(lines_of("a\nb\nc", 2, 2), "b\n");
  EXPECT_EQ(lines_of("a\nb\nc", 2, 9), "b\nc");
  EXPECT_EQ(lines_of("a\nb\nc\n", 4, 9), "");
  EXPECT_EQ(lines_of("a\nb\nc", 9, 9), "");
  EXPECT_EQ(lines_of("a\nb", 2, 1), "");
  EXPECT_EQ(lines_of("", 1, 1), "");
}

TEST(ParseId, TakesSixteenHexDigits) {
  EXPECT_EQ(parse_id("00ff00ff00ff00ff"), 0x00ff00ff00ff00ffU);
  for (const char* text :
       {"", "ff", "00ff00ff00ff00fg", "0x00ff00ff00ff00", "-0ff00ff00ff00ff", "00ff00ff00ff00ff0"})
    EXPECT_FALSE(parse_id(text)) << text;
}

// Two dimensions, and a switch that a test turns.
class SwitchedEncoder final : public model::Encoder {
 public:
  mutable std::atomic<int> failure{-1};  // an ErrorKind, or -1
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::string& fingerprint() const override { return name_; }
  [[nodiscard]] std::uint32_t dimensions() const override { return 2; }
  [[nodiscard]] Result<std::vector<float>> encode(std::span<const std::string_view> texts,
                                                  model::Side) const override {
    if (failure >= 0) return fail(static_cast<ErrorKind>(failure.load()), "http://encoder: no answer");
    std::vector<float> vectors;
    for (std::size_t i = 0; i < texts.size(); ++i) vectors.insert(vectors.end(), {1.0F, 0.0F});
    return vectors;
  }

 private:
  std::string name_ = "switched";
};

TEST(EngineWithARemoteEncoder, RanksByWordsWhileTheEncoderIsUnavailable) {
  const auto encoder = std::make_shared<SwitchedEncoder>();
  const TestIndex index(true, encoder);
  const auto engine = *index.engine();
  Query query;
  query.text = "exponential backoff";
  const auto whole = engine->search(query);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->model, "switched");
  EXPECT_EQ(whole->degraded, "");

  encoder->failure = static_cast<int>(ErrorKind::unavailable);
  const auto degraded = engine->search(query);
  ASSERT_TRUE(degraded);
  EXPECT_EQ(degraded->model, "");
  EXPECT_THAT(degraded->degraded, HasSubstr("no answer"));
  ASSERT_FALSE(degraded->results.empty());
  query.vectors = false;
  const auto by_words = engine->search(query);
  EXPECT_EQ(by_words->degraded, "");  // nobody wanted vectors
  ASSERT_EQ(degraded->results.size(), by_words->results.size());
  for (std::size_t i = 0; i < by_words->results.size(); ++i) {
    EXPECT_EQ(degraded->results[i].id, by_words->results[i].id);
    EXPECT_EQ(degraded->results[i].score, by_words->results[i].score);
  }

  query.vectors = true;
  encoder->failure = static_cast<int>(ErrorKind::version_mismatch);
  EXPECT_FALSE(engine->search(query));  // a wrong answer is no missing one
}

}  // namespace
}  // namespace quarry::search
