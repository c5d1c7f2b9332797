#include "quarry/training/comment.h"

#include <algorithm>
#include <array>

namespace quarry::training {
namespace {

// What starts a comment that ends with its line.
std::string_view line_marker(std::string_view language) {
  for (const std::string_view hash : {"python", "ruby", "bash", "elixir"}) {
    if (language == hash) return "#";
  }
  return language == "lua" || language == "haskell" ? "--" : "//";
}

bool has_blocks(std::string_view language) {
  return line_marker(language) == "//";
}

// Where the marker starts a comment in `line`, npos where it does not: not inside quotes, not in "http://".
std::size_t find_marker(std::string_view line, std::string_view marker) {
  for (std::size_t at = line.find(marker); at != std::string_view::npos; at = line.find(marker, at + 1)) {
    const auto quotes = std::count(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(at), '"');
    const bool free = at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t' || line[at - 1] == ';';
    if (quotes % 2 == 0 && free) return at;
  }
  return std::string_view::npos;
}

void append(std::string_view line, std::string& text) {
  const std::size_t begin = line.find_first_not_of(" \t*/#-!");
  if (begin == std::string_view::npos) return;
  text += line.substr(begin);
  text += '\n';
}

}  // namespace

std::string comments_of(std::string_view language, std::string_view code) {
  const std::string_view marker = line_marker(language);
  std::string text;
  bool in_block = false;
  while (!code.empty()) {
    const std::string_view line = code.substr(0, code.find('\n'));
    code.remove_prefix(std::min(code.size(), line.size() + 1));
    if (in_block) {
      const std::size_t end = line.find("*/");
      append(line.substr(0, end), text);
      in_block = end == std::string_view::npos;
      continue;
    }
    if (const std::size_t at = find_marker(line, marker); at != std::string_view::npos) {
      append(line.substr(at + marker.size()), text);
    } else if (has_blocks(language)) {
      const std::size_t block = find_marker(line, "/*");
      if (block == std::string_view::npos) continue;
      const std::size_t end = line.find("*/", block + 2);
      append(line.substr(block + 2, end == std::string_view::npos ? end : end - block - 2), text);
      in_block = end == std::string_view::npos;
    }
  }
  return text;
}

}  // namespace quarry::training
