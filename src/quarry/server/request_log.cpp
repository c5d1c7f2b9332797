#include "quarry/server/request_log.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "quarry/server/identity.h"
#include "quarry/server/router.h"
#include "quarry/server/served_index.h"

namespace quarry::server {
namespace {

std::string to_line(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void RequestLog::note_request(const Exchange& exchange, double seconds) {
  if (sink_ == nullptr || level_ == LogLevel::off) return;
  const unsigned status = exchange.response.status;
  const bool failure = status >= 500 || status == 401 || status == 403;
  if (level_ == LogLevel::errors && !failure) return;
  const auto& context = exchange.context;
  nlohmann::ordered_json json{{"time", timestamp_now()},
                              {"level", status >= 500 ? "error"
                                        : failure     ? "warning"
                                                      : "info"},
                              {"event", "request"},
                              {"request_id", context.request_id}};
  // "00-<32 hex digits>-...".
  if (!context.trace.parent.empty()) json["trace_id"] = context.trace.parent.substr(3, 32);
  json["client"] = exchange.request.peer;
  if (!context.caller.name.empty()) json["key"] = context.caller.name;
  json["method"] = name_of(exchange.request.method);
  json["route"] = exchange.route == nullptr ? "none" : exchange.route->name;
  if (queries_) json["target"] = exchange.request.target;
  json["status"] = status;
  json["seconds"] = std::round(seconds * 1e6) / 1e6;
  json["bytes"] =
      exchange.response.asset.empty() ? exchange.response.body.size() : exchange.response.asset.size();
  if (context.index != nullptr) json["index"] = context.index->label;
  sink_->write(to_line(json));
}

void RequestLog::note_message(std::string_view message) {
  if (sink_ == nullptr || level_ == LogLevel::off) return;
  sink_->write(
      to_line({{"time", timestamp_now()}, {"level", "info"}, {"event", "message"}, {"message", message}}));
}

}  // namespace quarry::server
