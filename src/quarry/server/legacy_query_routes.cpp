// GET /query?q=&n=: the address and the shape that the code search demo of 2018 asked its server for.
//
//   {"result": [{"nwo", "path", "function_name", "lineno", "original_function", "score"}]}, all of them
//   strings, and
//   {"status": 400, "error"} for a question without words. `n` is 2 where it is absent, as it was.

#include <charconv>
#include <nlohmann/json.hpp>

#include "quarry/search/query.h"
#include "quarry/server/forge_link.h"
#include "quarry/server/integrations.h"
#include "quarry/server/served_index.h"

namespace quarry::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostResults = 100;

Response refuse(unsigned status, std::string_view why) {
  return json_response({{"status", status}, {"error", why}}, status);
}

// "owner/name" of a GitHub address, as the demo made its links of; else the repository's name.
std::string owner_and_name(const search::Engine& engine, const std::string& repository) {
  for (const auto& view : engine.snapshot().views()) {
    if (view.repository != repository) continue;
    constexpr std::string_view kHost = "https://github.com/";
    const auto address = web_address(view.remote);
    if (!address.starts_with(kHost)) break;
    return address.substr(kHost.size());
  }
  return repository;
}

Response answer_query(const Request& request, Context& context) {
  const auto text = request.parameter("q");
  if (!text || text->empty()) return refuse(400, "empty query");
  search::Query query;
  query.limit = 2;
  if (const auto wanted = request.parameter("n")) {
    const auto [end, error] = std::from_chars(wanted->data(), wanted->data() + wanted->size(), query.limit);
    if (error != std::errc{} || end != wanted->data() + wanted->size() || query.limit == 0 ||
        query.limit > kMostResults) {
      return refuse(400, fmt::format("n must be a number from 1 to {}", kMostResults));
    }
  }
  if (const auto status = search::parse_query(*text, query); !status)
    return refuse(400, status.error().message);
  query.visible.repositories = context.caller.repositories;
  const search::Engine& engine = *context.index->engine;
  const auto answer = engine.search(query);
  if (!answer) return refuse(problem(answer.error()).status, answer.error().message);
  Json results = Json::array();
  for (const auto& result : answer->results) {
    results.push_back({{"nwo", owner_and_name(engine, result.repository)},
                       {"path", result.path},
                       {"function_name", result.name},
                       {"lineno", std::to_string(result.start_line)},
                       {"original_function", result.code},
                       {"score", fmt::format("{:.6g}", result.score)}});
  }
  return json_response({{"result", std::move(results)}});
}

}  // namespace

void add_legacy_query_routes(Router& router) {
  router.add({.method = Method::get, .pattern = "/query", .handler = answer_query});
}

}  // namespace quarry::server
