#include "quarry/syntax/highlight.h"

#include <gtest/gtest.h>

#include <string>

#include "quarry/syntax/grammar.h"

namespace quarry::syntax {
namespace {

using corpus::Language;

// "keyword:def function:f ..." of a piece of code.
std::string classes(Language language, std::string_view source) {
  constexpr std::string_view kNames[] = {"none",     "keyword", "string",   "comment", "number",
                                         "function", "type",    "constant", "operator"};
  std::string result;
  for (const auto& [range, kind] : highlight(language, source)) {
    if (!result.empty()) result += ' ';
    result.append(kNames[static_cast<std::size_t>(kind)])
        .append(":")
        .append(source.substr(range.begin, range.size()));
  }
  return result;
}

TEST(Highlight, TellsWhatIsWhat) {
  EXPECT_EQ(classes(Language::python, "def f(a): # c\n  return g(\"s\", 12)\n"),
            "keyword:def function:f comment:# c keyword:return function:g string:\"s\" number:12");
  EXPECT_EQ(classes(Language::go, "func f() *T { return nil }"),
            "keyword:func function:f operator:* type:T keyword:return constant:nil");
}

TEST(Highlight, CodeInsideAStringIsCode) {
  EXPECT_EQ(classes(Language::javascript, "x = `a${f(1)}b`"),
            "operator:= string:`a function:f number:1 string:b`");
}

TEST(Highlight, APieceOfAFileIsEnough) {
  EXPECT_EQ(classes(Language::python, "    return 1\n\n  def f(self):\n"),
            "keyword:return number:1 keyword:def function:f");
  EXPECT_EQ(classes(Language::text, "return 1"), "");
  for (const Language language : languages_with_grammar()) {
    std::uint32_t last = 0;
    for (const auto& span : highlight(language, "if \"x\" { } /* # -- \xff")) {
      EXPECT_LE(last, span.range.begin);
      EXPECT_LT(span.range.begin, span.range.end);
      last = span.range.end;
    }
  }
}

}  // namespace
}  // namespace quarry::syntax
