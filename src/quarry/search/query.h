// What a user asks: words, and filters that hold before the best are chosen.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/corpus/language.h"
#include "quarry/syntax/function.h"

namespace quarry::search {

// Each list is a choice: a result passes when it equals, or matches, one of its values; an empty list passes
// all.
struct Filters {
  std::vector<corpus::Language> languages;
  std::vector<std::string> paths;  // globs ("src/**/*.py") or path prefixes ("net/"); '!' in front excludes
  std::vector<std::string> repositories;
  std::vector<syntax::Kind> kinds;
};

// The repositories that the asker may see at all, whatever the filters say.
struct Visibility {
  std::optional<std::vector<std::string>> repositories;  // nothing: all of them

  [[nodiscard]] bool lets_through(std::string_view repository) const {
    return !repositories || std::ranges::find(*repositories, repository) != repositories->end();
  }
};

// Where each of the best results stood before it was reranked (reranking.h), best first: {2, 0, 1} brings
// the third to the top.
using PlaceOrder = std::vector<std::uint8_t>;

struct Query {
  std::string text;  // without the inline filters
  Filters filters;
  std::size_t limit = 10;  // 1 ... kMaxLimit
  std::size_t offset = 0;  // results to leave out; pages of one limit never overlap
  bool vectors = true;     // false: words only
  bool explain = false;    // fill SearchResult::why with every piece of evidence
  bool facets = false;     // fill Answer::facets
  bool rerank = true;      // false: no reranking, whether or not the engine has a reranker
  // Answer::best of the first page, so that a later one keeps to it; empty: the reranker is asked.
  PlaceOrder best;
  Visibility visible;
};

inline constexpr std::size_t kMaxLimit = 1000;
inline constexpr std::size_t kMaxQueryBytes = 8192;
inline constexpr std::size_t kMaxFilters = 32;

// Adds one filter: `name` is lang, path, repo or kind. ErrorKind::not_found for another name.
[[nodiscard]] Status add_filter(std::string_view name, std::string_view value, Filters& filters);

// Reads "lang:go path:net/ kind:method repo:moby retry with backoff": filter words go to `filters` (added to
// those already there), the rest is the text. A word whose prefix is not a filter's ("std::sort", "http://x")
// is text; an unknown value ("lang:klingon") is ErrorKind::invalid_argument and lists what is known; quotes
// keep spaces: path:"my folder/". A text that is no UTF-8 is ErrorKind::invalid_argument, while a path may
// hold any bytes, as files' names do. Too long or too many filters: ErrorKind::limit.
[[nodiscard]] Status parse_query(std::string_view input, Query& query);

}  // namespace quarry::search
