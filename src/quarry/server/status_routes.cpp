// GET /v1/status: what is served and how it fares.
#include <nlohmann/json.hpp>

#include "quarry/server/services.h"

namespace quarry::server {
namespace {

std::int64_t seconds_since(std::int64_t epoch_ns) {
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return std::max<std::int64_t>(0, (now.count() - epoch_ns) / 1'000'000'000);
}

nlohmann::ordered_json describe(const ServedIndex& index, const Caller& caller) {
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
          {"dimensions", snapshot.model().dimensions},
          {"functions", functions},
          {"files", files},
          {"repositories", repositories},
          {"bytes", snapshot.size_in_bytes()},
          {"has_source", snapshot.has_source()}};
}

}  // namespace

void add_status_routes(Router& router, Services& services) {
  router.add(
      {.pattern = "/v1/status",
       .handler =
           [&services](const Request&, Context& context) {
             const auto uptime = std::chrono::steady_clock::now() - services.started;
             return json_response(
                 {{"version", services.version},
                  {"index", describe(*context.index, context.caller)},
                  {"uptime_seconds", std::chrono::duration_cast<std::chrono::seconds>(uptime).count()}});
           },
       .lane = Lane::control});
}

}  // namespace quarry::server
