// The tools list_repositories and index_status: what can be searched, and how old it is.
#include <array>
#include <chrono>
#include <functional>

#include "quarry/search/index_facts.h"
#include "quarry/server/mcp/cursor.h"
#include "quarry/server/mcp/schema.h"
#include "quarry/server/mcp/tool.h"

namespace quarry::server::mcp {
namespace {

constexpr std::size_t kPage = 50;  // repositories

Result<search::IndexFacts> visible_facts(const ToolContext& context) {
  QUARRY_TRY(auto facts, search::gather_facts(posix_file_system(), context.engine.snapshot()));
  std::erase_if(facts.views,
                [&](const search::ViewFacts& view) { return !context.scope.sees(view.view.repository); });
  return facts;
}

Json languages_json(const search::ViewFacts& facts) {
  std::vector<std::pair<std::string, search::LanguageFacts>> sorted(facts.languages.begin(),
                                                                    facts.languages.end());
  std::ranges::stable_sort(sorted, std::greater{}, [](const auto& entry) { return entry.second.functions; });
  Json languages = Json::array();
  for (const auto& [name, count] : sorted) languages.push_back({{"value", name}, {"count", count.functions}});
  return languages;
}

Result<ToolAnswer> run_list_repositories(Arguments& arguments, const ToolContext& context) {
  QUARRY_TRY(const auto cursor, arguments.text("cursor"));
  QUARRY_CHECK(arguments.finish());
  QUARRY_TRY(const auto facts, visible_facts(context));
  std::uint64_t offset = 0;
  if (cursor) {
    QUARRY_TRY(const Cursor place, parse_cursor(*cursor, facts.version, 0));
    offset = place.offset;
  }
  Json repositories = Json::array();
  std::string text = facts.views.empty() ? "No repository is indexed.\n" : "";
  std::uint64_t at = offset;
  for (; at < facts.views.size() && at < offset + kPage; ++at) {
    const auto& view = facts.views[at].view;
    Json entry{{"name", view.repository},
               {"files", view.files},
               {"functions", view.units},
               {"languages", languages_json(facts.views[at])}};
    text += fmt::format("{}: {} functions in {} files", view.repository, view.units, view.files);
    if (!view.revision.empty()) {
      entry["revision"] = view.revision;
      text += fmt::format(", at {}", view.revision.substr(0, 12));
    }
    if (!view.remote.empty()) {
      entry["url"] = view.remote;
      text += fmt::format(", {}", view.remote);
    }
    if (context.scope.local && !view.root.empty()) {
      entry["root"] = view.root;
      text += fmt::format(", in {}", view.root);
    }
    text += '\n';
    repositories.push_back(std::move(entry));
  }
  ToolAnswer answer{{{"repositories", std::move(repositories)}}, std::move(text)};
  if (at < facts.views.size()) {
    answer.structured["next_cursor"] = to_text(Cursor{at, facts.version, 0});
    answer.text += fmt::format("More: cursor \"{}\"\n", answer.structured["next_cursor"].get<std::string>());
  }
  return answer;
}

Result<ToolAnswer> run_index_status(Arguments& arguments, const ToolContext& context) {
  QUARRY_CHECK(arguments.finish());
  QUARRY_TRY(const auto facts, visible_facts(context));
  std::uint64_t files = 0;
  std::uint64_t functions = 0;
  for (const auto& view : facts.views) {
    files += view.view.files;
    functions += view.view.units;
  }
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const std::int64_t age = std::max<std::int64_t>(0, now - facts.changed_ns) / 1'000'000'000;
  ToolAnswer answer{{{"version", facts.version},
                     {"age_seconds", age},
                     {"model", facts.model.name},
                     {"dimensions", facts.model.dimensions},
                     {"functions", functions},
                     {"files", files},
                     {"repositories", facts.views.size()},
                     {"has_source", facts.has_source}},
                    {}};
  answer.text = fmt::format(
      "The index, version {}, changed {} seconds ago, holds {} functions in {} files of {} repositories. "
      "{}{}\n",
      facts.version, age, functions, files, facts.views.size(),
      facts.model.name.empty() ? "It has no vectors: searches go by words."
                               : fmt::format("Its vectors are of the model {}.", facts.model.name),
      facts.has_source ? "" : " It holds no source code.");
  return answer;
}

Json list_schema_in() {
  return object_schema({{"cursor", string_schema("next_cursor of the page before")}}, {});
}

Json list_schema_out() {
  const Json language =
      object_schema({{"value", string_schema()}, {"count", integer_schema(0)}}, {"value", "count"});
  const Json repository = object_schema({{"name", string_schema()},
                                         {"files", integer_schema(0)},
                                         {"functions", integer_schema(0)},
                                         {"languages", list_schema(language)},
                                         {"revision", string_schema()},
                                         {"url", string_schema()},
                                         {"root", string_schema("its folder on this machine")}},
                                        {"name", "files", "functions", "languages"});
  return object_schema({{"repositories", list_schema(repository)}, {"next_cursor", string_schema()}},
                       {"repositories"});
}

Json status_schema_in() {
  return object_schema(Json::object(), {});
}

Json status_schema_out() {
  return object_schema(
      {{"version", integer_schema(0)},
       {"age_seconds", integer_schema(0)},
       {"model", string_schema("empty where there are no vectors")},
       {"dimensions", integer_schema(0)},
       {"functions", integer_schema(0)},
       {"files", integer_schema(0)},
       {"repositories", integer_schema(0)},
       {"has_source", {{"type", "boolean"}}}},
      {"version", "age_seconds", "model", "dimensions", "functions", "files", "repositories", "has_source"});
}

}  // namespace

const Tool kListRepositoriesTool{
    "list_repositories",
    "List repositories",
    "Names the repositories that can be searched, with their revisions and languages.",
    list_schema_in,
    list_schema_out,
    run_list_repositories};

const Tool kIndexStatusTool{
    "index_status",
    "Show the state of the index",
    "Says how much is indexed, how long ago it changed, and which model made its vectors.",
    status_schema_in,
    status_schema_out,
    run_index_status};

std::span<const Tool* const> all_tools() {
  static constexpr std::array kTools{&kSearchTool,   &kSimilarTool,          &kReadFunctionTool,
                                     &kReadFileTool, &kListRepositoriesTool, &kIndexStatusTool};
  return kTools;
}

}  // namespace quarry::server::mcp
