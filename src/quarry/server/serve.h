// The whole server put together: opens the indexes, listens, reloads what changes, and ends in order.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/server/access.h"
#include "quarry/server/catalog.h"
#include "quarry/server/dispatcher.h"
#include "quarry/server/http_server.h"
#include "quarry/server/push_event.h"
#include "quarry/server/request_log.h"

namespace quarry::server {

struct ServeOptions {
  HttpOptions http;
  DispatcherOptions dispatcher;
  CatalogOptions catalog;
  AccessOptions access;
  LogLevel log_level = LogLevel::errors;
  std::filesystem::path log = "-";  // "-": stderr
  bool log_queries = false;
  std::filesystem::path sample;              // file for sampled queries and feedback; empty: none are kept
  double sample_rate = 0;                    // 0 to 1
  std::uint64_t sample_limit = 0;            // bytes of that file
  std::vector<std::string> allowed_origins;  // of web pages that may call POST /mcp
  WebhookSecrets webhook_secrets;            // none: no webhook
  std::filesystem::path clones;              // where repositories that were indexed by URL have their clones
  OpenEncoder open_index_encoder;            // what refreshed files are encoded with; null: no vectors
  bool show_folders = false;                 // answers may say where on this machine a repository lies
  std::string version;                       // of the program
  std::chrono::milliseconds poll{500};       // how often manifests, keys and certificates are looked at
  std::chrono::milliseconds drain_delay{
      1000};                            // from SIGTERM, when /readyz turns 503, to the end of listening
  std::chrono::seconds drain_time{30};  // for requests under way
  std::function<void(const std::string& line)>
      say;  // lines for the operator: where it listens, what was reloaded
};

// Serves until SIGTERM or SIGINT; SIGHUP reloads indexes, keys and the certificate, and opens log files anew.
// Call it on the main thread, before others are started: it blocks these signals in all threads. One at a
// time.
[[nodiscard]] Status serve(FileSystem& files, const ServeOptions& options);

}  // namespace quarry::server
