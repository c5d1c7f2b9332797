// One reader for the qualified names of all languages: what separates parts differs, what is kept does not.
#include "quarry/syntax/naming.h"

#include <algorithm>
#include <array>
#include <vector>

#include "quarry/base/ascii.h"

namespace quarry::syntax {
namespace {

constexpr std::size_t kMaxName = 256;

bool is_word(char c) {
  return ascii::is_word(c) || c == '$' || (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// From a plain name: the usual case, and the only one that must be quick.
bool is_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_word);
}

// One blank for every row of them, none at the borders or beside signs.
std::string tidied(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size() && result.size() < kMaxName; ++i) {
    if (!is_blank(text[i])) {
      result += text[i];
    } else if (!result.empty() && is_word(result.back())) {
      while (i + 1 < text.size() && is_blank(text[i + 1])) ++i;
      if (i + 1 < text.size() && is_word(text[i + 1])) result += ' ';
    }
  }
  const std::string_view quotes = "\"'`";
  if (result.size() >= 2 && quotes.find(result.front()) != std::string_view::npos &&
      result.back() == result.front()) {
    return result.substr(1, result.size() - 2);
  }
  return result;
}

bool only_locates(std::string_view part) {
  constexpr std::array kWords = {"exports",   "module", "this",   "self",
                                 "prototype", "window", "global", "globalThis"};
  return std::find(kWords.begin(), kWords.end(), part) != kWords.end();
}

// `operator` starts the last part, whatever follows: `operator<<`, `operator std::string`.
bool starts_operator(std::string_view text, std::size_t at) {
  constexpr std::string_view kOperator = "operator";
  return text.substr(at, kOperator.size()) == kOperator && (at == 0 || !is_word(text[at - 1])) &&
         (at + kOperator.size() >= text.size() || !is_word(text[at + kOperator.size()]));
}

}  // namespace

SplitName split_name(std::string_view text) {
  if (is_plain(text)) return {{}, std::string(text.substr(0, kMaxName))};
  text = text.substr(0, 4 * kMaxName);
  // The name of a test is a sentence: its dots and colons stay.
  const bool quoted = text.size() > 2 && (text.front() == '"' || text.front() == '\'');
  if (quoted && text.find(text.front(), 1) == text.size() - 1)
    return {{}, std::string(text.substr(1, std::min(text.size() - 2, kMaxName)))};
  // Operators of Haskell are made of the signs that separate names elsewhere.
  if (std::none_of(text.begin(), text.end(), is_word)) return {{}, tidied(text)};
  std::vector<std::string> parts;
  std::string part;
  int angle = 0;
  int bracket = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (angle == 0 && bracket == 0 && starts_operator(text, i)) {
      part = text.substr(i);
      break;
    }
    // Behind a letter it is a prime: foo' and foo'' are names of Haskell.
    const bool prime = c == '\'' && !part.empty() && (is_word(part.back()) || part.back() == '\'');
    if (!prime && (c == '"' || c == '\'' || c == '`')) {
      const std::size_t end = text.find(c, i + 1);
      if (end != std::string_view::npos) {
        part += text.substr(i + 1, end - i - 1);
        i = end;
        continue;
      }
    }
    if (c == '<' && !part.empty() && is_word(part.back())) ++angle;
    if (c == '(' || c == '[') ++bracket;
    if (angle == 0) {
      const bool separates = bracket == 0 && (c == '.' || c == ':' || c == '\\' || c == '#');
      if (separates) {
        if (!part.empty()) parts.push_back(std::move(part));
        part.clear();
      } else {
        part += c;
      }
    }
    if (c == '>' && angle > 0) --angle;
    if ((c == ')' || c == ']') && bracket > 0) --bracket;
  }
  if (!part.empty()) parts.push_back(std::move(part));
  SplitName result;
  if (parts.empty()) return {{}, tidied(text)};
  result.name = tidied(parts.back());
  parts.pop_back();
  for (const std::string& outer : parts) {
    std::string name = tidied(outer);
    while (!name.empty() && (name.front() == '*' || name.front() == '&')) name.erase(0, 1);
    if (name.empty() || only_locates(name)) continue;
    if (!result.container.empty()) result.container += '.';
    result.container += name;
  }
  result.container.resize(std::min(result.container.size(), kMaxName));
  return result;
}

}  // namespace quarry::syntax
