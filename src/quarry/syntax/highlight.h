// Colours for the terminal: which bytes of a piece of code are keywords, strings, names of functions.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "quarry/corpus/language.h"
#include "quarry/syntax/function.h"

namespace quarry::syntax {

enum class HighlightClass : std::uint8_t {
  none,
  keyword,
  string,
  comment,
  number,
  function,
  type,
  constant,
  operator_
};

struct HighlightSpan {
  Range range;
  HighlightClass kind = HighlightClass::none;  // never `none` in a result
};

// Spans in order, without overlaps; the text between them has no colour. Empty for a language without a
// grammar, for more than a megabyte, and where parsing takes over 100 ms. `source` may be any piece of a
// file: a parser that stumbles over its borders still tells most of it. Thread-safe.
[[nodiscard]] std::vector<HighlightSpan> highlight(corpus::Language language, std::string_view source);

}  // namespace quarry::syntax
