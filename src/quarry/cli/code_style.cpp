// Marks and paints code for the terminal.
#include "quarry/cli/code_style.h"

#include <algorithm>

#include "quarry/base/ascii.h"
#include "quarry/text/analyzer.h"
#include "quarry/text/words.h"

namespace quarry::cli {
namespace {

// Code beyond this is shown without marks: nobody looks for them in a screenful of data.
constexpr std::size_t kMarkedBytes = 1U << 20;

}  // namespace

QueryWords::QueryWords(std::string_view query) {
  text::Analyzer analyzer;
  std::vector<std::string_view> words;
  for (auto name = text::next_identifier(query); !name.empty(); name = text::next_identifier(query)) {
    text::split_identifier(name, words);
    for (const auto word : words) {
      const auto plain = ascii::lower(word);
      if (plain.size() < 2 || text::is_stop_word(plain) || text::is_question_word(plain)) continue;
      stems_.push_back(analyzer.stem(word));
    }
  }
  std::ranges::sort(stems_);
}

std::vector<StyledSpan> QueryWords::find(std::string_view code) const {
  std::vector<StyledSpan> spans;
  if (stems_.empty() || code.size() > kMarkedBytes) return spans;
  text::Analyzer analyzer;
  std::vector<std::string_view> words;
  auto rest = code;
  for (auto name = text::next_identifier(rest); !name.empty(); name = text::next_identifier(rest)) {
    text::split_identifier(name, words);
    for (const auto word : words) {
      if (!std::ranges::binary_search(stems_, analyzer.stem(word))) continue;
      const auto begin = static_cast<std::size_t>(word.data() - code.data());
      spans.push_back({begin, begin + word.size(), Style::match});
    }
  }
  return spans;
}

std::vector<StyledSpan> overlay(const std::vector<StyledSpan>& under, const std::vector<StyledSpan>& over) {
  std::vector<StyledSpan> result;
  auto next = over.begin();
  std::size_t covered = 0;  // by what of `over` is in the result
  for (auto span : under) {
    span.begin = std::max(span.begin, covered);
    while (next != over.end() && next->begin < span.end) {
      if (next->begin > span.begin) result.push_back({span.begin, next->begin, span.style});
      result.push_back(*next);
      covered = next->end;
      span.begin = std::max(span.begin, covered);
      ++next;
    }
    if (span.begin < span.end) result.push_back(span);
  }
  result.insert(result.end(), next, over.end());
  return result;
}

std::vector<std::string> paint_lines(std::string_view code, const std::vector<StyledSpan>& spans,
                                     std::size_t first_lines, const Terminal& terminal, std::size_t width) {
  std::vector<std::string> lines;
  auto span = spans.begin();
  std::size_t begin = 0;
  while (begin < code.size() && lines.size() < first_lines) {
    const auto end = std::min(code.find('\n', begin), code.size());
    std::string line;
    std::size_t column = 0;
    bool cut = false;
    const auto append = [&](std::size_t from, std::size_t to, const Style* style) {
      if (from >= to || cut) return;
      auto text = harmless(code.substr(from, to - from), column);
      if (width != 0 && column + display_width(text) > width) {
        text = fit(text, width - std::min(width, column + 1));
        text += "…";
        cut = true;
      }
      column += display_width(text);
      line += style == nullptr ? text : terminal.paint(*style, text);
    };
    auto at = begin;
    while (span != spans.end() && span->begin < end) {
      const auto from = std::max(span->begin, at);
      append(at, from, nullptr);
      const auto to = std::min(span->end, end);
      append(from, to, &span->style);
      at = std::max(at, to);
      if (span->end > end) break;  // goes on in the next line
      ++span;
    }
    append(at, end, nullptr);
    lines.push_back(std::move(line));
    begin = end + 1;
  }
  return lines;
}

}  // namespace quarry::cli
