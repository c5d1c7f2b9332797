#include "quarry/search/query.h"

#include <fmt/ranges.h>
#include <utf8.h>

#include <algorithm>
#include <array>

namespace quarry::search {
namespace {

constexpr std::array<std::pair<std::string_view, syntax::Kind>, 4> kKinds{
    {{"function", syntax::Kind::function},
     {"method", syntax::Kind::method},
     {"class", syntax::Kind::class_},
     {"section", syntax::Kind::section}}};

// Matching takes time that grows with pattern and path, for every file.
constexpr std::size_t kMaxGlobBytes = 256;
constexpr std::size_t kMaxPathBytes = 4096;

// The next word of `rest`, taken off its front; a quoted part ("my folder/") belongs to the word around it.
std::string next_word(std::string_view& rest) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  std::string word;
  bool quoted = false;
  while (!rest.empty() && (quoted || !is_space(rest.front()))) {
    if (rest.front() == '"') quoted = !quoted;
    word += rest.front();
    rest.remove_prefix(1);
  }
  return word;
}

std::string unquoted(std::string_view word) {
  std::string plain(word);
  std::erase(plain, '"');
  return plain;
}

}  // namespace

Status add_filter(std::string_view name, std::string_view value, Filters& filters) {
  if (value.empty())
    return fail(ErrorKind::invalid_argument, "{}: wants a value, as in {}:VALUE", name, name);
  if (name == "lang" || name == "language") {
    const auto language = corpus::language_from_name(value);
    if (!language) {
      std::vector<std::string_view> known;
      for (const corpus::Language each : corpus::all_languages()) known.push_back(corpus::name_of(each));
      return fail(ErrorKind::invalid_argument, "no language is called '{}'; known are {}", value,
                  fmt::join(known, ", "));
    }
    filters.languages.push_back(*language);
  } else if (name == "kind") {
    const auto kind =
        std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& each) { return each.first == value; });
    if (kind == kKinds.end()) {
      return fail(ErrorKind::invalid_argument,
                  "no kind is called '{}'; known are function, method, class and section", value);
    }
    filters.kinds.push_back(kind->second);
  } else if (name == "path" || name == "file") {
    const bool glob = value.find_first_of("*?[") != std::string_view::npos;
    const std::size_t most = glob ? kMaxGlobBytes : kMaxPathBytes;
    if (value.size() > most)
      return fail(ErrorKind::limit, "{}: a path {}has at most {} bytes", name, glob ? "with wildcards " : "",
                  most);
    filters.paths.emplace_back(value);
  } else if (name == "repo") {
    filters.repositories.emplace_back(value);
  } else {
    return fail(ErrorKind::not_found, "no filter is called '{}'", name);
  }
  const std::size_t count =
      filters.languages.size() + filters.kinds.size() + filters.paths.size() + filters.repositories.size();
  if (count > kMaxFilters) return fail(ErrorKind::limit, "a query takes at most {} filters", kMaxFilters);
  return {};
}

Status parse_query(std::string_view input, Query& query) {
  if (input.size() > kMaxQueryBytes) {
    return fail(ErrorKind::limit,
                "the query has {} bytes; at most {} are searched for: shorten it to what the function does",
                input.size(), kMaxQueryBytes);
  }
  query.text.clear();
  for (std::string word = next_word(input); !word.empty(); word = next_word(input)) {
    const std::size_t colon = word.find(':');
    // "std::sort" and "http://x" are words, not filters.
    const bool named = colon != std::string::npos && colon > 0 && colon + 1 < word.size() &&
                       word[colon + 1] != ':' && word[colon + 1] != '/';
    if (named) {
      const Status added = add_filter(std::string_view(word).substr(0, colon),
                                      unquoted(std::string_view(word).substr(colon + 1)), query.filters);
      if (added) continue;
      if (added.error().kind != ErrorKind::not_found) return added;
    }
    if (!query.text.empty()) query.text += ' ';
    query.text += word;
  }
  // Words would leave such bytes out and vectors would not: what is found would have little to do with them.
  if (!utf8::is_valid(query.text.begin(), query.text.end())) {
    return fail(ErrorKind::invalid_argument,
                "the query is not UTF-8; check the encoding of the terminal or the file that it comes from");
  }
  return {};
}

}  // namespace quarry::search
