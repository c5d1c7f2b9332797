// What is in the index without a query: a function with its surroundings, a file with its outline,
// repositories, facets. All of it comes out of the index; no path of a request ever opens a file.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "quarry/search/answer.h"
#include "quarry/search/browse.h"
#include "quarry/search/facets.h"
#include "quarry/server/forge_link.h"
#include "quarry/server/question.h"
#include "quarry/server/served_index.h"
#include "quarry/server/services.h"

namespace quarry::server {
namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t kMaxSurroundings = 200;  // lines before and after
constexpr std::uint64_t kSurroundings = 5;

const index::ViewInfo* view_of(const search::Engine& engine, std::string_view repository) {
  for (const auto& view : engine.snapshot().views()) {
    if (view.repository == repository) return &view;
  }
  return nullptr;
}

ordered_json links_of(const Services& services, const search::Engine& engine, std::string_view repository,
                      const std::string& path, std::uint32_t first, std::uint32_t last) {
  auto links = ordered_json::object();
  const auto* view = view_of(engine, repository);
  if (view == nullptr) return links;
  if (auto forge = forge_link(*view, path, first, last); !forge.empty()) links["forge"] = std::move(forge);
  if (services.show_folders && !view->root.empty()) {
    links["editor_path"] = (std::filesystem::path(view->root) / path).string();
  }
  return links;
}

ordered_json to_json(const std::vector<search::OutlineEntry>& outline,
                     std::optional<std::uint64_t> without = {}) {
  auto list = ordered_json::array();
  for (const auto& entry : outline) {
    if (entry.id == without) continue;
    list.push_back({{"id", fmt::format("{:016x}", entry.id)},
                    {"kind", syntax::name_of(entry.kind)},
                    {"name", entry.name},
                    {"qualified_name", entry.qualified_name},
                    {"start_line", entry.start_line},
                    {"end_line", entry.end_line}});
  }
  return list;
}

Result<ordered_json> show_function(const Services& services, const Request& request, const Context& context) {
  constexpr std::string_view kKnown[] = {"context"};
  QUARRY_CHECK(check_parameters(request, kKnown));
  QUARRY_TRY(const auto around, number_parameter(request, "context", 0, kMaxSurroundings, kSurroundings));
  const auto& engine = *context.index->engine;
  const auto& space = engine.space();
  const auto id = search::parse_id(request.path_parameter("id"));
  const auto unit = id ? search::find_unit(space, *id) : std::nullopt;
  if (!unit || !context.caller.sees(space.repository_of(space.unit(*unit).file))) {
    return fail(ErrorKind::not_found, "no such function is in the index; its file may have changed since");
  }
  QUARRY_TRY(auto result, search::describe_unit(space, *unit));
  result.rank = 1;
  const std::uint32_t file = space.unit(*unit).file;
  std::string before;
  std::string after;
  if (const auto text = search::file_text(space, file)) {
    const auto lines = static_cast<std::uint32_t>(around);
    const auto first = result.start_line > lines ? result.start_line - lines : 1;
    if (result.start_line > first) before = search::lines_of(*text, first, result.start_line - 1);
    if (lines > 0) after = search::lines_of(*text, result.end_line + 1, result.end_line + lines);
  } else if (text.error().kind != ErrorKind::not_found) {
    return tl::unexpected(text.error());
  }
  return ordered_json{{"result", search::to_json(result)},
                      {"before", before},
                      {"after", after},
                      {"links", links_of(services, engine, result.repository, result.path, result.start_line,
                                         result.end_line)},
                      {"siblings", to_json(search::outline_of(space, file), result.id)}};
}

Result<ordered_json> show_file(const Services& services, const Request& request, const Context& context) {
  constexpr std::string_view kKnown[] = {"repo", "path"};
  QUARRY_CHECK(check_parameters(request, kKnown));
  const auto path = request.parameter("path");
  if (!path || path->empty()) return fail(ErrorKind::invalid_argument, "path is missing");
  const auto& engine = *context.index->engine;
  const auto& space = engine.space();
  const auto file = search::find_file(space, request.parameter("repo").value_or(""), *path);
  if (!file || !context.caller.sees(space.repository_of(*file))) {
    return fail(ErrorKind::not_found, "no such file is in the index");
  }
  const auto facts = search::facts_of(space, *file);
  ordered_json json{{"repo", facts.repository},
                    {"path", facts.path},
                    {"language", corpus::name_of(facts.language)},
                    {"lines", facts.lines},
                    {"bytes", facts.bytes}};
  const auto text = search::file_text(space, *file);
  if (text) {
    json["text"] = *text;
  } else if (text.error().kind != ErrorKind::not_found) {
    return tl::unexpected(text.error());
  }
  json["outline"] = to_json(search::outline_of(space, *file));
  json["links"] = links_of(services, engine, facts.repository, facts.path, 1, std::max(1U, facts.lines));
  return json;
}

Result<ordered_json> list_repositories(const Services& services, const Request& request,
                                       const Context& context) {
  QUARRY_CHECK(check_parameters(request, {}));
  const auto& engine = *context.index->engine;
  const auto& space = engine.space();
  std::map<std::string_view, std::map<std::string_view, std::uint64_t>> languages;
  for (std::size_t s = 0; s < space.segment_count(); ++s) {
    for (std::uint32_t f = 0; f < space.segment(s).file_count(); ++f) {
      if (!space.live(s).contains(f)) continue;
      const auto file = space.segment(s).file(f);
      languages[space.repository_of(space.file_base(s) + f)][corpus::name_of(file.language)] +=
          file.unit_count - 1;
    }
  }
  auto list = ordered_json::array();
  for (const auto& view : engine.snapshot().views()) {
    if (!context.caller.sees(view.repository)) continue;
    search::Facets::Counts counts;
    for (const auto& [name, count] : languages[view.repository]) counts.emplace_back(name, count);
    std::ranges::stable_sort(counts, std::greater{}, [](const auto& each) { return each.second; });
    ordered_json each{{"name", view.repository}};
    if (!view.revision.empty()) each["revision"] = view.revision;
    if (auto url = web_address(view.remote); !url.empty()) each["url"] = std::move(url);
    if (services.show_folders && !view.root.empty()) each["folder"] = view.root;
    each["files"] = view.files;
    each["functions"] = view.units;
    each["languages"] = search::to_json(counts);
    list.push_back(std::move(each));
  }
  return ordered_json{{"repositories", std::move(list)}};
}

Result<ordered_json> show_facets(const Services&, const Request& request, const Context& context) {
  QUARRY_CHECK(check_parameters(request, {}));
  const auto facets = search::count_all_facets(context.index->engine->space(), {context.caller.repositories});
  return ordered_json{{"lang", search::to_json(facets.languages)},
                      {"repo", search::to_json(facets.repositories)},
                      {"kind", search::to_json(facets.kinds)}};
}

}  // namespace

void add_browse_routes(Router& router, Services& services) {
  const auto add = [&](const char* pattern, auto show) {
    router.add({.pattern = pattern, .handler = [&services, show](const Request& request, Context& context) {
                  const auto shown = show(services, request, context);
                  return shown ? json_response(*shown) : problem(shown.error());
                }});
  };
  add("/v1/functions/{id}", show_function);
  add("/v1/files", show_file);
  add("/v1/repositories", list_repositories);
  add("/v1/facets", show_facets);
}

}  // namespace quarry::server
