#include "quarry/server/mcp/json_rpc.h"

#include <fmt/core.h>

#include <utility>

#include "quarry/base/json_depth.h"

namespace quarry::server::mcp {
namespace {

tl::unexpected<BadMessage> invalid(Json id, std::string why) {
  return tl::unexpected(BadMessage{std::move(id), {ErrorCode::invalid_request, std::move(why)}});
}

// Counted before parsing: the colons outside of strings.
std::size_t count_members(std::string_view text) {
  std::size_t members = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (c == ':' && !in_string) {
      ++members;
    }
  }
  return members;
}

}  // namespace

tl::expected<Message, BadMessage> parse_message(std::string_view text) {
  if (json_depth(text) > kMaxJsonDepth) {
    return invalid(nullptr, fmt::format("the message is nested more than {} deep", kMaxJsonDepth));
  }
  if (count_members(text) > kMostMembers) {
    return invalid(nullptr, fmt::format("the message has more than {} members", kMostMembers));
  }
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) {
    return tl::unexpected(
        BadMessage{nullptr, {ErrorCode::parse_error, "the message is not valid JSON in UTF-8"}});
  }
  if (value.is_array()) {
    return invalid(nullptr, "batches are not part of this protocol; send one message at a time");
  }
  if (!value.is_object()) return invalid(nullptr, "a message is a JSON object");

  Message message;
  const auto id = value.find("id");
  const bool has_id = id != value.end();
  if (has_id) {
    if (!id->is_string() && !id->is_number_integer()) {
      return invalid(nullptr, "the id of a message is a string or a whole number");
    }
    message.id = *id;
  }
  const auto version = value.find("jsonrpc");
  if (version == value.end() || *version != "2.0") return invalid(message.id, "\"jsonrpc\" must be \"2.0\"");
  const auto method = value.find("method");
  if (method == value.end()) {
    if (!has_id || (!value.contains("result") && !value.contains("error"))) {
      return invalid(message.id, "the message has no \"method\"");
    }
    message.type = MessageType::response;
    return message;
  }
  if (!method->is_string()) return invalid(message.id, "\"method\" must be a string");
  message.method = method->get<std::string>();
  message.type = has_id ? MessageType::request : MessageType::notification;
  if (const auto params = value.find("params"); params != value.end()) {
    if (!params->is_object()) return invalid(message.id, "\"params\" must be an object");
    message.params = std::move(*params);
  }
  return message;
}

Json result_response(const Json& id, Json result) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
}

Json error_response(const Json& id, const RpcError& error) {
  Json response{{"jsonrpc", "2.0"}};
  if (!id.is_null()) response["id"] = id;
  response["error"] = {{"code", static_cast<int>(error.code)}, {"message", error.message}};
  if (!error.data.is_null()) response["error"]["data"] = error.data;
  return response;
}

Json notification(std::string_view method, Json params) {
  return {{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
}

std::string to_text(const Json& message) {
  return message.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace quarry::server::mcp
