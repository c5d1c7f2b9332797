// Every route of the server.
#include "quarry/server/services.h"

namespace quarry::server {

Router make_routes(Services& services) {
  Router router;
  add_health_routes(router, services);
  add_search_routes(router, services);
  add_browse_routes(router, services);
  add_suggestion_routes(router, services);
  add_feedback_routes(router, services);
  add_status_routes(router, services);
  add_admin_routes(router, services);
  add_asset_routes(router, services);
  return router;
}

}  // namespace quarry::server
