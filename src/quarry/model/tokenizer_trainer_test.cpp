#include "quarry/model/tokenizer_trainer.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "quarry/model/bpe_trainer.h"
#include "quarry/model/test_model.h"
#include "quarry/model/tokenizer.h"

namespace quarry::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The textbook's loop: count all pairs anew for every merge.
std::vector<std::string> plain_merges(std::vector<CountedSymbols> words, std::vector<std::string> tokens,
                                      std::size_t size) {
  std::vector<std::string> merges;
  while (tokens.size() < size) {
    std::map<std::pair<TokenId, TokenId>, std::uint64_t> counts;
    for (const auto& word : words) {
      for (std::size_t i = 0; i + 1 < word.symbols.size(); ++i)
        counts[{word.symbols[i], word.symbols[i + 1]}] += word.count;
    }
    std::pair<TokenId, TokenId> best;
    std::uint64_t most = 1;
    for (const auto& [pair, count] : counts) {
      if (count > most) best = pair, most = count;
    }
    if (most < 2) break;
    const std::string token = tokens[best.first] + tokens[best.second];
    const auto known = std::find(tokens.begin(), tokens.end(), token);
    const auto id = static_cast<TokenId>(known - tokens.begin());
    if (known == tokens.end()) tokens.push_back(token);
    merges.push_back(token);
    for (auto& word : words) {
      std::vector<TokenId> joined;
      for (std::size_t i = 0; i < word.symbols.size(); ++i) {
        if (i + 1 < word.symbols.size() && word.symbols[i] == best.first &&
            word.symbols[i + 1] == best.second) {
          joined.push_back(id);
          ++i;
        } else {
          joined.push_back(word.symbols[i]);
        }
      }
      word.symbols = joined;
    }
  }
  return merges;
}

TEST(BpeTrainer, LearnsWhatTheTextbookLoopLearns) {
  std::vector<std::string> tokens;
  std::vector<CountedSymbols> words;
  for (char c = 'a'; c <= 'z'; ++c) tokens.emplace_back(1, c);
  for (const WordCount& word : synthetic_words(300)) {
    CountedSymbols symbols{{}, word.count % 97 + 1};
    for (const char c : word.word) symbols.symbols.push_back(static_cast<TokenId>(c - 'a'));
    words.push_back(symbols);
  }
  words.push_back({{0, 0, 0, 0, 0}, 400});  // overlapping pairs
  const auto wanted = plain_merges(words, tokens, 400);
  std::vector<std::string> learned;
  for (const LearnedMerge& merge : learn_merges(words, tokens, 400, 2, 0)) learned.push_back(merge.token);
  EXPECT_EQ(learned, wanted);
}

TEST(TokenizerTrainer, CountsWordsAsTheTokenizerCutsThem) {
  WordCounter counter;
  counter.add("parseJson parse_xml");
  WordCounter other;
  other.add("Parse");
  counter.merge(other);
  std::vector<std::string> words;
  for (const WordCount& word : counter.sorted()) words.push_back(word.word + std::to_string(word.count));
  EXPECT_THAT(words, ElementsAre("json1", "parse3", "xml1"));
}

TEST(TokenizerTrainer, FrequentWordsBecomeOneToken) {
  WordCounter counter;
  for (int i = 0; i < 50; ++i) counter.add("requestHandler response");
  const std::string json = train_tokenizer(counter.sorted(), {.vocabulary_size = 60}).value();
  const Tokenizer tokenizer = Tokenizer::parse(json).value();
  EXPECT_EQ(tokenizer.encode("request").size(), 1U);
  EXPECT_EQ(tokenizer.encode("RequestHandlerResponse").size(), 3U);
  auto shuffled = counter.sorted();
  std::reverse(shuffled.begin(), shuffled.end());
  EXPECT_EQ(train_tokenizer(shuffled, {.vocabulary_size = 60}).value(), json);
}

TEST(TokenizerTrainer, RefusesNothingAndTooLittle) {
  EXPECT_FALSE(train_tokenizer({}));
  const auto small = train_tokenizer({{"abcdef", 3}}, {.vocabulary_size = 4});
  ASSERT_FALSE(small);
  EXPECT_THAT(small.error().message, HasSubstr("no room for 6 letters"));
}

}  // namespace
}  // namespace quarry::model
