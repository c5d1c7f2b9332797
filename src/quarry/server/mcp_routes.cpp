// POST /mcp: the Model Context Protocol over streamable HTTP, without sessions in either era.

#include <openssl/evp.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "quarry/base/ascii.h"
#include "quarry/server/integrations.h"
#include "quarry/server/mcp/service.h"
#include "quarry/server/served_index.h"

namespace quarry::server {
namespace {

using mcp::ErrorCode;
using mcp::Json;
using mcp::RpcError;

constexpr std::size_t kLongestMessage = std::size_t{4} << 20;
constexpr std::string_view kEventStream = "text/event-stream";

bool is_this_machine(std::string_view origin) {
  const auto scheme = origin.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view authority = origin.substr(scheme + 3);
  for (const std::string_view host : {"localhost", "127.0.0.1", "[::1]"}) {
    if (!authority.starts_with(host)) continue;
    const std::string_view rest = authority.substr(host.size());
    const bool port = rest.starts_with(':') && rest.size() > 1 &&
                      rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
    if (rest.empty() || port) return true;
  }
  return false;
}

// Media types named in an Accept header; what it says about preference changes nothing here.
bool accepts(const Request& request, std::string_view type) {
  const auto header = request.header("accept");
  if (!header) return true;
  const std::string all = ascii::lower(*header);
  for (std::size_t at = 0; at <= all.size();) {
    const std::size_t end = std::min(all.find(',', at), all.size());
    std::string_view item = std::string_view(all).substr(at, end - at);
    item = item.substr(0, item.find(';'));
    const auto first = item.find_first_not_of(" \t");
    const auto last = item.find_last_not_of(" \t");
    if (first != std::string_view::npos) {
      item = item.substr(first, last - first + 1);
      if (item == type || item == "*/*" || item == std::string(type.substr(0, type.find('/'))) + "/*")
        return true;
    }
    at = end + 1;
  }
  return false;
}

// "=?base64?...?=" as names that do not fit into a header are sent; anything else is itself. Nothing where it
// is broken.
std::optional<std::string> header_value(std::string_view text) {
  constexpr std::string_view kOpen = "=?base64?";
  constexpr std::string_view kClose = "?=";
  if (!text.starts_with(kOpen) || !text.ends_with(kClose) || text.size() < kOpen.size() + kClose.size()) {
    return std::string(text);
  }
  text.remove_prefix(kOpen.size());
  text.remove_suffix(kClose.size());
  if (text.size() % 4 != 0 || text.size() > 65'536) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

Response json(const Json& message, unsigned status) {
  Response response;
  response.status = status;
  response.body = mcp::to_text(message);
  return response;
}

Response refuse(const Json& id, unsigned status, ErrorCode code, std::string why) {
  return json(mcp::error_response(id, {code, std::move(why)}), status);
}

Json supported() {
  Json versions = Json::array({mcp::kModernVersion});
  for (const std::string_view version : mcp::kLegacyVersions) versions.push_back(version);
  return versions;
}

const Json* version_in(const mcp::Message& message) {
  const auto meta = message.params.find("_meta");
  if (meta == message.params.end() || !meta->is_object()) return nullptr;
  const auto version = meta->find(mcp::kVersionKey);
  return version == meta->end() || !version->is_string() ? nullptr : &*version;
}

// Revision 2026-07-28 repeats parts of the body in headers, for those on the way; both must say the same.
std::optional<RpcError> mismatch(const Request& request, const mcp::Message& message) {
  const auto differ = [](std::string_view name, std::string_view why) {
    return RpcError{ErrorCode::header_mismatch, fmt::format("Header mismatch: {} {}", name, why)};
  };
  const auto method = request.header("mcp-method");
  if (!method) return differ("Mcp-Method", "is missing");
  if (*method != message.method) return differ("Mcp-Method", "is not the method of the body");
  if (message.method != "tools/call") return std::nullopt;
  const auto name = message.params.find("name");
  if (name == message.params.end() || !name->is_string()) return std::nullopt;  // wrong in itself
  const auto named = request.header("mcp-name");
  if (!named) return differ("Mcp-Name", "is missing");
  const auto value = header_value(*named);
  if (!value || *value != name->get<std::string>()) return differ("Mcp-Name", "is not the name in the body");
  return std::nullopt;
}

// What the protocol's version in header and body is wrong about.
std::optional<Response> check_version(const Request& request, const mcp::Message& message) {
  const auto header = request.header("mcp-protocol-version");
  const Json* body = version_in(message);
  if (header && *header != mcp::kModernVersion &&
      std::ranges::find(mcp::kLegacyVersions, *header) == mcp::kLegacyVersions.end()) {
    return json(mcp::error_response(message.id,
                                    {ErrorCode::unsupported_protocol_version,
                                     "Unsupported protocol version",
                                     {{"supported", supported()}, {"requested", header->substr(0, 100)}}}),
                400);
  }
  if (message.type != mcp::MessageType::request) return std::nullopt;
  if (body != nullptr) {
    if (!header) {
      return refuse(message.id, 400, ErrorCode::header_mismatch,
                    "Header mismatch: MCP-Protocol-Version is missing");
    }
    if (body->get<std::string>() != *header) {
      return refuse(message.id, 400, ErrorCode::header_mismatch,
                    "Header mismatch: MCP-Protocol-Version is not the version in the body");
    }
  } else if (header && *header == mcp::kModernVersion) {
    return refuse(message.id, 400, ErrorCode::invalid_params,
                  fmt::format("params._meta lacks the string \"{}\"", mcp::kVersionKey));
  }
  if (header && *header == mcp::kModernVersion) {
    if (const auto error = mismatch(request, message))
      return json(mcp::error_response(message.id, *error), 400);
  }
  return std::nullopt;
}

Response streamed(const std::vector<Json>& messages) {
  Response response;
  response.content_type = kEventStream;
  response.headers.emplace_back("X-Accel-Buffering", "no");
  response.headers.emplace_back("Cache-Control", "no-cache");
  for (const Json& message : messages)
    response.body += "event: message\ndata: " + mcp::to_text(message) + "\n\n";
  return response;
}

class McpEndpoint {
 public:
  explicit McpEndpoint(const Integrations& integrations)
      : origins_(integrations.allowed_origins), service_(integrations.version) {}

  Response operator()(const Request& request, Context& context) const {
    const auto origin = request.header("origin");
    if (origin && !allows(*origin)) {
      return refuse(nullptr, 403, ErrorCode::invalid_request, "web pages of this origin may not call");
    }
    auto response = answer(request, context);
    if (origin) share(response, *origin);
    return response;
  }

  // A browser asks first whether a page of another origin may call:
  // https://fetch.spec.whatwg.org/#http-cors-protocol
  Response preflight(const Request& request, Context&) const {
    Response response{.status = 204};
    response.headers.emplace_back("Allow", "POST, OPTIONS");
    const auto origin = request.header("origin");
    if (!origin || !allows(*origin)) return response;
    share(response, *origin);
    response.headers.emplace_back("Access-Control-Allow-Methods", "POST");
    response.headers.emplace_back("Access-Control-Allow-Headers",
                                  "Authorization, Content-Type, X-API-Key, MCP-Protocol-Version, Mcp-Method, "
                                  "Mcp-Name, Mcp-Session-Id, Last-Event-ID");
    response.headers.emplace_back("Access-Control-Max-Age", "600");
    return response;
  }

 private:
  [[nodiscard]] Response answer(const Request& request, Context& context) const {
    const bool takes_json = accepts(request, "application/json");
    const bool takes_stream = accepts(request, kEventStream);
    if (!takes_json && !takes_stream) {
      return refuse(nullptr, 406, ErrorCode::invalid_request,
                    "the answer is application/json or text/event-stream; Accept must name both");
    }
    const auto message = mcp::parse_message(request.body);
    if (!message) return json(mcp::error_response(message.error().id, message.error().error), 400);
    if (auto refusal = check_version(request, *message)) return *std::move(refusal);

    const mcp::Scope scope{.repositories = context.caller.repositories, .local = false};
    const mcp::Reply reply = service_.handle(
        *message, scope,
        [&]() -> Result<std::shared_ptr<const search::Engine>> { return context.index->engine; });
    if (reply.messages.empty()) {
      Response accepted;
      accepted.status = reply.http_status;
      accepted.content_type.clear();
      return accepted;
    }
    if (reply.messages.size() > 1 && !takes_stream) {
      return refuse(message->id, 406, ErrorCode::invalid_request, "this method answers text/event-stream");
    }
    if (reply.messages.size() > 1 || !takes_json) return streamed(reply.messages);
    return json(reply.messages.front(), reply.http_status);
  }

  [[nodiscard]] bool allows(std::string_view given) const {
    const std::string origin = ascii::lower(given);
    return is_this_machine(origin) || std::ranges::find(origins_, origin) != origins_.end();
  }

  static void share(Response& response, std::string_view origin) {
    response.headers.emplace_back("Access-Control-Allow-Origin", origin);
    response.headers.emplace_back("Vary", "Origin");
  }

  // What keeps a page of somewhere else from talking to a server on the user's machine. Programs send no
  // origin.
  const std::vector<std::string> origins_;
  mcp::Service service_;
};

}  // namespace

void add_mcp_routes(Router& router, const Integrations& integrations) {
  auto endpoint = std::make_shared<const McpEndpoint>(integrations);
  router.add({.method = Method::post,
              .pattern = "/mcp",
              .handler = [endpoint](const Request& request,
                                    Context& context) { return (*endpoint)(request, context); },
              .max_body = kLongestMessage,
              .checks_origin = true});
  router.add({.method = Method::options,
              .pattern = "/mcp",
              .handler = [endpoint](const Request& request,
                                    Context& context) { return endpoint->preflight(request, context); },
              .access = Access::open,
              .lane = Lane::io,
              .checks_origin = true});
}

}  // namespace quarry::server
