#include "quarry/search/doc_text.h"

#include <algorithm>
#include <array>

namespace quarry::search {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Longer markers first: "///" before "//".
constexpr std::array<std::string_view, 22> kOpeners{
    "r\"\"\"", "R\"\"\"", "u\"\"\"", "\"\"\"", "'''",  "/**", "/*!", "/*", "///", "//!",    "//",
    "{-|",     "{-",      "--[[",    "-- |",   "-- ^", "---", "--",  "##", "#",   "=begin", ";;"};
constexpr std::array<std::string_view, 8> kClosers{"\"\"\"", "'''", "**/", "*/", "-}", "--]]", "]]", "=end"};

std::string_view without_markers(std::string_view line) {
  line = trimmed(line);
  // An Elixir attribute holds its doc as a string.
  for (const std::string_view attribute : {"@moduledoc", "@doc", "@typedoc"}) {
    if (line.starts_with(attribute)) line = trimmed(line.substr(attribute.size()));
  }
  for (const std::string_view closer : kClosers) {
    if (line.ends_with(closer)) line = trimmed(line.substr(0, line.size() - closer.size()));
  }
  for (const std::string_view opener : kOpeners) {
    if (!line.starts_with(opener)) continue;
    line.remove_prefix(opener.size());
    return trimmed(line);
  }
  if (line.starts_with("*")) line.remove_prefix(1);
  return trimmed(line);
}

}  // namespace

std::string clean_doc(std::string_view doc) {
  std::string text;
  bool blank = false;
  while (!doc.empty()) {
    const std::size_t end = std::min(doc.find('\n'), doc.size());
    const std::string_view line = without_markers(doc.substr(0, end));
    doc.remove_prefix(std::min(end + 1, doc.size()));
    if (line.empty()) {
      blank = !text.empty();
      continue;
    }
    if (!text.empty()) text += blank ? "\n\n" : "\n";
    blank = false;
    text += line;
  }
  return text;
}

std::string clean_signature(std::string_view signature) {
  signature = trimmed(signature);
  while (!signature.empty() &&
         (signature.back() == '{' || signature.back() == ':' || signature.back() == '=')) {
    signature = trimmed(signature.substr(0, signature.size() - 1));
  }
  // Runs of space become one; the text ends with none.
  std::string text(signature);
  char* end = text.data();
  bool behind_space = false;
  for (const char c : signature) {
    const bool space = is_space(c);
    *end = space ? ' ' : c;
    end += space && behind_space ? 0 : 1;
    behind_space = space;
  }
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

}  // namespace quarry::search
