// Paragraphs for terminals: wrapping at words, with an indent.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace quarry::cli {

// Wraps `text` (words separated by white space) to `width` columns; every line starts with `indent` spaces
// and ends with a line feed.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

// Calls use(paragraph) for the parts of `text` between empty lines.
template <class Use>
void for_each_paragraph(std::string_view text, Use use) {
  while (!text.empty()) {
    const auto end = text.find("\n\n");
    use(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
}

// 1234567 -> "1,234,567"; 2100000 -> "2.0 MB" (powers of 1024); 0.0123 s -> "12 ms"; "3.4 s"; "2 min 5 s".
[[nodiscard]] std::string grouped(std::uint64_t number);
[[nodiscard]] std::string readable_bytes(std::uint64_t bytes);
[[nodiscard]] std::string readable_seconds(double seconds);
// "1 file", "2 files".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);

}  // namespace quarry::cli
