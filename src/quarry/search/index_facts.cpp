// Counts the live files and units of each view by language.
#include "quarry/search/index_facts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace quarry::search {
namespace {

// When the newest of the index's files was written.
std::int64_t newest_change(const FileSystem& files, const std::filesystem::path& folder) {
  std::int64_t newest = 0;
  const auto entries = files.list(folder);
  if (!entries) return newest;
  for (const auto& entry : *entries) {
    if (entry.type != FileType::regular) continue;
    if (const auto status = files.status(folder / entry.name)) newest = std::max(newest, status->mtime_ns);
  }
  return newest;
}

Result<std::map<std::string, LanguageFacts>> count_languages(const index::Snapshot& snapshot,
                                                             std::size_t view) {
  std::map<std::string, LanguageFacts> languages;
  const auto segments = snapshot.segments();
  for (std::size_t s = 0; s < segments.size(); ++s) {
    QUARRY_TRY(const auto live, snapshot.live_files(view, s));
    if (live.count() == 0) continue;
    QUARRY_CHECK(segments[s]->prepare());
    for (std::uint32_t f = 0; f < segments[s]->file_count(); ++f) {
      if (!live.contains(f)) continue;
      const auto file = segments[s]->file(f);
      auto& facts = languages[std::string(corpus::name_of(file.language))];
      ++facts.files;
      facts.functions += file.unit_count - 1;
    }
  }
  return languages;
}

}  // namespace

std::size_t count_graphs(const index::Snapshot& snapshot) {
  return static_cast<std::size_t>(
      std::ranges::count_if(snapshot.graphs(), [](const auto& graph) { return graph != nullptr; }));
}

Result<IndexFacts> gather_facts(const FileSystem& files, const index::Snapshot& snapshot) {
  IndexFacts facts;
  facts.folder = snapshot.directory();
  facts.version = snapshot.version();
  facts.bytes = snapshot.size_in_bytes();
  facts.segments = snapshot.segments().size();
  facts.graphs = count_graphs(snapshot);
  facts.changed_ns = newest_change(files, snapshot.directory());
  facts.has_source = snapshot.has_source();
  facts.model = snapshot.model();
  const auto views = snapshot.views();
  for (std::size_t v = 0; v < views.size(); ++v) {
    QUARRY_TRY(auto languages, count_languages(snapshot, v));
    facts.views.push_back({views[v], std::move(languages)});
  }
  return facts;
}

nlohmann::ordered_json to_json(const IndexFacts& facts) {
  using nlohmann::ordered_json;
  ordered_json model = nullptr;
  if (!facts.model.name.empty()) {
    model = {{"name", facts.model.name},
             {"fingerprint", facts.model.fingerprint},
             {"dimensions", facts.model.dimensions}};
  }
  auto repositories = ordered_json::array();
  for (const auto& [view, languages] : facts.views) {
    auto by_language = ordered_json::object();
    for (const auto& [name, count] : languages)
      by_language[name] = {{"files", count.files}, {"functions", count.functions}};
    auto skipped = ordered_json::object();
    for (const auto& [reason, count] : view.skipped) skipped[reason] = count;
    repositories.push_back({{"repo", view.repository},
                            {"root", view.root},
                            {"revision", view.revision},
                            {"remote", view.remote},
                            {"prefix", view.prefix},
                            {"files", view.files},
                            {"functions", view.units},
                            {"source_bytes", view.source_bytes},
                            {"languages", std::move(by_language)},
                            {"skipped", std::move(skipped)}});
  }
  return {{"index", facts.folder.string()},
          {"version", facts.version},
          {"bytes", facts.bytes},
          {"segments", facts.segments},
          {"graphs", facts.graphs},
          {"changed", facts.changed_ns / 1'000'000'000},
          {"source", facts.has_source},
          {"model", std::move(model)},
          {"repositories", std::move(repositories)}};
}

}  // namespace quarry::search
