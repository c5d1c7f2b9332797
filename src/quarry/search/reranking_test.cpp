// Reranking: what is sent, how the scores are mixed, and that pages, filters and failures stay right.
#include "quarry/search/reranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "quarry/search/test_index.h"

namespace quarry::search {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

TEST(Mix, ZeroKeepsTheOrderOneLetsTheRerankerDecide) {
  const std::vector<float> ranking{5, 4, 3, 0};
  const std::vector<float> reranker{-3, 900, 20, 10};
  EXPECT_THAT(mix(ranking, reranker, 0), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(mix(ranking, reranker, 1), ElementsAre(1, 2, 3, 0));
  EXPECT_THAT(mix(ranking, reranker, 0.3F), ElementsAre(1, 0, 2, 3));  // both have a say
}

TEST(Mix, DoesNotDependOnTheScaleOfEither) {
  const std::vector<float> ranking{2, 1.5, 1, 0.9F};
  const std::vector<float> reranker{0.1F, 0.2F, 0.9F, 0.3F};
  const auto order = mix(ranking, reranker, 0.4F);
  const std::vector<float> larger{207, 157, 107, 97};
  const std::vector<float> logits{-9, -8, -1, -7};
  EXPECT_EQ(mix(larger, logits, 0.4F), order);
  EXPECT_THAT(order, Not(ElementsAre(0, 1, 2, 3)));
}

TEST(Mix, LeavesEqualsAsTheyWere) {
  EXPECT_THAT(mix(std::vector<float>{3, 2, 1}, std::vector<float>{7, 7, 7}, 0.9F), ElementsAre(0, 1, 2));
  EXPECT_THAT(mix(std::vector<float>{3, 3, 3}, std::vector<float>{1, 2, 2}, 0.1F), ElementsAre(1, 2, 0));
  EXPECT_THAT(mix({}, {}, 0.3F), IsEmpty());
}

TEST(PlaceOrder, IsReadAsItIsWritten) {
  const PlaceOrder order{2, 0, 1};
  EXPECT_EQ(to_text(order), "020001");
  EXPECT_EQ(parse_place_order("020001"), order);
  EXPECT_EQ(parse_place_order(""), PlaceOrder{});
  for (const char* text : {"0", "0200", "020002", "0200ff", "02000x", "02000", "+20001", "0 0001"})
    EXPECT_FALSE(parse_place_order(text)) << text;
  EXPECT_FALSE(parse_place_order(std::string(2 * kMaxReranked + 2, '0')));
}

TEST(TextToRerank, IsPathSignatureDocAndCodeCutAtACharacter) {
  SearchResult result;
  result.path = "net/retry.py";
  result.signature = "def retry(call)";
  result.doc = "Calls again.";
  result.code = "def retry(call):\n    call()\n";
  EXPECT_EQ(text_to_rerank(result),
            "net/retry.py\ndef retry(call)\nCalls again.\ndef retry(call):\n    call()\n");
  result.signature.clear();
  result.qualified_name = "retry";
  result.doc.clear();
  for (int i = 0; i < 3000; ++i) result.code += "ü";
  const auto text = text_to_rerank(result);
  EXPECT_THAT(text, testing::StartsWith("net/retry.py\nretry\ndef retry"));
  EXPECT_LE(text.size(), 1200U);
  EXPECT_GE(text.size(), 1199U);
  EXPECT_TRUE(text.ends_with("ü"));
}

// Gives the texts that hold what it likes a high score, and keeps what it was asked.
class WordReranker final : public model::Reranker {
 public:
  std::string likes = "waits longer";
  std::atomic<bool> failing{false};
  mutable std::mutex mutex;
  mutable std::vector<std::vector<std::string>> asked;
  mutable std::string query;
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] Result<std::vector<float>> score(std::string_view text,
                                                 std::span<const std::string_view> texts) const override {
    const std::lock_guard lock(mutex);
    query = text;
    asked.emplace_back(texts.begin(), texts.end());
    if (failing) return fail(ErrorKind::corrupt, "http://reranker: the answer has 0 scores");
    std::vector<float> scores;
    for (const auto each : texts) scores.push_back(each.find(likes) == std::string_view::npos ? -1.0F : 1.0F);
    return scores;
  }

 private:
  std::string name_ = "words";
};

class RerankingTest : public testing::Test {
 protected:
  RerankingTest()
      : reranker(std::make_shared<WordReranker>()),
        index_(true, nullptr, {.reranker = reranker, .top = 3, .weight = 0.9F}),
        engine(*index_.engine()) {
    query.text = "exponential backoff";
  }

  static std::vector<std::string> names(const Answer& answer) {
    std::vector<std::string> names;
    for (const auto& result : answer.results) names.push_back(result.name);
    return names;
  }
  [[nodiscard]] Answer without() const {
    Query same = query;
    same.rerank = false;
    return engine->search(same).value();
  }

  // By the beginning of its text, which names its file and itself.
  void like_the_third() const { reranker->likes = text_to_rerank(without().results.at(2)).substr(0, 40); }

  std::shared_ptr<WordReranker> reranker;
  TestIndex index_;
  std::shared_ptr<const Engine> engine;
  Query query;
};

TEST_F(RerankingTest, ReordersTheBestAndLeavesTheRest) {
  const Answer first = without();
  EXPECT_THAT(reranker->asked, IsEmpty());
  EXPECT_EQ(first.timings.rerank, 0);
  EXPECT_THAT(first.best, IsEmpty());
  ASSERT_GE(first.results.size(), 4U);
  like_the_third();

  query.explain = true;
  const Answer second = engine->search(query).value();
  EXPECT_EQ(second.not_reranked, "");
  EXPECT_EQ(second.results[0].id, first.results[2].id);
  EXPECT_GT(second.timings.rerank, 0);
  ASSERT_THAT(reranker->asked, SizeIs(1));
  EXPECT_EQ(reranker->query, "exponential backoff");
  ASSERT_THAT(reranker->asked[0], SizeIs(3));
  EXPECT_THAT(reranker->asked[0][0], HasSubstr(first.results[0].path));
  ASSERT_EQ(second.results.size(), first.results.size());
  for (std::size_t i = 0; i < first.results.size(); ++i) {
    EXPECT_EQ(second.results[i].rank, i + 1);
    EXPECT_EQ(second.results[i].score, first.results[i].score);  // shared out anew, never above one before
    if (i >= 3) {
      EXPECT_EQ(second.results[i].id, first.results[i].id);
    }
    // The reasons still add up to the score.
    float sum = 0;
    for (const auto& reason : second.results[i].why) sum += reason.contribution;
    EXPECT_NEAR(sum, second.results[i].score, 1e-3F);
  }
  const auto& why = second.results[0].why;
  const auto moved =
      std::find_if(why.begin(), why.end(), [](const Evidence& one) { return one.name == "reranker"; });
  ASSERT_NE(moved, why.end());
  EXPECT_EQ(moved->value, 2);  // places that it rose
  EXPECT_GT(moved->contribution, 0);
}

TEST_F(RerankingTest, ReadsOnlyWhatMayBeSeen) {
  query.visible.repositories = {"shop"};
  query.filters.languages = {corpus::Language::python};
  const Answer answer = engine->search(query).value();
  ASSERT_FALSE(answer.results.empty());
  ASSERT_THAT(reranker->asked, SizeIs(1));
  for (const auto& text : reranker->asked[0])
    EXPECT_THAT(text, AllOf(Not(HasSubstr("vault")), Not(HasSubstr("waits longer"))));
}

TEST_F(RerankingTest, PagesShowEachResultOnce) {
  like_the_third();
  const auto whole = names(engine->search(query).value());
  EXPECT_NE(whole, names(without()));
  reranker->asked.clear();
  query.limit = 2;
  const Answer first = engine->search(query).value();
  ASSERT_THAT(first.best, SizeIs(3));
  std::vector<std::string> seen = names(first);
  query.best = first.best;
  reranker->failing = true;  // and is not asked again
  for (query.offset = 2; query.offset < whole.size(); query.offset += 2) {
    const Answer next = engine->search(query).value();
    EXPECT_EQ(next.not_reranked, "");
    for (const auto& name : names(next)) seen.push_back(name);
  }
  EXPECT_EQ(seen, whole);
  EXPECT_THAT(reranker->asked, SizeIs(1));

  query.offset = 1;
  query.best = {1, 0};  // of another query
  EXPECT_EQ(engine->search(query).error().kind, ErrorKind::invalid_argument);
  query.offset = 3;  // beyond what is read again
  query.best = {};
  EXPECT_TRUE(engine->search(query));
  EXPECT_THAT(reranker->asked, SizeIs(1));
}

TEST_F(RerankingTest, AFailureCostsTheRerankingAlone) {
  reranker->failing = true;
  query.limit = 2;
  const Answer answer = engine->search(query).value();
  EXPECT_THAT(answer.not_reranked, HasSubstr("0 scores"));
  EXPECT_EQ(answer.degraded, "");
  EXPECT_EQ(names(answer), names(without()));
  // The pages that follow keep to the order of the first, though the reranker is back.
  reranker->failing = false;
  query.offset = 2;
  query.best = answer.best;
  const Answer next = engine->search(query).value();
  EXPECT_EQ(names(next), names(without()));
  EXPECT_THAT(reranker->asked, SizeIs(1));
}

TEST_F(RerankingTest, IsNotTakenForSimilarCodeOrASingleResult) {
  EXPECT_TRUE(engine->similar("net/backoff.go", 5, query));
  query.text = "swordfish";
  query.filters.paths = {"vault.py"};
  query.filters.kinds = {syntax::Kind::function};
  const Answer answer = engine->search(query).value();
  EXPECT_THAT(answer.results, SizeIs(1));
  query.text = "...";
  EXPECT_THAT(engine->search(query).value().results, IsEmpty());
  EXPECT_THAT(reranker->asked, IsEmpty());
}

TEST(EngineWithoutAReranker, IgnoresTheSwitches) {
  const TestIndex index;
  Query query;
  query.text = "exponential backoff";
  query.best = {1, 0};
  const auto answer = (*index.engine())->search(query);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->not_reranked, "");
  EXPECT_THAT(answer->best, IsEmpty());
}

}  // namespace
}  // namespace quarry::search
