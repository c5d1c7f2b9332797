// Makes answers fit into what a model has room for: the best results keep their code, the others lose lines
// of it, and what does not fit at all waits for the next page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/search/answer.h"

namespace quarry::server::mcp {

inline constexpr std::size_t kDefaultTokens = 4'000;
inline constexpr std::size_t kLeastTokens = 256;
inline constexpr std::size_t kMostTokens = 50'000;

// Tokenizers differ; source code takes a token for every three to four bytes in all common ones, so three
// keeps answers below the budget rather than above it.
inline constexpr std::size_t kBytesPerToken = 3;

// `text` cut after whole lines so that it has at most `bytes`; a first line that is longer is cut within,
// between two characters.
[[nodiscard]] std::string_view cut_lines(std::string_view text, std::size_t bytes);
[[nodiscard]] std::uint32_t count_lines(std::string_view text);  // a last line without line feed counts

struct Fitted {
  std::vector<search::SearchResult> results;  // at least one where there was one
  std::vector<std::uint32_t> lines_left_out;  // of each one's code
};

// Takes a leading part of `results`. Bytes are counted as in JSON, of all of a result's fields. A fair share
// goes to each result; what short functions leave goes to those after them.
[[nodiscard]] Fitted fit(std::vector<search::SearchResult> results, std::size_t tokens);

}  // namespace quarry::server::mcp
