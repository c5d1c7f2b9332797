// One JSON line a request for operators: who asked which route, how it went. Never what was asked for, unless
// told to.
#pragma once

#include <memory>
#include <string_view>

#include "quarry/server/exchange.h"
#include "quarry/server/line_sink.h"

namespace quarry::server {

enum class LogLevel : std::uint8_t { off, errors, requests };

// Thread-safe.
class RequestLog {
 public:
  RequestLog(std::unique_ptr<LineSink> sink, LogLevel level, bool queries)
      : sink_(std::move(sink)), level_(level), queries_(queries) {}

  // {"time", "level", "event": "request", "request_id", "trace_id", "client", "key", "method", "route",
  // "status",
  //  "seconds", "bytes", "index"}, with --log-queries also "target". At level errors only refusals of access
  //  and failures of the server are written.
  void note_request(const Exchange& exchange, double seconds);
  // {"time", "level", "event": "message", "message"}: starts, reloads, ends.
  void note_message(std::string_view message);

  [[nodiscard]] std::uint64_t take_lost() { return sink_ == nullptr ? 0 : sink_->take_lost(); }
  void reopen() {
    if (sink_ != nullptr) sink_->reopen();
  }

 private:
  std::unique_ptr<LineSink> sink_;  // null: off
  LogLevel level_;
  bool queries_;
};

}  // namespace quarry::server
