// GET /v1/status: what is served and how it fares. GET /v1/quality: the same for the owner, with what people
// ask.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "quarry/search/index_facts.h"
#include "quarry/server/live_quality.h"
#include "quarry/server/question.h"
#include "quarry/server/served_index.h"
#include "quarry/server/services.h"

namespace quarry::server {
namespace {

using nlohmann::ordered_json;

double rounded(double value) {
  return std::isfinite(value) ? std::round(value * 1e4) / 1e4 : 0;
}

std::int64_t seconds_since(std::int64_t epoch_ns) {
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return std::max<std::int64_t>(0, (now.count() - epoch_ns) / 1'000'000'000);
}

ordered_json describe(const ServedIndex& index, const Caller& caller) {
  const auto& snapshot = index.engine->snapshot();
  std::uint64_t functions = 0;
  std::uint64_t files = 0;
  std::uint64_t repositories = 0;
  for (const auto& view : snapshot.views()) {
    if (!caller.sees(view.repository)) continue;
    functions += view.units;
    files += view.files;
    ++repositories;
  }
  return {{"version", snapshot.version()},
          {"label", index.label},
          {"created", index.created_ns / 1'000'000'000},
          {"age_seconds", seconds_since(index.created_ns)},
          {"model", index.encoder == nullptr ? std::string{} : index.encoder->name()},
          {"dimensions", index.encoder == nullptr ? 0U : snapshot.model().dimensions},
          {"functions", functions},
          {"files", files},
          {"repositories", repositories},
          {"bytes", snapshot.size_in_bytes()},
          {"segments", snapshot.segments().size()},
          {"graphs", search::count_graphs(snapshot)},
          {"has_source", snapshot.has_source()}};
}

Response show_status(const Services& services, const Request& request, const Context& context) {
  if (const auto known = check_parameters(request, {}); !known) return problem(known.error());
  const auto quality = services.quality.report(std::chrono::steady_clock::now());
  const auto uptime = std::chrono::steady_clock::now() - services.started;
  auto sides = ordered_json::array();
  for (const auto& index : services.catalog.all()) sides.push_back(describe(*index, context.caller));
  const bool has_source = context.index->engine->snapshot().has_source();
  return json_response(
      {{"version", services.version},
       {"index", describe(*context.index, context.caller)},
       {"sides", std::move(sides)},
       {"uptime_seconds", std::chrono::duration_cast<std::chrono::seconds>(uptime).count()},
       {"queries",
        {{"total", quality.answers},
         {"last_minute", quality.per_minute.empty() ? 0 : quality.per_minute.back()},
         {"no_result_share", quality.answers == 0 ? 0
                                                  : rounded(static_cast<double>(quality.empty) /
                                                            static_cast<double>(quality.answers))},
         {"latency_ms",
          {{"p50", rounded(quality.p50_ms)},
           {"p95", rounded(quality.p95_ms)},
           {"p99", rounded(quality.p99_ms)}}}}},
       {"capabilities",
        {{"vectors", context.index->encoder != nullptr},
         {"source", has_source},
         {"editor_links", services.show_folders},
         {"admin", context.caller.admin}}}});
}

ordered_json to_json(const std::vector<LiveQuality::Counted>& queries) {
  auto list = ordered_json::array();
  for (const auto& [query, count] : queries) list.push_back({{"query", query}, {"count", count}});
  return list;
}

Response show_quality(const Services& services, const Request& request) {
  if (const auto known = check_parameters(request, {}); !known) return problem(known.error());
  const auto quality = services.quality.report(std::chrono::steady_clock::now());
  auto versions = ordered_json::array();
  double clicks = 0;
  double answers = 0;
  double reciprocal_ranks = 0;
  for (const auto& each : quality.versions) {
    versions.push_back({{"version", each.label},
                        {"queries", each.answers},
                        {"clicks", each.clicked},
                        {"click_through", rounded(each.click_through)},
                        {"mrr", rounded(each.reciprocal_rank)},
                        {"good", each.good},
                        {"bad", each.bad}});
    answers += static_cast<double>(each.answers);
    clicks += static_cast<double>(each.clicked);
    reciprocal_ranks += each.reciprocal_rank * static_cast<double>(each.clicked);
  }
  return json_response({{"queries_total", quality.answers},
                        {"no_results_total", quality.empty},
                        {"per_minute", quality.per_minute},
                        {"latency_ms",
                         {{"p50", rounded(quality.p50_ms)},
                          {"p95", rounded(quality.p95_ms)},
                          {"p99", rounded(quality.p99_ms)}}},
                        {"zero_results", to_json(quality.not_found)},
                        {"top_queries", to_json(quality.asked)},
                        {"click_through", answers == 0 ? 0 : rounded(std::min(1.0, clicks / answers))},
                        {"mrr", clicks == 0 ? 0 : rounded(reciprocal_ranks / clicks)},
                        {"by_version", std::move(versions)}});
}

}  // namespace

void add_status_routes(Router& router, Services& services) {
  router.add({.pattern = "/v1/status",
              .handler = [&services](const Request& request,
                                     Context& context) { return show_status(services, request, context); },
              .lane = Lane::control});
  router.add(
      {.pattern = "/v1/quality",
       .handler = [&services](const Request& request, Context&) { return show_quality(services, request); },
       .access = Access::admin,
       .lane = Lane::control});
}

}  // namespace quarry::server
