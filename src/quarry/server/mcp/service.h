// The Model Context Protocol without a transport: one message in, what to send back out.
//
// Both eras are served at once. A request that carries io.modelcontextprotocol/protocolVersion in its _meta
// is answered by revision 2026-07-28, which knows no sessions; every other one by the revisions that begin
// with `initialize` (2025-11-25 and before). No state is kept between messages in either: what `initialize`
// agreed on changes nothing in what follows.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "quarry/server/mcp/json_rpc.h"
#include "quarry/server/mcp/tool.h"

namespace quarry::server::mcp {

inline constexpr std::string_view kModernVersion = "2026-07-28";
// Newest first; `initialize` agrees on one of them. Batches, which 2025-03-26 had, are refused.
inline constexpr std::array<std::string_view, 4> kLegacyVersions{"2025-11-25", "2025-06-18", "2025-03-26",
                                                                 "2024-11-05"};
inline constexpr std::string_view kVersionKey = "io.modelcontextprotocol/protocolVersion";

// The engine to answer one call with; an error becomes the answer of the tool. May take its time.
using EngineSource = std::function<Result<std::shared_ptr<const search::Engine>>()>;

struct Reply {
  std::vector<Json> messages;  // to send in this order; the response is the last one. Empty for notifications
  unsigned http_status = 200;
};

// Thread-safe.
class Service {
 public:
  // `version` is the program's, as clients show it.
  explicit Service(std::string version) : version_(std::move(version)) {}

  [[nodiscard]] Reply handle(const Message& message, const Scope& scope, const EngineSource& engine) const;

  // True for messages that are answered at once; others (tool calls) may wait for an engine.
  [[nodiscard]] static bool is_quick(const Message& message) { return message.method != "tools/call"; }

 private:
  [[nodiscard]] tl::expected<Json, RpcError> answer(const Message& message, bool modern, const Scope& scope,
                                                    const EngineSource& engine) const;
  [[nodiscard]] Json server_info() const;
  std::string version_;
};

}  // namespace quarry::server::mcp
