// Looking things up in an index instead of searching it: a unit by its id, a file by its path, its outline.
// Everything here comes out of the index; no path is ever opened, so nothing outside the index can be read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/ranking/search_space.h"
#include "quarry/search/answer.h"

namespace quarry::search {

// Numbers are those of `space`. `repository` is a name as results show it, "" for any.
[[nodiscard]] std::optional<std::uint32_t> find_file(const ranking::SearchSpace& space,
                                                     std::string_view repository, std::string_view path);
[[nodiscard]] std::optional<std::uint32_t> find_unit(const ranking::SearchSpace& space, std::uint64_t id);

// The innermost function, class or section that holds the 1-based line; none where no unit is.
[[nodiscard]] std::optional<std::uint32_t> find_unit_at(const ranking::SearchSpace& space, std::uint32_t file,
                                                        std::uint32_t line);

// Without rank, score and reasons.
[[nodiscard]] Result<SearchResult> describe_unit(const ranking::SearchSpace& space, std::uint32_t unit);

struct OutlineEntry {
  std::uint64_t id = 0;
  syntax::Kind kind = syntax::Kind::section;
  std::string name;
  std::string qualified_name;
  std::uint32_t start_line = 0;  // 1-based, inclusive
  std::uint32_t end_line = 0;
};

// The units of a file in the order of the source.
[[nodiscard]] std::vector<OutlineEntry> outline_of(const ranking::SearchSpace& space, std::uint32_t file);

struct FileFacts {
  std::string repository;
  std::string path;
  corpus::Language language = corpus::Language::text;
  std::uint32_t lines = 0;
  std::uint32_t bytes = 0;
};
[[nodiscard]] FileFacts facts_of(const ranking::SearchSpace& space, std::uint32_t file);

// The whole file as it was indexed, UTF-8. ErrorKind::not_found in an index without source.
[[nodiscard]] Result<std::string> file_text(const ranking::SearchSpace& space, std::uint32_t file);

// Lines `first` to `last` of a text, 1-based and inclusive, cut to what there is, with their line feeds.
[[nodiscard]] std::string_view lines_of(std::string_view text, std::uint32_t first, std::uint32_t last);

// "00ff00ff00ff00ff" as answers print ids; none for anything else.
[[nodiscard]] std::optional<std::uint64_t> parse_id(std::string_view text);

}  // namespace quarry::search
