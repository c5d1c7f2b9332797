#include "quarry/search/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "quarry/search/doc_text.h"

namespace quarry::search {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ParseQuery, TakesFiltersOutOfTheText) {
  Query query;
  ASSERT_TRUE(parse_query("lang:go path:net/ retry with  backoff kind:method repo:moby", query));
  EXPECT_EQ(query.text, "retry with backoff");
  EXPECT_THAT(query.filters.languages, ElementsAre(corpus::Language::go));
  EXPECT_THAT(query.filters.paths, ElementsAre("net/"));
  EXPECT_THAT(query.filters.kinds, ElementsAre(syntax::Kind::method));
  EXPECT_THAT(query.filters.repositories, ElementsAre("moby"));
}

TEST(ParseQuery, QuotesKeepSpaces) {
  Query query;
  ASSERT_TRUE(parse_query("path:\"my folder/\" open", query));
  EXPECT_THAT(query.filters.paths, ElementsAre("my folder/"));
  EXPECT_EQ(query.text, "open");
}

TEST(ParseQuery, ColonsInCodeAndAddressesAreText) {
  Query query;
  ASSERT_TRUE(parse_query("std::sort http://x/y note: this", query));
  EXPECT_EQ(query.text, "std::sort http://x/y note: this");
  EXPECT_THAT(query.filters.paths, IsEmpty());
}

TEST(ParseQuery, TextThatIsNoUtf8IsRefused) {
  for (const std::string_view text : {"\xff\xfe", "open \xe9t\xe9 file", "\xc0\xaf", "\xed\xa0\x80"}) {
    Query query;
    const Status status = parse_query(text, query);
    ASSERT_FALSE(status) << text;
    EXPECT_EQ(status.error().kind, ErrorKind::invalid_argument);
    EXPECT_THAT(status.error().message, HasSubstr("UTF-8"));
  }
  Query query;
  EXPECT_TRUE(parse_query("path:caf\xe9/ Größe", query)) << "a path is whatever the file system holds";
}

TEST(ParseQuery, UnknownValuesSayWhatIsKnown) {
  Query query;
  const Status status = parse_query("lang:klingon fire", query);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::invalid_argument);
  EXPECT_THAT(status.error().message, HasSubstr("python"));
  EXPECT_FALSE(parse_query("kind:poem x", query));
}

TEST(ParseQuery, BoundsLengthAndFilters) {
  Query query;
  EXPECT_EQ(parse_query(std::string(1 << 20, 'x'), query).error().kind, ErrorKind::limit);
  std::string many;
  for (int i = 0; i < 40; ++i) many += "path:a" + std::to_string(i) + ' ';
  EXPECT_EQ(parse_query(many, query).error().kind, ErrorKind::limit);
}

TEST(AddFilter, BoundsWhatMatchingEveryPathCosts) {
  Filters filters;
  EXPECT_TRUE(add_filter("path", std::string(4096, 'a'), filters));
  EXPECT_TRUE(add_filter("path", "*" + std::string(255, 'a'), filters));
  EXPECT_EQ(add_filter("path", std::string(4097, 'a'), filters).error().kind, ErrorKind::limit);
  std::string hostile;
  for (int i = 0; i < 200; ++i) hostile += "*[";
  EXPECT_EQ(add_filter("path", hostile, filters).error().kind, ErrorKind::limit);
}

TEST(CleanDoc, RemovesTheMarkersOfEveryFamily) {
  EXPECT_EQ(clean_doc("/**\n * Opens a file.\n *\n * @param name path\n */"),
            "Opens a file.\n\n@param name path");
  EXPECT_EQ(clean_doc("/// One.\n/// Two."), "One.\nTwo.");
  EXPECT_EQ(clean_doc("# Ruby says\n# hello"), "Ruby says\nhello");
  EXPECT_EQ(clean_doc("\"\"\"Docstring.\n\n    More.\n    \"\"\""), "Docstring.\n\nMore.");
  EXPECT_EQ(clean_doc("-- | Haskell.\n-- More."), "Haskell.\nMore.");
  EXPECT_EQ(clean_doc("@doc \"\"\"\nElixir.\n\"\"\""), "Elixir.");
  EXPECT_EQ(clean_doc(""), "");
}

TEST(CleanSignature, FitsOnOneLine) {
  EXPECT_EQ(clean_signature("def f(a,\n      b) -> int:"), "def f(a, b) -> int");
  EXPECT_EQ(clean_signature("void f(int a) {"), "void f(int a)");
}

}  // namespace
}  // namespace quarry::search
