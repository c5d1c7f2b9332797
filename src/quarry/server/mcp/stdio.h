// MCP over standard streams: a JSON-RPC message a line in, a message a line out, and nothing else on either.
#pragma once

#include <cstddef>
#include <stop_token>

#include "quarry/base/result.h"
#include "quarry/server/mcp/service.h"

namespace quarry::server::mcp {

struct StdioOptions {
  int in = 0;
  int out = 1;
  std::size_t longest_message = std::size_t{4} << 20;  // bytes; a longer line is refused and skipped
  std::size_t most_waiting = 64;                       // tool calls that wait; more are refused
  std::stop_token stop = {};  // ends serving as the end of input does, without waiting
};

// Serves until the client closes its end, then answers what it had asked before and returns. Messages that
// need no index are answered at once; tool calls one after another on a thread of their own, so that a client
// can cancel them: a cancelled call gets no answer. ErrorKind::io where a stream fails for another reason
// than the client's leaving.
[[nodiscard]] Status serve_stdio(const Service& service, const Scope& scope, const EngineSource& engine,
                                 const StdioOptions& options);

}  // namespace quarry::server::mcp
