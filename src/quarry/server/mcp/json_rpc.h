// JSON-RPC 2.0 as the Model Context Protocol narrows it: one message at a time, ids that are strings or
// integers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace quarry::server::mcp {

using Json = nlohmann::ordered_json;

// https://www.jsonrpc.org/specification#error_object, and what revision 2026-07-28 of the protocol adds.
enum class ErrorCode : int {
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  internal_error = -32603,
  header_mismatch = -32020,
  unsupported_protocol_version = -32022,
};

struct RpcError {
  ErrorCode code;
  std::string message;
  Json data = nullptr;  // left out where null
};

enum class MessageType : std::uint8_t { request, notification, response };

struct Message {
  MessageType type = MessageType::request;
  Json id = nullptr;  // of requests and responses
  std::string method;
  Json params = Json::object();  // an object, empty where absent
};

// What is wrong with a message, and the id to answer it with (null where it could not be read).
struct BadMessage {
  Json id = nullptr;
  RpcError error;
};

// Of all objects of a message together. Json keeps their order and looks each one up among those before it,
// so that a message of nothing but members would take minutes; no client has reason to send more than some
// dozens.
inline constexpr std::size_t kMostMembers = 4096;

// Refuses what is no JSON (-32700), and batches, other versions, ids and params of another type, more than
// kMostMembers, and nesting beyond kMaxJsonDepth (-32600).
[[nodiscard]] tl::expected<Message, BadMessage> parse_message(std::string_view text);

[[nodiscard]] Json result_response(const Json& id, Json result);
// Without an id where it is null: the protocol's schema has none there.
[[nodiscard]] Json error_response(const Json& id, const RpcError& error);
[[nodiscard]] Json notification(std::string_view method, Json params);

// One line without line feeds in it, nor bytes that are no UTF-8.
[[nodiscard]] std::string to_text(const Json& message);

}  // namespace quarry::server::mcp
