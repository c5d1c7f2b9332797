// What the handlers of the server share, and the one list of all their routes.
#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "quarry/server/catalog.h"
#include "quarry/server/router.h"

namespace quarry::server {

// Outlives the router. Every member is safe to use from several threads.
struct Services {
  Catalog& catalog;
  std::string version;  // of the program
  std::chrono::steady_clock::time_point started{};
  std::atomic<bool> ready{true};  // false: draining; /readyz says so
};

// Each part of the API adds its own lines; a new part is a file with such a function and a call in
// routes.cpp.
void add_health_routes(Router& router, Services& services);
void add_search_routes(Router& router, Services& services);
void add_status_routes(Router& router, Services& services);
void add_asset_routes(Router& router, Services& services);

[[nodiscard]] Router make_routes(Services& services);

}  // namespace quarry::server
