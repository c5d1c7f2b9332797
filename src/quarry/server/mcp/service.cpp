#include "quarry/server/mcp/service.h"

#include <utility>

namespace quarry::server::mcp {
namespace {

constexpr std::string_view kServerInfoKey = "io.modelcontextprotocol/serverInfo";
constexpr std::string_view kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view kSubscriptionKey = "io.modelcontextprotocol/subscriptionId";
constexpr int kToolsFreshMs = 3'600'000;  // the list changes with the program only

constexpr std::string_view kInstructions =
    "Quarry finds code by describing what it does. Ask `search` in plain English when you do not know what "
    "something "
    "is called or where it is done; use grep for exact strings. Then `read_function` with a result's id, or "
    "`read_file`. Answers fit max_tokens; raise it, or follow next_cursor, for more.";

Json supported_versions() {
  Json versions = Json::array({kModernVersion});
  for (const std::string_view version : kLegacyVersions) versions.push_back(version);
  return versions;
}

bool is_legacy(std::string_view version) {
  return std::ranges::find(kLegacyVersions, version) != kLegacyVersions.end();
}

const Json* member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

tl::unexpected<RpcError> refuse(ErrorCode code, std::string why) {
  return tl::unexpected(RpcError{code, std::move(why)});
}

// Which era a request belongs to, or why it belongs to none.
tl::expected<bool, RpcError> is_modern(const Message& message) {
  const Json* meta = member(message.params, "_meta");
  const Json* version = meta == nullptr ? nullptr : member(*meta, kVersionKey);
  const Json* capabilities = meta == nullptr ? nullptr : member(*meta, kCapabilitiesKey);
  if (version == nullptr) {
    // Only revisions without a handshake know these.
    if (capabilities != nullptr || message.method == "server/discover" ||
        message.method == "subscriptions/listen") {
      return refuse(ErrorCode::invalid_params, fmt::format("params._meta lacks \"{}\"", kVersionKey));
    }
    return false;
  }
  if (!version->is_string()) {
    return refuse(ErrorCode::invalid_params,
                  fmt::format("params._meta: \"{}\" must be a string", kVersionKey));
  }
  const auto requested = version->get<std::string>();
  if (is_legacy(requested)) return false;
  if (requested != kModernVersion) {
    return tl::unexpected(
        RpcError{ErrorCode::unsupported_protocol_version,
                 "Unsupported protocol version",
                 {{"supported", supported_versions()}, {"requested", requested.substr(0, 100)}}});
  }
  if (capabilities == nullptr || !capabilities->is_object()) {
    return refuse(ErrorCode::invalid_params,
                  fmt::format("params._meta lacks the object \"{}\"", kCapabilitiesKey));
  }
  return true;
}

Json capabilities() {
  return {{"tools", Json::object()}};
}

Json describe(const Tool& tool) {
  return {{"name", tool.name},
          {"title", tool.title},
          {"description", tool.description},
          {"inputSchema", tool.input_schema()},
          {"outputSchema", tool.output_schema()},
          {"annotations",
           {{"title", tool.title},
            {"readOnlyHint", true},
            {"destructiveHint", false},
            {"idempotentHint", true},
            {"openWorldHint", false}}}};
}

tl::expected<Json, RpcError> list_tools(const Message& message) {
  // All of them stand on one page, so that no cursor was ever given.
  if (const Json* cursor = member(message.params, "cursor"); cursor != nullptr && !cursor->is_null()) {
    return refuse(ErrorCode::invalid_params, "cursor: not one that this server has given");
  }
  Json tools = Json::array();
  for (const Tool* tool : all_tools()) tools.push_back(describe(*tool));
  return Json{{"tools", std::move(tools)}};
}

Json failed_call(const Error& error) {
  return {{"content", Json::array({{{"type", "text"}, {"text", error.message}}})}, {"isError", true}};
}

tl::expected<Json, RpcError> call_tool(const Message& message, const Scope& scope,
                                       const EngineSource& source) {
  const Json* name = member(message.params, "name");
  if (name == nullptr || !name->is_string())
    return refuse(ErrorCode::invalid_params, "\"name\" of the tool is missing");
  const auto tools = all_tools();
  const auto tool = std::ranges::find(tools, name->get<std::string>(), &Tool::name);
  if (tool == tools.end()) {
    return refuse(ErrorCode::invalid_params,
                  fmt::format("Unknown tool: {}", name->get<std::string>().substr(0, 100)));
  }
  static const Json kNone = Json::object();
  const Json* arguments = member(message.params, "arguments");
  if (arguments == nullptr || arguments->is_null()) arguments = &kNone;
  if (!arguments->is_object()) return refuse(ErrorCode::invalid_params, "\"arguments\" must be an object");

  const auto engine = source();
  if (!engine) return failed_call(engine.error());
  Arguments taken(*arguments);
  auto answer = (*tool)->run(taken, {**engine, scope});
  if (!answer) return failed_call(answer.error());
  return Json{{"content", Json::array({{{"type", "text"}, {"text", std::move(answer->text)}}})},
              {"structuredContent", std::move(answer->structured)},
              {"isError", false}};
}

unsigned status_of(const RpcError& error, bool known_modern) {
  switch (error.code) {
    case ErrorCode::parse_error:
    case ErrorCode::invalid_request:
    case ErrorCode::header_mismatch:
    case ErrorCode::unsupported_protocol_version:
      return 400;
    case ErrorCode::method_not_found:
      return known_modern ? 404 : 200;
    case ErrorCode::invalid_params:
    case ErrorCode::internal_error:
      return 200;
  }
  return 200;
}

}  // namespace

Json Service::server_info() const {
  return {{"name", "quarry"}, {"title", "Quarry"}, {"version", version_}};
}

tl::expected<Json, RpcError> Service::answer(const Message& message, bool modern, const Scope& scope,
                                             const EngineSource& engine) const {
  if (message.method == "tools/list") {
    auto list = list_tools(message);
    if (list && modern) {
      (*list)["ttlMs"] = kToolsFreshMs;
      (*list)["cacheScope"] = "public";
    }
    return list;
  }
  if (message.method == "tools/call") return call_tool(message, scope, engine);
  if (modern && message.method == "server/discover") {
    return Json{{"supportedVersions", supported_versions()},
                {"capabilities", capabilities()},
                {"instructions", kInstructions},
                {"ttlMs", kToolsFreshMs},
                {"cacheScope", "public"}};
  }
  if (!modern && message.method == "initialize") {
    const Json* wanted = member(message.params, "protocolVersion");
    if (wanted == nullptr || !wanted->is_string()) {
      return refuse(ErrorCode::invalid_params, "initialize: \"protocolVersion\" is missing");
    }
    const auto version = wanted->get<std::string>();
    return Json{{"protocolVersion", is_legacy(version) ? version : std::string(kLegacyVersions.front())},
                {"capabilities", capabilities()},
                {"serverInfo", server_info()},
                {"instructions", kInstructions}};
  }
  if (!modern && message.method == "ping") return Json::object();
  return refuse(ErrorCode::method_not_found,
                fmt::format("Method not found: {}", message.method.substr(0, 100)));
}

Reply Service::handle(const Message& message, const Scope& scope, const EngineSource& engine) const {
  // No request is ever sent to a client, so that responses and notifications change nothing here.
  if (message.type != MessageType::request) return {{}, 202};
  const auto modern = is_modern(message);
  if (!modern) return {{error_response(message.id, modern.error())}, 400};

  if (*modern && message.method == "subscriptions/listen") {
    // Tools never change while the program runs: no kind of notification is promised, and the subscription
    // ends in good order at once.
    const Json meta{{kSubscriptionKey, message.id}};
    return {{notification("notifications/subscriptions/acknowledged",
                          {{"_meta", meta}, {"notifications", Json::object()}}),
             result_response(message.id, {{"resultType", "complete"}, {"_meta", meta}})},
            200};
  }
  auto result = answer(message, *modern, scope, engine);
  if (!result) return {{error_response(message.id, result.error())}, status_of(result.error(), *modern)};
  if (*modern) {
    (*result)["resultType"] = "complete";
    (*result)["_meta"] = {{kServerInfoKey, server_info()}};
  }
  return {{result_response(message.id, *std::move(result))}, 200};
}

}  // namespace quarry::server::mcp
