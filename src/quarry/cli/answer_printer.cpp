// Prints answers. Names, paths and code come from repositories, so all of them pass through harmless().
#include "quarry/cli/answer_printer.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "quarry/cli/code_style.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/text_layout.h"

namespace quarry::cli {
namespace {

constexpr auto kReplace = nlohmann::json::error_handler_t::replace;
constexpr std::size_t kDefaultCodeLines = 12;
constexpr std::string_view kIndent = "    ";

std::string_view first_line(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start);
  return text.substr(0, text.find('\n'));
}

std::string_view title_of(const search::SearchResult& result) {
  return result.qualified_name.empty() ? std::string_view(result.name)
                                       : std::string_view(result.qualified_name);
}

std::string header(const search::SearchResult& result, const PrintOptions& options,
                   const Terminal& terminal) {
  const auto shown = options.locate(result);
  const auto place = fmt::format("{}{}{}", terminal.paint(Style::path, harmless(shown.relative)), ":",
                                 terminal.paint(Style::line_number, std::to_string(result.start_line)));
  std::string line = terminal.link(shown.absolute.empty() ? "" : file_uri(shown.absolute), place);
  // A pipe gets the last line too: nothing else tells how far the result goes.
  if (!terminal.interactive) line += fmt::format("-{}", result.end_line);
  line += fmt::format(": {}", syntax::name_of(result.kind));
  if (!title_of(result).empty())
    line += fmt::format(" {}", terminal.paint(Style::name, harmless(title_of(result))));
  std::string facts = fmt::format("{:.3f}", result.score);
  if (options.show_repository) facts = fmt::format("{}, {}", harmless(result.repository), facts);
  return fmt::format("{}  {}\n", line, terminal.paint(Style::faint, fmt::format("[{}]", facts)));
}

void append_doc(std::string& text, const search::SearchResult& result, const Terminal& terminal) {
  auto doc = harmless(first_line(result.doc));
  if (doc.empty()) return;
  if (terminal.width > kIndent.size()) {
    const auto columns = terminal.width - kIndent.size();
    if (display_width(doc) > columns) doc = fmt::format("{}…", fit(doc, columns - 1));
  }
  text += fmt::format("{}{}\n", kIndent, terminal.paint(Style::faint, doc));
}

void append_code(std::string& text, const search::SearchResult& result, const QueryWords& words,
                 const PrintOptions& options, const Terminal& terminal) {
  if (options.code_lines == 0) return;
  const bool whole = !result.code.empty();
  const std::string_view code =
      whole ? result.code : result.signature;  // an index without source has no more
  if (code.empty()) return;
  const auto total = static_cast<std::size_t>(std::ranges::count(code, '\n')) + (code.back() == '\n' ? 0 : 1);
  // One line more is shown rather than replaced by a line that says "1 more line".
  const auto shown = total <= options.code_lines + 1 ? total : options.code_lines;
  const auto number_width = std::to_string(result.start_line + shown - 1).size();
  const std::string_view border = terminal.interactive ? " │ " : "  ";
  const auto margin = kIndent.size() + number_width + display_width(border);
  const std::size_t width = terminal.width == 0            ? 0
                            : terminal.width > margin + 20 ? terminal.width - margin
                                                           : 20;

  std::vector<StyledSpan> spans;
  if (terminal.colours) spans = overlay(syntax_spans(result.language, code), words.find(code));
  auto number = result.start_line;
  for (const auto& line : paint_lines(code, spans, shown, terminal, width)) {
    const auto label = terminal.paint(Style::line_number, fmt::format("{:>{}}", number++, number_width));
    text += fmt::format("{}{}{}{}\n", kIndent, label,
                        line.empty() ? (terminal.interactive ? " │" : "") : border, line);
  }
  if (shown < total) {
    const auto more =
        fmt::format("{:>{}} {} (--full)", "…", number_width, counted(total - shown, "more line"));
    text += fmt::format("{}{}\n", kIndent, terminal.paint(Style::faint, more));
  }
}

void append_reasons(std::string& text, const search::SearchResult& result, const Terminal& terminal) {
  auto reasons = result.why;
  std::ranges::stable_sort(reasons, std::greater{}, [](const auto& e) { return std::abs(e.contribution); });
  for (const auto& reason : reasons) {
    const auto style = reason.contribution < 0 ? Style::bad : Style::good;
    text += fmt::format("{}{}  {} = {:.4g}\n", kIndent,
                        terminal.paint(style, fmt::format("{:>+8.3f}", reason.contribution)),
                        harmless(reason.name), reason.value);
  }
}

void print_text(const search::Answer& answer, const PrintOptions& options, const Terminal& terminal,
                Output& out) {
  const QueryWords words(answer.query);
  bool first = true;
  for (const auto& result : answer.results) {
    std::string text = first ? "" : "\n";
    first = false;
    text += header(result, options, terminal);
    append_doc(text, result, terminal);
    append_code(text, result, words, options, terminal);
    if (options.explain) append_reasons(text, result, terminal);
    out.write(text);
  }
}

void print_vimgrep(const search::Answer& answer, const PrintOptions& options, Output& out) {
  for (const auto& result : answer.results) {
    const auto code = first_line(result.code);
    const auto text = !result.signature.empty() ? std::string_view(result.signature)
                      : !code.empty()           ? code
                                                : title_of(result);
    out.write(fmt::format("{}:{}:1:{}\n", harmless(options.locate(result).relative), result.start_line,
                          harmless(text)));
  }
}

}  // namespace

PrintOptions print_options(const Settings& settings) {
  PrintOptions options;
  // Where two flags speak of one thing, the one that was set nearer to the command line wins.
  const auto beats = [&](const Flag& toggle, const Flag& other) {
    return settings.on(toggle) && settings.setting(toggle).origin >= settings.setting(other).origin;
  };
  const auto format = beats(kJson, kFormat) ? "json" : settings.text(kFormat);
  options.format = format == "json" ? Format::json : format == "vimgrep" ? Format::vimgrep : Format::text;
  options.code_lines = settings.is_set(kContext) ? settings.number(kContext) : kDefaultCodeLines;
  if (beats(kFull, kContext)) options.code_lines = std::numeric_limits<std::uint32_t>::max();
  options.explain = settings.on(kExplain);
  return options;
}

std::string json_line(const search::Answer& answer) {
  return to_json_text(answer) + "\n";
}

void print_answer(const search::Answer& answer, const PrintOptions& options, const Terminal& terminal,
                  Output& out) {
  switch (options.format) {
    case Format::text:
      print_text(answer, options, terminal, out);
      break;
    case Format::vimgrep:
      print_vimgrep(answer, options, out);
      break;
    case Format::json:
      out.write(terminal.interactive ? to_json(answer).dump(2, ' ', false, kReplace) + "\n"
                                     : json_line(answer));
      break;
  }
}

}  // namespace quarry::cli
