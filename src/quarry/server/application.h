// What a connection asks of the server: whether a request is let in, its answer, and how the answer is
// dressed. Connections know nothing else of the server, and the server nothing of connections.
//
//   header complete ─► admit() ─┬─ refusal ─────────────────────────────┐
//                               └─ body read ─► handle() ─► handler ─► finish() ─► sent
#pragma once

#include <functional>
#include <string_view>

#include "quarry/server/exchange.h"
#include "quarry/server/limits.h"

namespace quarry::server {

// Thread-safe.
class Application {
 public:
  virtual ~Application() = default;

  // On the connection's thread, with the header alone. False: not let in, `exchange.response` says why, and a
  // body need not be read. True: `exchange.body_limit` says how much of one may be.
  [[nodiscard]] virtual bool admit(Exchange& exchange) = 0;

  // Instead of admit() or handle(), where the connection itself refuses what it reads.
  virtual void reject(Exchange& exchange, unsigned status, std::string_view detail) = 0;

  // With the body. Calls `done` once, from any thread, maybe before it returns; `exchange.response` is then
  // the answer.
  virtual void handle(SharedExchange exchange, std::function<void()> done) = 0;

  // Every answer passes here last, on the connection's thread: headers that all have, log and metrics.
  virtual void finish(Exchange& exchange) = 0;

  // Waits for the handlers that run; nothing may be handled any more.
  virtual void join() = 0;

  [[nodiscard]] virtual const Limits& limits() const = 0;
};

}  // namespace quarry::server
