// The whole server put together: opens the indexes, listens, reloads what changes, and ends in order.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "quarry/base/file_system.h"
#include "quarry/server/catalog.h"
#include "quarry/server/http_server.h"

namespace quarry::server {

struct ServeOptions {
  HttpOptions http;
  DispatcherOptions dispatcher;
  CatalogOptions catalog;
  std::string version;                  // of the program
  std::chrono::milliseconds poll{500};  // how often manifests are looked at
  std::chrono::milliseconds drain_delay{
      1000};                            // from SIGTERM, when /readyz turns 503, to the end of listening
  std::chrono::seconds drain_time{30};  // for requests under way
  std::function<void(const std::string& line)>
      say;  // lines for the operator: where it listens, what was reloaded
};

// Serves until SIGTERM or SIGINT; SIGHUP reloads. Call it on the main thread, before others are started: it
// blocks these signals in all threads. At most one at a time.
[[nodiscard]] Status serve(FileSystem& files, const ServeOptions& options);

}  // namespace quarry::server
