#include "quarry/search/browse.h"

#include <algorithm>
#include <charconv>

#include "quarry/search/doc_text.h"

namespace quarry::search {

std::optional<std::uint32_t> find_file(const ranking::SearchSpace& space, std::string_view repository,
                                       std::string_view path) {
  for (std::size_t s = 0; s < space.segment_count(); ++s) {
    const index::Segment& segment = space.segment(s);
    for (std::uint32_t f = 0; f < segment.file_count(); ++f) {
      if (!space.live(s).contains(f) || segment.file(f).path != path) continue;
      const std::uint32_t file = space.file_base(s) + f;
      if (repository.empty() || space.repository_of(file) == repository) return file;
    }
  }
  return std::nullopt;
}

std::optional<std::uint32_t> find_unit(const ranking::SearchSpace& space, std::uint64_t id) {
  for (std::size_t s = 0; s < space.segment_count(); ++s) {
    const index::Segment& segment = space.segment(s);
    for (std::uint32_t u = 0; u < segment.unit_count(); ++u) {
      if (segment.unit(u).id != id || !space.live(s).contains(segment.file_of(u))) continue;
      return space.unit_base(s) + u;
    }
  }
  return std::nullopt;
}

std::optional<std::uint32_t> find_unit_at(const ranking::SearchSpace& space, std::uint32_t file,
                                          std::uint32_t line) {
  const index::FileView view = space.file(file);
  // An enclosing definition stands before what it holds, so the innermost one is the last.
  std::optional<std::uint32_t> found;
  for (std::uint32_t u = view.first_unit + 1; u < view.first_unit + view.unit_count; ++u) {
    const index::UnitView unit = space.unit(u);
    if (unit.start_line <= line && line <= unit.end_line) found = u;
  }
  return found;
}

Result<SearchResult> describe_unit(const ranking::SearchSpace& space, std::uint32_t number) {
  const index::UnitView unit = space.unit(number);
  const index::FileView file = space.file(unit.file);
  const ranking::SearchSpace::Place place = space.unit_place(number);
  QUARRY_TRY(index::UnitText text, space.segment(place.segment).text(place.ordinal));
  SearchResult result;
  result.id = unit.id;
  result.repository = space.repository_of(unit.file);
  result.path = file.path;
  result.start_line = unit.start_line;
  result.end_line = unit.end_line;
  result.language = file.language;
  result.kind = unit.kind;
  result.name = unit.name;
  result.qualified_name = unit.qualified_name;
  result.signature = clean_signature(text.signature);
  result.doc = clean_doc(text.doc);
  result.code = std::move(text.code);
  return result;
}

std::vector<OutlineEntry> outline_of(const ranking::SearchSpace& space, std::uint32_t file) {
  const index::FileView view = space.file(file);
  std::vector<OutlineEntry> outline;
  for (std::uint32_t u = view.first_unit + 1; u < view.first_unit + view.unit_count; ++u) {
    const index::UnitView unit = space.unit(u);
    outline.push_back({unit.id, unit.kind, std::string(unit.name), std::string(unit.qualified_name),
                       unit.start_line, unit.end_line});
  }
  return outline;
}

FileFacts facts_of(const ranking::SearchSpace& space, std::uint32_t file) {
  const index::FileView view = space.file(file);
  return {std::string(space.repository_of(file)), std::string(view.path), view.language, view.lines,
          view.bytes};
}

Result<std::string> file_text(const ranking::SearchSpace& space, std::uint32_t file) {
  const ranking::SearchSpace::Place place = space.file_place(file);
  return space.segment(place.segment).file_text(place.ordinal);
}

std::string_view lines_of(std::string_view text, std::uint32_t first, std::uint32_t last) {
  std::size_t begin = 0;
  std::uint32_t line = 1;
  for (; line < first; ++line) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) return {};
    begin = end + 1;
  }
  std::size_t end = begin;
  for (; line <= last && end < text.size(); ++line) {
    const std::size_t feed = text.find('\n', end);
    end = feed == std::string_view::npos ? text.size() : feed + 1;
  }
  return text.substr(begin, end - begin);
}

std::optional<std::uint64_t> parse_id(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
}

}  // namespace quarry::search
