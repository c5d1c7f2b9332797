// Which parts of a piece of code get which colour, by its language's grammar.
#include "quarry/cli/code_style.h"
#include "quarry/syntax/highlight.h"

namespace quarry::cli {
namespace {

// Operators stay plain: with everything coloured nothing stands out.
bool is_coloured(syntax::HighlightClass kind) {
  return kind != syntax::HighlightClass::none && kind != syntax::HighlightClass::operator_;
}

Style style_of(syntax::HighlightClass kind) {
  switch (kind) {
    case syntax::HighlightClass::keyword:
      return Style::keyword;
    case syntax::HighlightClass::string:
      return Style::string;
    case syntax::HighlightClass::comment:
      return Style::comment;
    case syntax::HighlightClass::number:
      return Style::number;
    case syntax::HighlightClass::function:
      return Style::function;
    case syntax::HighlightClass::type:
      return Style::type;
    case syntax::HighlightClass::constant:
      return Style::constant;
    case syntax::HighlightClass::none:
    case syntax::HighlightClass::operator_:
      break;
  }
  return Style::faint;
}

}  // namespace

std::vector<StyledSpan> syntax_spans(corpus::Language language, std::string_view code) {
  std::vector<StyledSpan> spans;
  for (const auto& span : syntax::highlight(language, code)) {
    if (is_coloured(span.kind)) spans.push_back({span.range.begin, span.range.end, style_of(span.kind)});
  }
  return spans;
}

}  // namespace quarry::cli
