#include "quarry/ranking/query_terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quarry::ranking {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

QueryTerms read(std::string_view text) {
  text::Analyzer analyzer;
  return read_query(text, analyzer, {});
}

std::vector<std::string> words(const QueryTerms& query) {
  std::vector<std::string> all;
  for (const QueryTerm& term : query.terms) all.push_back(term.word);
  return all;
}

std::vector<std::string> head(const QueryTerms& query) {
  std::vector<std::string> all;
  for (const QueryTerm& term : query.terms) {
    if (term.head) all.push_back(term.word);
  }
  return all;
}

TEST(QueryTerms, DropsQuestionAndStopWords) {
  EXPECT_THAT(words(read("how does the router match a path")), ElementsAre("router", "match", "path"));
}

TEST(QueryTerms, HeadEndsAtTheFirstPreposition) {
  EXPECT_THAT(head(read("cookie jar for sessions with expiry")), ElementsAre("cookie", "jar"));
  EXPECT_THAT(head(read("in memory cache")), ElementsAre("memory", "cache"));
}

TEST(QueryTerms, FindsSymbolsInCodeSpelling) {
  const QueryTerms query = read("where is Sinatra::Base or parse_json used by RouterGroup and plain words");
  ASSERT_EQ(query.symbols.size(), 3U);
  EXPECT_EQ(query.symbols[0].name, "Base");
  EXPECT_EQ(query.symbols[0].container, "Sinatra");
  EXPECT_EQ(query.symbols[1].name, "parse_json");
  EXPECT_EQ(query.symbols[2].name, "RouterGroup");
  EXPECT_FALSE(query.bare_symbol);
}

TEST(QueryTerms, ASingleNameIsABareSymbol) {
  EXPECT_TRUE(read("Router").bare_symbol);
  EXPECT_TRUE(read("Rack::Builder").bare_symbol);
  EXPECT_FALSE(read("open files").bare_symbol);
}

TEST(QueryTerms, KnowsWhenTestsAreAskedFor) {
  EXPECT_TRUE(read("tests of the parser").wants_tests);
  EXPECT_FALSE(read("latest parser").wants_tests);
}

TEST(QueryTerms, AtMostThirtyTwoTerms) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "word" + std::string(1, static_cast<char>('a' + i % 26)) + std::string(static_cast<std::size_t>(i / 26 + 1), 'x') + ' ';
  EXPECT_EQ(read(many).terms.size(), kMaxTerms);
}

TEST(QueryTerms, NothingToSearchFor) {
  EXPECT_THAT(read("").terms, IsEmpty());
  EXPECT_THAT(read("?! ...").terms, IsEmpty());
  EXPECT_EQ(read("合并文件").terms.size(), 4U);
}

}  // namespace
}  // namespace quarry::ranking
