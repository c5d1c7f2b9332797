// What the handlers of the server share, and the one list of all their routes.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "quarry/server/catalog.h"
#include "quarry/server/router.h"

namespace quarry::server {

class Metrics;
class LiveQuality;
class QueryLog;

// Outlives the router. Every member is safe to use from several threads.
struct Services {
  Catalog& catalog;
  Metrics& metrics;
  LiveQuality& quality;
  QueryLog& query_log;
  // Opens new versions of indexes and keys; what POST /admin/reload, SIGHUP and the watch call.
  std::function<std::vector<Catalog::Change>(bool always)> reload;
  std::string version = {};   // of the program
  bool show_folders = false;  // answers may say where on this machine a repository lies
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  std::atomic<bool> ready{true};  // false: draining; /readyz says so
};

// Each part of the API adds its own lines; a new part is a file with such a function and a call in
// routes.cpp.
void add_health_routes(Router& router, Services& services);
void add_search_routes(Router& router, Services& services);
void add_browse_routes(Router& router, Services& services);
void add_suggestion_routes(Router& router, Services& services);
void add_feedback_routes(Router& router, Services& services);
void add_status_routes(Router& router, Services& services);
void add_admin_routes(Router& router, Services& services);
void add_asset_routes(Router& router, Services& services);

[[nodiscard]] Router make_routes(Services& services);

}  // namespace quarry::server
