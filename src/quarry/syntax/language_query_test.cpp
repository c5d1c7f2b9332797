// Query files are data: a mistake in one must be told, not passed over.
#include "quarry/syntax/language_query.h"

#include <gtest/gtest.h>

#include "quarry/syntax/grammar.h"

namespace quarry::syntax {
namespace {

std::string error_of(std::string_view query) {
  const auto compiled = compile_query(query_for(corpus::Language::python)->language, query);
  return compiled ? "" : compiled.error().message;
}

TEST(LanguageQuery, MistakesAreToldWithTheirLine) {
  EXPECT_EQ(error_of("(function_definition name: (_) @name) @definition.function"), "");
  EXPECT_EQ(error_of("(comment) @comment\n(functoin name: (_) @name) @definition.function"),
            "query line 2: the grammar has no node \"functoin\"");
  EXPECT_EQ(error_of("(function_definition nmae: (_) @name) @definition.function"),
            "query line 1: the grammar has no field nmae");
  EXPECT_EQ(error_of("(call functoin: (identifier) @reference)"),
            "query line 1: the grammar has no field functoin");
  EXPECT_EQ(error_of("(function_definition name: (_) @title) @definition.function"),
            "query line 1: the capture @title has no meaning here");
  EXPECT_EQ(error_of("((identifier) @reference (#match? @reference \"x\"))"),
            "query line 1: #match? is not known");
  EXPECT_EQ(error_of("(function_definition"), "the query cannot be read");
  EXPECT_EQ(error_of("(_) @comment"), "query line 1: \"_\" is no kind of node that a pattern can start with");
}

TEST(LanguageQuery, PredicatesAreRead) {
  const auto compiled =
      compile_query(query_for(corpus::Language::python)->language,
                    "(call function: (identifier) @reference (#not-any-of? @reference \"print\" \"len\"))\n"
                    "((call function: (identifier) @_f arguments: (_) @name) @scope (#eq? @_f \"section\"))");
  ASSERT_TRUE(compiled);
  ASSERT_EQ(compiled->chains.size(), 1U);
  ASSERT_EQ(compiled->chains[0].rule.predicates.size(), 1U);
  EXPECT_TRUE(compiled->chains[0].rule.predicates[0].negated);
  EXPECT_EQ(compiled->chains[0].rule.predicates[0].values, (std::vector<std::string>{"print", "len"}));
  ASSERT_EQ(compiled->patterns.size(), 1U);
  ASSERT_EQ(compiled->patterns[0].rule.predicates.size(), 1U);
}

TEST(LanguageQuery, StraightReferencesBecomeChains) {
  const auto compiled = compile_query(
      query_for(corpus::Language::python)->language,
      "(call function: [(identifier) @reference (attribute attribute: (identifier) @reference)])\n"
      "(class_definition name: (_) @name body: (block . (pass_statement) @body)) @definition.class");
  ASSERT_TRUE(compiled);
  EXPECT_EQ(compiled->chains.size(), 2U);
  EXPECT_EQ(compiled->patterns.size(), 1U);
}

}  // namespace
}  // namespace quarry::syntax
