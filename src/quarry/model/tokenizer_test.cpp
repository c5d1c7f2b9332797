#include "quarry/model/tokenizer.h"

#include <gmock/gmock.h>

#include <random>

#include "quarry/base/hash.h"
#include "quarry/model/compiled_tokenizer.h"
#include "quarry/model/identifier_words.h"
#include "quarry/model/test_model.h"

namespace quarry::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for_each_identifier_word(text, [&](std::string_view word) {
    words.emplace_back(word);
    return true;
  });
  return words;
}

TEST(IdentifierWords, SplitsCaseDigitsAndPunctuation) {
  EXPECT_THAT(words_of("HTTPServer2"), ElementsAre("http", "server", "2"));
  EXPECT_THAT(words_of("getHTTPResponseCode"), ElementsAre("get", "http", "response", "code"));
  EXPECT_THAT(words_of("__snake_case(x1, Y)"), ElementsAre("snake", "case", "x", "1", "y"));
  EXPECT_THAT(words_of("parseJSON2XML iOS"), ElementsAre("parse", "json", "2", "xml", "i", "os"));
  EXPECT_THAT(words_of("naïveCafé №5"), ElementsAre("naïve", "café", "5"));
  EXPECT_THAT(words_of("ПриветМир — “да”"), ElementsAre("привет", "мир", "да"));
  EXPECT_THAT(words_of("日本語 漢字"), ElementsAre("日本語", "漢字"));
  EXPECT_THAT(words_of("a\xff\xfe"
                       "b\xc3"),
              ElementsAre("a", "b"));
  EXPECT_THAT(words_of(" \t\n.,;+-*/"), IsEmpty());
  EXPECT_THAT(words_of(std::string(500, 'A')), ElementsAre(std::string(500, 'a')));
}

std::string trained(std::string prefix = {}) {
  return train_tokenizer(synthetic_words(500),
                         {.vocabulary_size = 400, .continuing_prefix = std::move(prefix)})
      .value();
}

std::string random_text(std::mt19937& random) {
  static constexpr std::string_view kParts[] = {"tra", "Sea", "PRO", "n", "_",  " ",    "9",      "42",
                                                "(",   "É",   "é",   "Ж", "ж",  "漢",   "\u0301", "²",
                                                "ǅ",   "İ",   "ß",   "—", "\n", "🙂", "lou",    "X"};
  std::string text;
  for (std::size_t i = 0; i < 1 + random() % 30; ++i) text += kParts[random() % std::size(kParts)];
  return text;
}

TEST(Tokenizer, FastPathEqualsThePatterns) {
  const Tokenizer fast = Tokenizer::parse(trained()).value();
  ASSERT_NE(fast.identifier_bpe(), nullptr);
  const Tokenizer slow = fast.by_patterns();
  ASSERT_EQ(slow.identifier_bpe(), nullptr);
  std::mt19937 random(5);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = random_text(random);
    EXPECT_EQ(fast.encode(text), slow.encode(text)) << text;
  }
  EXPECT_EQ(fast.encode("a\xff"
                        "Bc"),
            slow.encode("a\xff"
                        "Bc"));
}

TEST(Tokenizer, CacheAndLimitDoNotChangeIds) {
  const Tokenizer tokenizer = Tokenizer::parse(trained("##")).value();
  Tokenizer::Scratch scratch;
  std::mt19937 random(6);
  for (int i = 0; i < 500; ++i) {
    const std::string text = random_text(random);
    const auto wanted = tokenizer.encode(text);
    std::vector<TokenId> ids;
    tokenizer.append_ids(text, scratch, ids);
    EXPECT_EQ(ids, wanted);
    ids.clear();
    tokenizer.append_ids(text, scratch, ids, 5);
    EXPECT_EQ(ids, std::vector<TokenId>(wanted.begin(),
                                        wanted.begin() + std::min<std::ptrdiff_t>(5, std::ssize(wanted))));
  }
}

TEST(Tokenizer, LongWordsJoinAsShortOnesDo) {
  // Over 48 symbols a queue finds the pairs, below a scan: a word of which the parts are known tells whether
  // they agree.
  const Tokenizer tokenizer =
      Tokenizer::parse(
          R"({"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"aba":3,"abab":4},"merges":["a b","ab ab","ab a"]}})")
          .value();
  std::string word;
  for (int i = 0; i < 101; ++i) word += i % 2 == 0 ? 'a' : 'b';
  std::vector<TokenId> wanted(25, 4);
  wanted.push_back(0);
  EXPECT_EQ(tokenizer.encode(word), wanted);
  EXPECT_THAT(tokenizer.encode("ababa"), ElementsAre(4, 0));
}

TEST(Tokenizer, WordPieceTakesTheLongestPieces) {
  const Tokenizer tokenizer = Tokenizer::parse(R"({
    "added_tokens":[{"id":5,"content":"[MASK]","special":true}],
    "normalizer":{"type":"BertNormalizer"}, "pre_tokenizer":{"type":"BertPreTokenizer"},
    "post_processor":{"type":"BertProcessing","sep":["[SEP]",7],"cls":["[CLS]",6]},
    "model":{"type":"WordPiece","unk_token":"[UNK]","vocab":{"[UNK]":0,"un":1,"##able":2,"##a":3,",":4,"[CLS]":6,"[SEP]":7}}})")
                                  .value();
  EXPECT_THAT(tokenizer.encode("Unable, UNX [MASK]"), ElementsAre(1, 2, 4, 0, 5));
  EXPECT_THAT(tokenizer.encode("únable", true), ElementsAre(6, 1, 2, 7));
  EXPECT_EQ(tokenizer.size(), 8U);
}

struct BadTokenizer {
  const char* json;
  const char* message;
};
class TokenizerErrors : public testing::TestWithParam<BadTokenizer> {};

TEST_P(TokenizerErrors, AreNamed) {
  const auto tokenizer = Tokenizer::parse(GetParam().json);
  ASSERT_FALSE(tokenizer);
  EXPECT_THAT(tokenizer.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Files, TokenizerErrors,
    testing::Values(
        BadTokenizer{"", "not valid JSON"}, BadTokenizer{"[]", "not a JSON object"},
        BadTokenizer{"{}", "\"model\" is missing"},
        BadTokenizer{R"({"model":{"type":"Neural"}})", "model \"Neural\" is not supported"},
        BadTokenizer{R"({"normalizer":{"type":"Precompiled"},"model":{}})",
                     "normalizer \"Precompiled\" is not supported"},
        BadTokenizer{R"({"pre_tokenizer":{"type":"UnicodeScripts"},"model":{}})",
                     "pre_tokenizer \"UnicodeScripts\" is not supported"},
        BadTokenizer{
            R"({"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated"},"model":{}})",
            "pattern \"(a\""},
        BadTokenizer{R"({"post_processor":{"type":"Odd"},"model":{}})",
                     "post_processor \"Odd\" is not supported"},
        BadTokenizer{R"({"model":{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}})", "share the id 0"},
        BadTokenizer{R"({"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}})", "no id"},
        BadTokenizer{R"({"model":{"type":"BPE","vocab":{"a":99999999999},"merges":[]}})", "no id"},
        BadTokenizer{R"({"model":{"type":"BPE","vocab":{"a":0},"merges":["a c"]}})", "merge 1"},
        BadTokenizer{R"({"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[["a","b"]]}})",
                     "makes \"ab\""},
        BadTokenizer{R"({"model":{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"u"}})",
                     "unk_token \"u\""},
        BadTokenizer{R"({"model":{"type":"WordPiece","vocab":{"a":0}}})", "unk_token \"[UNK]\""},
        BadTokenizer{R"({"model":{"type":"Unigram","vocab":[["a"]]}})", "entry 0"},
        BadTokenizer{R"({"model":{"type":"Unigram","vocab":[["a",1.0]],"unk_id":1}})", "\"unk_id\" 1"}));

TEST(CompiledTokenizer, GivesTheSameIds) {
  const std::string json = trained("##");
  const std::string compiled = compile_tokenizer(json).value();
  const auto bytes = std::as_bytes(std::span(compiled));
  const Tokenizer read = Tokenizer::parse(json).value();
  const auto adopted = adopt_compiled_tokenizer(bytes, hash64(json), nullptr).value();
  ASSERT_TRUE(adopted.has_value());
  EXPECT_EQ(adopted->size(), read.size());
  std::mt19937 random(8);
  for (int i = 0; i < 300; ++i) {
    const std::string text = random_text(random);
    EXPECT_EQ(adopted->encode(text), read.encode(text));
  }
}

TEST(CompiledTokenizer, StaleIsPassedOverAndDamageIsNoticed) {
  const std::string json = trained();
  const std::string compiled = compile_tokenizer(json).value();
  EXPECT_FALSE(
      adopt_compiled_tokenizer(std::as_bytes(std::span(compiled)), hash64(json) + 1, nullptr)->has_value());
  for (std::size_t at = 0; at < compiled.size(); at += 101) {
    std::string flipped = compiled;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x20);
    const auto adopted = adopt_compiled_tokenizer(std::as_bytes(std::span(flipped)), hash64(json), nullptr);
    EXPECT_TRUE(!adopted || !adopted->has_value()) << at;
  }
  const std::string_view cut = std::string_view(compiled).substr(0, compiled.size() - 8);
  EXPECT_FALSE(adopt_compiled_tokenizer(std::as_bytes(std::span(cut)), hash64(json), nullptr));
  EXPECT_FALSE(compile_tokenizer(R"({"model":{"type":"BPE","vocab":{"a":0},"merges":[]}})"));
}

}  // namespace
}  // namespace quarry::model
