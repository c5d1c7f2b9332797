#include "quarry/training/view.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "quarry/training/batch.h"

namespace quarry::training {
namespace {

using ::testing::IsSubsetOf;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

// Words numbered as they come.
class Words {
 public:
  Tokenize tokenize() {
    return [this](std::string_view text, std::vector<TokenId>& ids, std::size_t limit) {
      std::string word;
      std::string ended(text);
      ended += ' ';
      for (const char c : ended) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
          word += c;
        } else if (!word.empty()) {
          if (limit-- == 0) return;
          ids.push_back(numbers_.try_emplace(word, static_cast<TokenId>(numbers_.size())).first->second);
          word.clear();
        }
      }
    };
  }
  std::set<std::string> in(const Bag& bag) const {
    std::set<std::string> words;
    for (const auto& [word, id] : numbers_) {
      for (const TokenCount token : bag) {
        if (token.id() == id) words.insert(word);
      }
    }
    return words;
  }

 private:
  std::map<std::string, TokenId> numbers_;
};

class ViewTest : public ::testing::Test {
 protected:
  ViewTest() {
    preparation::Pair pair;
    pair.language = "go";
    pair.path = "net/http/server.go";
    pair.name = "Serve";
    pair.signature = "func Serve(l)";
    pair.doc = "Serve accepts incoming l";
    pair.code = "func Serve(l) {\n  // close it at the end\n  loop(l)\n}";
    pair.calls = {"go tls.Serve(conn)"};
    pair.subjects = {"Stop leaking", "Retry"};
    dataset_.add(pair, words_.tokenize());
    pair.name = "Dial";
    pair.calls.clear();
    dataset_.add(pair, words_.tokenize());
  }
  void make(const View& view, const ViewOptions& options = {0, 0, 0}, std::uint64_t seed = 1) {
    Random random(seed);
    ViewMaker(dataset_, options).make(0, view, random, query_, code_);
  }

  Words words_;
  Dataset dataset_;
  Bag query_;
  Bag code_;
};

TEST_F(ViewTest, DocLosesTheLeadingNameAndCodeIsWhole) {
  make({});
  EXPECT_THAT(words_.in(query_), UnorderedElementsAre("accepts", "incoming", "l"));
  EXPECT_THAT(words_.in(code_),
              UnorderedElementsAre("func", "Serve", "l", "close", "it", "at", "the", "end", "loop"));
}

TEST_F(ViewTest, AQuestionGetsItsWordsAndAPlainVerb) {
  ViewOptions options{0, 0, 0};
  options.plain = 1;
  make({}, options);
  EXPECT_THAT(words_.in(query_), UnorderedElementsAre("accept", "incoming", "l"));
  options.plain = 0;
  options.question = 1;
  std::set<std::set<std::string>> seen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    make({}, options, seed);
    const std::set<std::string> words = words_.in(query_);
    EXPECT_GT(words.size(), 3U);
    for (const char* word : {"accepts", "incoming", "l"}) EXPECT_TRUE(words.contains(word)) << word;
    seen.insert(words);
  }
  EXPECT_GT(seen.size(), 10U);
  EXPECT_TRUE(seen.contains({"accepts", "incoming", "l", "how", "to"}));
}

TEST_F(ViewTest, NamelessCodeWithPlace) {
  View view;
  view.nameless = true;
  view.place = 1;
  make(view);
  EXPECT_THAT(words_.in(code_), UnorderedElementsAre("func", "l", "close", "it", "at", "the", "end", "loop",
                                                     "net", "http", "server"));
}

TEST_F(ViewTest, NameAsksForTheSignature) {
  View view;
  view.query = QueryPart::name;
  view.target = CodePart::signature;
  make(view, {1, 0, 0});
  EXPECT_THAT(words_.in(query_), UnorderedElementsAre("Serve", "go", "golang"));
  EXPECT_THAT(words_.in(code_), UnorderedElementsAre("func", "Serve", "l"));
}

TEST_F(ViewTest, CommentIsTakenOutOfTheCode) {
  View view;
  view.query = QueryPart::comment;
  make(view);
  EXPECT_THAT(words_.in(query_), IsSubsetOf({"close", "it", "at", "the", "end"}));
  EXPECT_GE(query_.size(), 4U);
  EXPECT_THAT(words_.in(code_), UnorderedElementsAre("func", "Serve", "l", "loop"));
}

TEST_F(ViewTest, HiddenTakesOutSharedWords) {
  View view;
  view.hidden = 1;
  make(view);
  EXPECT_FALSE(words_.in(code_).contains("l"));
  EXPECT_TRUE(words_.in(code_).contains("loop"));
}

TEST_F(ViewTest, SomeMovesTheRestOfTheDocIntoTheCode) {
  View view;
  view.query = QueryPart::some;
  view.rest = 1;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    make(view, {0, 0, 0}, seed);
    ASSERT_FALSE(query_.empty());
    for (const char* word : {"accepts", "incoming"}) {
      const bool asked = words_.in(query_).contains(word);
      const bool everything = query_.size() == 3;
      EXPECT_TRUE(everything || asked != words_.in(code_).contains(word)) << word;
    }
  }
}

TEST_F(ViewTest, TheWholeDocStandsWithTheCodeWhereTheQueryIsSomethingElse) {
  View view;
  view.query = QueryPart::name;
  view.rest = 1;
  make(view);
  EXPECT_THAT(words_.in(query_), UnorderedElementsAre("Serve"));
  EXPECT_THAT(words_.in(code_), IsSupersetOf({"accepts", "incoming", "loop"}));
  view.query = QueryPart::doc;
  make(view);
  EXPECT_FALSE(words_.in(code_).contains("accepts"));
}

TEST_F(ViewTest, CallersAndCommitsAsk) {
  View view;
  view.query = QueryPart::call;
  make(view);
  EXPECT_THAT(words_.in(query_), UnorderedElementsAre("go", "tls", "Serve", "conn"));
  view.query = QueryPart::subject;
  std::set<std::set<std::string>> seen;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    make(view, {0, 0, 0}, seed);
    seen.insert(words_.in(query_));
  }
  EXPECT_THAT(seen,
              UnorderedElementsAre(std::set<std::string>{"Stop", "leaking"}, std::set<std::string>{"Retry"}));
  // A function that nobody calls is asked for by its doc.
  view.query = QueryPart::call;
  Random random(1);
  ViewMaker(dataset_, {0, 0, 0}).make(1, view, random, query_, code_);
  EXPECT_THAT(words_.in(query_), IsSupersetOf({"accepts", "incoming"}));
}

TEST_F(ViewTest, TheCardHasThePathAndEveryNameOfTheFile) {
  View view;
  view.target = CodePart::card;
  make(view);
  EXPECT_THAT(words_.in(code_), UnorderedElementsAre("net", "http", "server", "Serve", "Dial"));
}

TEST_F(ViewTest, DropsTokensButNeverAll) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    make({}, {0, 0.95, 0.95}, seed);
    EXPECT_FALSE(query_.empty());
    EXPECT_FALSE(code_.empty());
  }
}

Dataset many(int count) {
  Words words;
  Dataset dataset;
  for (int i = 0; i < count; ++i) {
    preparation::Pair pair;
    pair.repository = std::to_string(i % 3);
    pair.doc = fmt::format("doc {}", i / 2);  // each doc twice
    pair.code = fmt::format("code {}", i);
    dataset.add(pair, words.tokenize());
  }
  return dataset;
}

TEST(BatchPlan, AnEpochTakesEachPairOnceInGroupsOfARepository) {
  const Dataset dataset = many(96);
  BatchPlan plan(dataset, 16, 8, 5);
  ASSERT_EQ(plan.steps_an_epoch(), 6U);
  std::set<std::uint32_t> seen;
  for (std::uint64_t step = 1; step <= 6; ++step) {
    const auto pairs = plan.pairs_of(step);
    seen.insert(pairs.begin(), pairs.end());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      EXPECT_EQ(dataset[pairs[i]].repository, dataset[pairs[i - i % 8]].repository);
    }
  }
  EXPECT_EQ(seen.size(), 96U);
  const std::vector<std::uint32_t> first(plan.pairs_of(1).begin(), plan.pairs_of(1).end());
  const std::vector<std::uint32_t> next(plan.pairs_of(7).begin(), plan.pairs_of(7).end());
  EXPECT_NE(first, next);
  BatchPlan again(dataset, 16, 8, 5);
  EXPECT_EQ(next, std::vector<std::uint32_t>(again.pairs_of(7).begin(), again.pairs_of(7).end()));
}

TEST(Batch, RowsDoNotDependOnWhatElseIsMade) {
  const Dataset dataset = many(32);
  TrainConfig config;
  config.views.emplace_back();
  config.augmentation.dropped = 0.5;
  std::vector<std::uint32_t> pairs(16);
  for (std::uint32_t i = 0; i < 16; ++i) pairs[i] = i;
  Batch whole;
  Batch half;
  make_batch(dataset, config, 3, pairs, 0, 16, whole);
  make_batch(dataset, config, 3, pairs, 8, 16, half);
  ASSERT_EQ(half.codes.size(), 8U);
  EXPECT_EQ(half.codes.ids,
            std::vector<TokenId>(whole.codes.ids.begin() + static_cast<std::ptrdiff_t>(whole.codes.begins[8]),
                                 whole.codes.ids.end()));
}

TEST(Batch, EqualDocsAreNoNegatives) {
  const Dataset dataset = many(6);
  const std::vector<std::uint32_t> pairs{0, 1, 2, 5};
  TrainConfig config;
  config.views.emplace_back();
  EXPECT_THAT(masked_pairs(dataset, config, 1, pairs),
              UnorderedElementsAre(std::pair(0U, 1U), std::pair(1U, 0U)));
}

TEST(Batch, ACardIsNoNegativeOfItsFile) {
  Words words;
  Dataset dataset;
  for (int i = 0; i < 3; ++i) {
    preparation::Pair pair;
    pair.repository = "r";
    pair.path = i < 2 ? "a.c" : "b.c";
    pair.doc = fmt::format("doc {}", i);
    pair.code = fmt::format("code {}", i);
    dataset.add(pair, words.tokenize());
  }
  TrainConfig config;
  config.views.emplace_back().target = CodePart::card;
  const std::vector<std::uint32_t> pairs{0, 1, 2};
  EXPECT_THAT(masked_pairs(dataset, config, 1, pairs),
              UnorderedElementsAre(std::pair(0U, 1U), std::pair(1U, 0U)));
  config.views[0].target = CodePart::code;
  EXPECT_TRUE(masked_pairs(dataset, config, 1, pairs).empty());
}

}  // namespace
}  // namespace quarry::training
