// For operators: GET /metrics, POST /admin/reload, and the API's description at /openapi.json.
#include <nlohmann/json.hpp>

#include "quarry/server/metrics.h"
#include "quarry/server/openapi.h"
#include "quarry/server/services.h"

namespace quarry::server {
namespace {

Response reload(const Services& services) {
  auto sides = nlohmann::ordered_json::array();
  bool good = true;
  for (const auto& change : services.reload(true)) {
    nlohmann::ordered_json side{
        {"side", change.side}, {"serving", change.label}, {"swapped", change.swapped}};
    if (!change.error.empty()) side["error"] = change.error;
    good = good && change.error.empty();
    sides.push_back(std::move(side));
  }
  return json_response({{"sides", std::move(sides)}}, good ? 200 : 503);
}

}  // namespace

void add_admin_routes(Router& router, Services& services) {
  router.add({.pattern = "/metrics",
              .handler =
                  [&services](const Request&, Context&) {
                    return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                    .body = services.metrics.read()};
                  },
              .access = Access::metrics,
              .lane = Lane::control});
  router.add({.method = Method::post,
              .pattern = "/admin/reload",
              .handler = [&services](const Request&, Context&) { return reload(services); },
              .access = Access::admin,
              .lane = Lane::control,
              .content_types = {}});
  router.add({.pattern = "/openapi.json",
              .handler = [](const Request&, Context&) { return Response{.asset = openapi_document()}; },
              .access = Access::open,
              .lane = Lane::io});
}

}  // namespace quarry::server
