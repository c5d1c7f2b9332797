// Which grammar and which query file belong to a language.
#pragma once

#include "quarry/corpus/language.h"
#include "quarry/syntax/language_query.h"

namespace quarry::syntax {

// The compiled query of a language, made at its first use and shared by every thread; nullptr for a language
// without a grammar. Query files are part of the program: one that does not compile fails grammar_test.cpp
// and counts as no grammar here.
[[nodiscard]] const LanguageQuery* query_for(corpus::Language language);

// Why query_for() answers nullptr for a language that has a grammar; "" where all is well.
[[nodiscard]] std::string_view query_error(corpus::Language language);

// Every language that has a grammar, in the order of the table.
[[nodiscard]] std::vector<corpus::Language> languages_with_grammar();

}  // namespace quarry::syntax
