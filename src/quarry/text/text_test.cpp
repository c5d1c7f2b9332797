#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "quarry/text/analyzer.h"
#include "quarry/text/words.h"

namespace quarry::text {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

std::vector<std::string> split(std::string_view identifier) {
  std::vector<std::string_view> words;
  split_identifier(identifier, words);
  return {words.begin(), words.end()};
}

std::vector<std::string> identifiers(std::string_view text) {
  std::vector<std::string> all;
  for (auto id = next_identifier(text); !id.empty(); id = next_identifier(text)) all.emplace_back(id);
  return all;
}

std::vector<Term> terms(std::string_view text) {
  std::vector<Term> all;
  Analyzer().append_terms(text, all);
  return all;
}

TEST(Words, SplitsCamelSnakeDigitsAndAcronyms) {
  EXPECT_THAT(split("HTTPServer2"), ElementsAre("HTTP", "Server", "2"));
  EXPECT_THAT(split("parse_json_value"), ElementsAre("parse", "json", "value"));
  EXPECT_THAT(split("getURLFor"), ElementsAre("get", "URL", "For"));
  EXPECT_THAT(split("sha256sum"), ElementsAre("sha", "256", "sum"));
  EXPECT_THAT(split("__init__"), ElementsAre("init"));
  EXPECT_THAT(split("$scope"), ElementsAre("scope"));
  EXPECT_THAT(split("X"), ElementsAre("X"));
  EXPECT_THAT(split("___"), ElementsAre());
  EXPECT_THAT(split("IOError"), ElementsAre("IO", "Error"));
}

TEST(Words, FindsIdentifiersInCodeAndOtherScripts) {
  EXPECT_THAT(identifiers("a.b(c_d) + 12"), ElementsAre("a", "b", "c_d", "12"));
  EXPECT_THAT(identifiers("größe = straße"), ElementsAre("größe", "straße"));
  EXPECT_THAT(identifiers("合并文件 file"), ElementsAre("合", "并", "文", "件", "file"));
  EXPECT_THAT(identifiers("don’t “quote”"), ElementsAre("don", "t", "quote"));
  EXPECT_THAT(identifiers("\xff\xfe broken"), ElementsAre("\xff\xfe", "broken"));
  EXPECT_THAT(identifiers(""), ElementsAre());
}

TEST(Analyzer, StemsEnglish) {
  Analyzer analyzer;
  EXPECT_EQ(analyzer.stem("Running"), "run");
  EXPECT_EQ(analyzer.stem("concatenated"), analyzer.stem("concatenate"));
  EXPECT_EQ(analyzer.stem("größe"), "größe");
}

TEST(Analyzer, OneIdentifierInAnyConventionIsOneWhole) {
  Analyzer analyzer;
  const Term snake = analyzer.terms_of("parse_json").whole;
  EXPECT_NE(snake, 0U);
  EXPECT_EQ(snake, analyzer.terms_of("parseJSON").whole);
  EXPECT_THAT(terms("ParseJson"), Contains(snake));
  EXPECT_THAT(terms("parsejson"), ElementsAre(snake));
}

TEST(Analyzer, LeavesOutStopWordsAndData) {
  EXPECT_EQ(terms("the of").size(), 0U);
  EXPECT_EQ(terms("0xdeadbeef 12345678 1").size(), 0U);
  EXPECT_EQ(terms("404").size(), 1U);
  EXPECT_EQ(terms(std::string(500, 'x')).size(), 0U);
}

TEST(Analyzer, TermsDoNotDependOnHistory) {
  Analyzer analyzer;
  std::vector<Term> before;
  analyzer.append_terms("openFileNow", before);
  std::vector<Term> ignored;
  for (int i = 0; i < 200'000; ++i) analyzer.append_terms("word" + std::to_string(i), ignored);
  std::vector<Term> after;
  analyzer.append_terms("openFileNow", after);
  EXPECT_EQ(before, after);
}

}  // namespace
}  // namespace quarry::text
