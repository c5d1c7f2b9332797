// Cuts plain text where a reader would: at headings, statements and blank lines.
#include "quarry/syntax/section.h"

#include <algorithm>
#include <array>
#include <string>

#include "quarry/base/ascii.h"
#include "quarry/base/utf8.h"

namespace quarry::syntax {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v' || c == '\0';
}

// Letters and digits of ASCII, and every byte of anything beyond it.
bool says_something(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || ascii::is_alphanumeric(c);
  });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// The offset behind the line that starts at `begin`.
std::uint32_t line_end(std::string_view source, std::uint32_t begin, std::uint32_t end) {
  const std::size_t found = source.find('\n', begin);
  return found == std::string_view::npos || found >= end ? end : static_cast<std::uint32_t>(found) + 1;
}

void push(std::string_view source, std::uint32_t begin, std::uint32_t end, std::vector<Function>& out) {
  while (end > begin && is_blank(source[end - 1])) --end;
  std::uint32_t first = begin;
  while (first < end && is_blank(source[first])) ++first;
  // The indentation of the first line stays: without it code looks crooked.
  std::uint32_t line = first;
  while (line > begin && (source[line - 1] == ' ' || source[line - 1] == '\t')) --line;
  if (line == 0 || source[line - 1] == '\n') first = line;
  if (!says_something(source.substr(first, end - first))) return;
  Function section;
  section.range = {first, end};
  out.push_back(std::move(section));
}

// Where a line that is longer than `bytes` may be cut: behind a blank, never inside a UTF-8 sequence.
std::uint32_t cut_line(std::string_view source, std::uint32_t begin, std::uint32_t bytes) {
  std::uint32_t cut = begin + bytes;
  for (std::uint32_t i = cut; i > begin + bytes / 2; --i) {
    if (is_blank(source[i - 1])) return i;
  }
  while (cut > begin + 1 && utf8::is_continuation(source[cut])) --cut;
  return cut;
}

struct Heading {
  int level = 0;  // 0: none
  std::string_view text;
};

// "## Install" of Markdown.
Heading hash_heading(std::string_view line) {
  std::size_t level = 0;
  while (level < line.size() && line[level] == '#') ++level;
  if (level == 0 || level > 6 || level == line.size() || !is_blank(line[level])) return {};
  std::string_view text = trim(line.substr(level));
  while (text.ends_with('#')) text.remove_suffix(1);
  return {static_cast<int>(level), trim(text)};
}

// 0 unless `line` is a row of one punctuation mark under which a title stands.
char underline(std::string_view line, std::string_view marks) {
  line = trim(line);
  if (line.size() < 3 || marks.find(line.front()) == std::string_view::npos) return 0;
  return std::all_of(line.begin(), line.end(), [&](char c) { return c == line.front(); }) ? line.front()
                                                                                          : '\0';
}

struct Title {
  std::uint32_t begin;
  Heading heading;
};

std::vector<Title> titles_of(std::string_view source, bool markdown) {
  const std::string_view marks = markdown ? "=-" : "=-~^\"'#*+`:._";
  std::vector<Title> titles;
  std::string levels;  // reStructuredText: marks in the order of their first use
  std::string_view fence;
  std::string_view previous;
  std::uint32_t previous_begin = 0;
  for (std::uint32_t at = 0; at < source.size();) {
    const std::uint32_t end = line_end(source, at, static_cast<std::uint32_t>(source.size()));
    const std::string_view line = trim(source.substr(at, end - at));
    if (markdown && (line.starts_with("```") || line.starts_with("~~~"))) {
      const std::string_view mark = line.substr(0, 3);
      if (fence.empty()) {
        fence = mark;
      } else if (fence == mark) {
        fence = {};
      }
    } else if (fence.empty()) {
      const Heading heading = markdown ? hash_heading(line) : Heading{};
      const char mark = underline(line, marks);
      if (heading.level > 0) {
        titles.push_back({at, heading});
      } else if (mark != 0 && !previous.empty() && underline(previous, marks) == 0 &&
                 previous.size() <= 120 && (markdown || line.size() + 2 >= previous.size()) &&
                 (mark != '-' || !previous.starts_with('|'))) {
        if (levels.find(mark) == std::string::npos) levels.push_back(mark);
        const int level = markdown ? (mark == '=' ? 1 : 2) : static_cast<int>(levels.find(mark)) + 1;
        titles.push_back({previous_begin, {level, previous}});
      }
    }
    previous = fence.empty() ? line : std::string_view();
    previous_begin = at;
    at = end;
  }
  return titles;
}

void section_by_title(std::string_view source, bool markdown, const SectionLimits& limits,
                      std::vector<Function>& out) {
  const auto titles = titles_of(source, markdown);
  const auto size = static_cast<std::uint32_t>(source.size());
  split_sections(source, {0, titles.empty() ? size : titles.front().begin}, limits, out);
  std::vector<Heading> path;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    const Heading& heading = titles[i].heading;
    while (!path.empty() && path.back().level >= heading.level) path.pop_back();
    path.push_back(heading);
    const std::size_t first = out.size();
    split_sections(source, {titles[i].begin, i + 1 < titles.size() ? titles[i + 1].begin : size}, limits,
                   out);
    std::string qualified;
    for (const Heading& part : path) {
      if (!qualified.empty()) qualified += '.';
      qualified += part.text.substr(0, 120);
    }
    for (std::size_t j = first; j < out.size(); ++j) {
      out[j].name = heading.text.substr(0, 120);
      out[j].qualified_name = qualified;
    }
  }
}

// "users" of `CREATE TABLE IF NOT EXISTS "app"."users" (`; empty for other statements.
std::string_view created_name(std::string_view statement) {
  constexpr std::array kKinds = {"table", "view", "function", "procedure", "trigger",
                                 "index", "type", "sequence", "schema",    "database"};
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < statement.size() && words.size() < 12;) {
    while (at < statement.size() && is_blank(statement[at])) ++at;
    if (statement.substr(at, 2) == "--") {
      at = std::min(statement.find('\n', at), statement.size());
      continue;
    }
    const std::size_t begin = at;
    while (at < statement.size() && !is_blank(statement[at]) && statement[at] != '(') ++at;
    if (at == begin) break;
    words.push_back(statement.substr(begin, at - begin));
  }
  if (words.empty() || ascii::lower(words.front()) != "create") return {};
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (std::find(kKinds.begin(), kKinds.end(), ascii::lower(words[i])) == kKinds.end()) continue;
    std::size_t name = i + 1;
    while (name + 1 < words.size()) {
      const std::string word = ascii::lower(words[name]);
      if (word != "if" && word != "not" && word != "exists" && word != "concurrently") break;
      ++name;
    }
    std::string_view found = words[name];
    if (const auto dot = found.rfind('.'); dot != std::string_view::npos) found.remove_prefix(dot + 1);
    while (!found.empty() && std::string_view("\"`[];").find(found.front()) != std::string_view::npos)
      found.remove_prefix(1);
    while (!found.empty() && std::string_view("\"`[];").find(found.back()) != std::string_view::npos)
      found.remove_suffix(1);
    return found.substr(0, 120);
  }
  return {};
}

// A statement ends with a ';' at the end of a line and a blank line or another statement's start behind it.
void section_sql(std::string_view source, const SectionLimits& limits, std::vector<Function>& out) {
  const auto size = static_cast<std::uint32_t>(source.size());
  std::uint32_t begin = 0;
  bool in_dollar = false;  // $$ quotes the body of a function
  const auto flush = [&](std::uint32_t end) {
    const std::size_t first = out.size();
    split_sections(source, {begin, end}, limits, out);
    const std::string_view name = created_name(source.substr(begin, end - begin));
    for (std::size_t i = first; i < out.size(); ++i) out[i].name = out[i].qualified_name = name;
    begin = end;
  };
  for (std::uint32_t at = 0; at < size;) {
    const std::uint32_t end = line_end(source, at, size);
    const std::string_view line = trim(source.substr(at, end - at));
    for (std::size_t dollar = line.find("$$"); dollar != std::string_view::npos;
         dollar = line.find("$$", dollar + 2)) {
      in_dollar = !in_dollar;
    }
    if (!in_dollar && line.ends_with(';')) flush(end);
    at = end;
  }
  if (begin < size) flush(size);
}

}  // namespace

void split_sections(std::string_view source, Range range, const SectionLimits& limits,
                    std::vector<Function>& out) {
  std::uint32_t begin = range.begin;
  std::uint32_t lines = 0;
  std::uint32_t border = begin;  // behind the last blank line of this section
  for (std::uint32_t at = begin; at < range.end;) {
    std::uint32_t end = line_end(source, at, range.end);
    const bool blank = trim(source.substr(at, end - at)).empty();
    if (lines == 0 && blank) {
      begin = at = border = end;
      continue;
    }
    if (lines > 0 && (lines == limits.lines || end - begin > limits.bytes)) {
      // Half-full sections at least, or one long paragraph would leave its first line alone.
      const std::uint32_t cut = border > begin + (at - begin) / 3 ? border : at;
      push(source, begin, cut, out);
      begin = at = border = cut;
      lines = 0;
      continue;
    }
    if (end - at > limits.bytes) end = cut_line(source, at, limits.bytes);
    if (blank) border = end;
    ++lines;
    at = end;
  }
  if (begin < range.end) push(source, begin, range.end, out);
}

void section_text(corpus::Language language, std::string_view source, const SectionLimits& limits,
                  std::vector<Function>& out) {
  switch (language) {
    case corpus::Language::markdown:
      return section_by_title(source, true, limits, out);
    case corpus::Language::restructuredtext:
      return section_by_title(source, false, limits, out);
    case corpus::Language::sql:
      return section_sql(source, limits, out);
    default:
      return split_sections(source, {0, static_cast<std::uint32_t>(source.size())}, limits, out);
  }
}

}  // namespace quarry::syntax
