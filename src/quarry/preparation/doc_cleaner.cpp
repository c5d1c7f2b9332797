#include "quarry/preparation/doc_cleaner.h"

#include <algorithm>
#include <array>
#include <optional>

#include "quarry/base/ascii.h"
#include "quarry/preparation/markup.h"
#include "quarry/search/doc_text.h"

namespace quarry::preparation {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

template <std::size_t N>
bool begins_with_any(std::string_view line, const std::array<std::string_view, N>& heads) {
  return std::ranges::any_of(heads, [&](std::string_view head) { return line.starts_with(head); });
}

// Words to tools, not to people.
bool is_directive(std::string_view line) {
  static constexpr std::array kHeads = std::to_array<std::string_view>(
      {"shellcheck ",    "eslint",       "tslint",      "jshint",     "prettier-ignore", "istanbul ",
       "@ts-",           "pylint:",      "pylint ",     "noqa",       "type: ",          "mypy:",
       "flake8",         "isort:",       "fmt:",        "yapf:",      "pragma:",         "pragma ",
       "NOLINT",         "clang-format", "IWYU",        "swiftlint:", "swiftformat:",    "rubocop:",
       "frozen_string_", "phpcs:",       "@codeCov",    "@phpstan",   "@psalm",          "go:",
       "nolint",         "+build",       "lint:",       "#region",    "region",          "#endregion",
       "endregion",      "MARK:",        "MARK -",      "credo:",     "luacheck:",       "stylua:",
       "vim:",           "-*-",          "@formatter:", "language=",  "noinspection",    "ReSharper",
       "sourcery:",      "-@",           "---@",        "coverage:",  "nosec",           "SPDX-",
       "eslint-",        "@flow",        "biome-",      "cspell:",    "@generated",      "zig fmt:"});
  if (begins_with_any(line, kHeads)) return true;
  // A line drawn across the page.
  return std::ranges::none_of(
      line, [](char c) { return ascii::is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80; });
}

// What follows belongs to parameters, results, examples.
bool ends_paragraph(std::string_view line) {
  static constexpr std::array kHeads = std::to_array<std::string_view>(
      {":param",  ":type",         ":return",     ":rtype",      ":raise",     ":var",       ":ivar",
       ":cvar",   ":keyword",      ":arg",        ":yield",      ":throws",    ".. ",        ">>>",
       "```",     "~~~",           "- Parameter", "- parameter", "- Returns:", "- returns:", "- Throws:",
       "- Note:", "- Complexity:", "iex>",        "==="});
  if (begins_with_any(line, kHeads)) return true;
  if (line.size() > 1 && (line[0] == '@' || line[0] == '\\') && ascii::is_letter(line[1])) return true;
  static constexpr std::array kSections = std::to_array<std::string_view>({"args",
                                                                           "arguments",
                                                                           "parameters",
                                                                           "params",
                                                                           "returns",
                                                                           "return",
                                                                           "return value",
                                                                           "yields",
                                                                           "raises",
                                                                           "throws",
                                                                           "example",
                                                                           "examples",
                                                                           "usage",
                                                                           "notes",
                                                                           "note",
                                                                           "see also",
                                                                           "attributes",
                                                                           "keyword args",
                                                                           "keyword arguments",
                                                                           "options",
                                                                           "warning",
                                                                           "todo",
                                                                           "references",
                                                                           "example usage",
                                                                           "errors",
                                                                           "panics",
                                                                           "safety",
                                                                           "input",
                                                                           "output",
                                                                           "inputs",
                                                                           "outputs"});
  std::string_view head = line;
  const bool heading = head.starts_with('#');
  while (head.starts_with('#') || head.starts_with(' ')) head.remove_prefix(1);
  if (head.ends_with(':')) {
    head.remove_suffix(1);
  } else if (!heading) {
    return head == "Parameters" || head == "Returns" || head == "Examples";
  }
  std::string low = ascii::lower(head.substr(0, 24));
  return std::ranges::find(kSections, std::string_view(low)) != kSections.end();
}

// "@brief Reads it" and its kin say what the doc is about; the rest of the line is the paragraph.
std::optional<std::string_view> after_brief(std::string_view line) {
  static constexpr std::array kHeads = std::to_array<std::string_view>(
      {"@brief", "\\brief", "@short", "\\short", "@description", "@desc", "@summary", "@details"});
  for (const std::string_view head : kHeads) {
    if (line.starts_with(head) && (line.size() == head.size() || line[head.size()] == ' '))
      return trimmed(line.substr(head.size()));
  }
  return std::nullopt;
}

std::string_view summary_of(std::string_view doc) {
  constexpr std::string_view kOpen = "<summary>";
  const std::size_t begin = doc.find(kOpen);
  if (begin == std::string_view::npos) return doc;
  doc.remove_prefix(begin + kOpen.size());
  return doc.substr(0, doc.find("</summary>"));
}

std::string without_name(std::string text, std::string_view name) {
  if (name.size() < 2 || !text.starts_with(name) || text.size() < name.size() + 2 || text[name.size()] != ' ')
    return text;
  return text.substr(name.size() + 1);
}

}  // namespace

std::string first_paragraph(std::string_view doc, std::string_view language, std::string_view name) {
  const std::string plain = search::clean_doc(doc);
  std::string_view rest = trimmed(summary_of(plain));
  std::string text;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    line = trimmed(line);
    if (line.empty()) {
      if (text.empty()) continue;
      break;
    }
    if (const auto brief = after_brief(line)) {
      if (!text.empty()) break;
      line = *brief;
    } else if (line == "<p>" || line.starts_with("<p/") || line == "<pre>") {
      if (!text.empty()) break;
      continue;
    }
    if (is_directive(line)) continue;
    if (ends_paragraph(line)) break;
    if (line.starts_with('#') && line.find_first_not_of('#') != std::string_view::npos &&
        line[line.find_first_not_of('#')] == ' ') {
      // A heading over the prose is passed over, one below it ends it.
      if (text.empty()) continue;
      break;
    }
    if (!text.empty()) text += ' ';
    text += line;
  }
  text = without_markup(text);
  if (language == "go") text = without_name(std::move(text), name);
  return text;
}

}  // namespace quarry::preparation
