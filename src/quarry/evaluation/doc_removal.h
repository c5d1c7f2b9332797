// Code without what was written about it: candidates for the harder task, in which a query cannot be answered
// by matching it with the docs.
#pragma once

#include <string>
#include <string_view>

#include "quarry/corpus/language.h"
#include "quarry/syntax/extractor.h"

namespace quarry::evaluation {

// `code` without the doc comments and docstrings of every definition in it; a line that held nothing else
// goes too. Comments inside bodies stay. Where the grammar finds no definition, `code` as it is.
[[nodiscard]] std::string without_docs(syntax::Extractor& extractor, corpus::Language language,
                                       std::string_view code);

}  // namespace quarry::evaluation
