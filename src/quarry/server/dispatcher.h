// Between connections and handlers: decides whether a request is let in, runs its handler on the right thread
// and dresses its answer.
//
//   header complete ─► admit() ─┬─ refusal ─────────────────────────────┐
//                               └─ body read ─► handle() ─► handler ─► finish() ─► sent
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "quarry/server/access.h"
#include "quarry/server/bounded_pool.h"
#include "quarry/server/catalog.h"
#include "quarry/server/exchange.h"
#include "quarry/server/limits.h"
#include "quarry/server/router.h"

namespace quarry::server {

struct DispatcherOptions {
  Limits limits;
  std::size_t threads = 0;  // of the search lane; 0: one a core
};

// Thread-safe.
class Dispatcher {
 public:
  // All three must outlive the dispatcher; the router must not change any more.
  Dispatcher(const DispatcherOptions& options, const Router& router, const AccessControl& access,
             Catalog& catalog);

  // On the connection's thread, with the header alone: matches the route, checks who asks. False: not let in,
  // `exchange.response` says why, and a body need not be read.
  [[nodiscard]] bool admit(Exchange& exchange);

  // Instead of either, where the connection itself refuses what it reads.
  void reject(Exchange& exchange, unsigned status, std::string_view detail) const;

  // With the body. Calls `done` once, from any thread, maybe before it returns; `exchange.response` is then
  // the answer.
  void handle(SharedExchange exchange, std::function<void()> done);

  // Every answer passes here last, on the connection's thread: headers that all have, log and metrics.
  void finish(Exchange& exchange);

  // Waits for the handlers that run; nothing may be handled any more.
  void join();

  [[nodiscard]] const Limits& limits() const { return options_.limits; }

 private:
  [[nodiscard]] bool check_body(Exchange& exchange) const;
  void run(Exchange& exchange) const;

  const DispatcherOptions options_;
  const Router& router_;
  const AccessControl& access_;
  Catalog& catalog_;
  std::unique_ptr<BoundedPool> search_;
  std::unique_ptr<BoundedPool> control_;
};

}  // namespace quarry::server
