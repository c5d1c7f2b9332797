// GET /livez and /readyz, for orchestrators.
#include "quarry/server/services.h"

namespace quarry::server {

void add_health_routes(Router& router, Services& services) {
  router.add({.pattern = "/livez",
              .handler = [](const Request&,
                            Context&) { return Response{.content_type = "text/plain", .body = "ok\n"}; },
              .access = Access::open,
              .lane = Lane::io});
  router.add({.pattern = "/readyz",
              .handler =
                  [&services](const Request&, Context&) {
                    if (!services.ready) return problem(503, "shutting down");
                    return Response{.content_type = "text/plain", .body = "ok\n"};
                  },
              .access = Access::open,
              .lane = Lane::io});
}

}  // namespace quarry::server
