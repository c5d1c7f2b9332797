// What other programs than the page and the API's clients come for: agents, inference clients, forges.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "quarry/server/push_event.h"
#include "quarry/server/router.h"

namespace quarry::server {

// Outlives the router.
struct Integrations {
  std::string version;                       // of the program
  std::vector<std::string> allowed_origins;  // of web pages elsewhere that may call POST /mcp, in lower case
  WebhookSecrets webhook_secrets;
  std::function<bool()> is_ready;  // false: shutting down
  // Brings the repository with one of these remote_key()s up to date; false where no index holds it.
  std::function<bool(const std::vector<std::string>& remotes)> refresh_repository;
};

void add_mcp_routes(Router& router, const Integrations& integrations);
void add_inference_routes(Router& router, const Integrations& integrations);
void add_legacy_query_routes(Router& router);
void add_webhook_routes(Router& router, const Integrations& integrations);

// All of them.
inline void add_integration_routes(Router& router, const Integrations& integrations) {
  add_mcp_routes(router, integrations);
  add_inference_routes(router, integrations);
  add_legacy_query_routes(router);
  add_webhook_routes(router, integrations);
}

}  // namespace quarry::server
