// Which bytes of a piece of code are shown how: syntax colours, and over them the words of the query.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "quarry/cli/terminal.h"
#include "quarry/corpus/language.h"

namespace quarry::cli {

// Bytes [begin, end) of the code in one style. Spans are sorted and do not overlap.
struct StyledSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
  Style style = Style::faint;
};

// The stems of a query's words that say something, for marking them in code.
class QueryWords {
 public:
  explicit QueryWords(std::string_view query);

  // The places of `code` whose words have the stem of a query word: "connections" marks `getConnection`'s
  // second half.
  [[nodiscard]] std::vector<StyledSpan> find(std::string_view code) const;

 private:
  std::vector<std::string> stems_;  // sorted
};

// Syntax colours, by the language's grammar; none where it has none.
[[nodiscard]] std::vector<StyledSpan> syntax_spans(corpus::Language language, std::string_view code);

// `over` wins where both have a span.
[[nodiscard]] std::vector<StyledSpan> overlay(const std::vector<StyledSpan>& under,
                                              const std::vector<StyledSpan>& over);

// Lines of `code`, harmless and painted, without their line feeds; cut to `width` columns (0: not cut).
[[nodiscard]] std::vector<std::string> paint_lines(std::string_view code,
                                                   const std::vector<StyledSpan>& spans,
                                                   std::size_t first_lines, const Terminal& terminal,
                                                   std::size_t width);

}  // namespace quarry::cli
