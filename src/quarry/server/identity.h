// The names under which a request is found again in logs and traces.
#pragma once

#include <string>

#include "quarry/model/trace_context.h"
#include "quarry/server/message.h"

namespace quarry::server {

// The client's X-Request-Id where it is 1 to 128 letters, digits and "._-", else a new one of 32 hex digits.
[[nodiscard]] std::string request_id_of(const Request& request);

// The W3C trace context to pass on: the client's trace with a span of our own, and its tracestate as it is;
// empty where the client sent none or a malformed one.
[[nodiscard]] model::TraceContext trace_of(const Request& request);

// Now, in UTC: "2026-11-24T19:00:00.123Z".
[[nodiscard]] std::string timestamp_now();

}  // namespace quarry::server
