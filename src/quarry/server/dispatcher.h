// Between connections and handlers: decides whether a request is let in, runs its handler on the right thread
// and dresses its answer.
#pragma once

#include <memory>

#include "quarry/server/access.h"
#include "quarry/server/application.h"
#include "quarry/server/bounded_pool.h"
#include "quarry/server/catalog.h"
#include "quarry/server/memory_budget.h"
#include "quarry/server/metrics.h"
#include "quarry/server/rate_limiter.h"
#include "quarry/server/request_log.h"
#include "quarry/server/router.h"

namespace quarry::server {

struct DispatcherOptions {
  Limits limits;
  std::size_t threads = 0;  // of the search lane; 0: one a core
  // Addresses of proxies whose X-Forwarded-For is believed.
  std::vector<std::string> trusted_proxies = {};
};

// What it works with; all of it must outlive the dispatcher.
struct DispatcherParts {
  const Router& router;  // must not change any more
  const AccessControl& access;
  const Catalog& catalog;
  Metrics& metrics;
  RequestLog& log;
};

// Thread-safe.
class Dispatcher final : public Application {
 public:
  Dispatcher(const DispatcherOptions& options, const DispatcherParts& parts);

  [[nodiscard]] bool admit(Exchange& exchange) override;
  void reject(Exchange& exchange, unsigned status, std::string_view detail) override;
  void handle(SharedExchange exchange, std::function<void()> done) override;
  void finish(Exchange& exchange) override;
  void join() override;
  [[nodiscard]] const Limits& limits() const override { return options_.limits; }

  [[nodiscard]] std::size_t searches_waiting() const { return search_->load(); }

 private:
  [[nodiscard]] bool let_in(Exchange& exchange);
  [[nodiscard]] bool check_rate(Exchange& exchange);
  [[nodiscard]] bool check_body(Exchange& exchange) const;
  [[nodiscard]] bool reserve_body(Exchange& exchange);
  void find_client(Request& request) const;
  void run(Exchange& exchange) const;

  const DispatcherOptions options_;
  const DispatcherParts parts_;
  RateLimiter limiter_;
  MemoryBudget bodies_;
  std::unique_ptr<BoundedPool> search_;
  std::unique_ptr<BoundedPool> control_;
};

}  // namespace quarry::server
