#include "quarry/server/access.h"

#include <arpa/inet.h>

#include <algorithm>

#include "quarry/base/ascii.h"

namespace quarry::server {
namespace {

bool same(const FileStatus& a, const FileStatus& b) {
  return a.mtime_ns == b.mtime_ns && a.size == b.size && a.inode == b.inode;
}

Response unauthorized(std::string_view detail) {
  auto response = problem(401, detail);
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

// "example.org" of "example.org:8080", "::1" of "[::1]:8080".
std::string_view host_name(std::string_view host) {
  if (!host.starts_with('[')) return host.substr(0, host.find(':'));
  const auto close = host.find(']');
  if (close == std::string_view::npos) return {};
  const auto rest = host.substr(close + 1);
  return rest.empty() || rest.starts_with(':') ? host.substr(1, close - 1) : std::string_view{};
}

// Addresses and the one name that no resolver may point elsewhere; "127.0.0.1.example.org" is neither.
bool is_loopback_name(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  in_addr address{};
  return host.starts_with("127.") && ::inet_pton(AF_INET, std::string(host).c_str(), &address) == 1;
}

// The secret of "Authorization: Bearer SECRET" or "X-API-Key: SECRET"; nothing where neither is sent.
std::optional<std::string_view> credential_of(const Request& request) {
  if (const auto key = request.header("x-api-key")) return *key;
  auto value = request.header("authorization").value_or("");
  constexpr std::string_view kBearer = "bearer ";
  if (value.size() <= kBearer.size()) return std::nullopt;
  const bool bearer = std::ranges::equal(value.substr(0, kBearer.size()), kBearer,
                                         [](char a, char b) { return ascii::to_lower(a) == b; });
  if (!bearer) return std::nullopt;
  value.remove_prefix(kBearer.size());
  return value;
}

bool may(const ApiKey& key, Access wanted) {
  const auto has = [&](Scope scope) { return (key.scopes & static_cast<std::uint8_t>(scope)) != 0; };
  if (has(Scope::admin)) return true;
  if (wanted == Access::metrics) return has(Scope::metrics);
  return wanted == Access::search && has(Scope::search);
}

Caller to_caller(const ApiKey& key) {
  return {.name = key.name,
          .admin = (key.scopes & static_cast<std::uint8_t>(Scope::admin)) != 0,
          .repositories = key.repositories};
}

}  // namespace

Result<std::unique_ptr<AccessControl>> AccessControl::open(FileSystem& files, AccessOptions options) {
  std::unique_ptr<AccessControl> access(new AccessControl(files, std::move(options)));
  if (!access->options_.keys.empty()) {
    if (const auto status = files.status(access->options_.keys)) access->key_file_ = *status;
    QUARRY_TRY(auto keys, read_keys(files, access->options_.keys));
    access->keys_ = std::make_shared<const std::vector<ApiKey>>(std::move(keys));
  }
  if (access->options_.oidc) {
    QUARRY_TRY(access->tokens_, TokenVerifier::open(*access->options_.oidc));
  }
  return access;
}

// What a browser says about the page that asks: pages of others get nothing.
std::optional<Response> AccessControl::check_origin(const Request& request, bool checks_origin) const {
  const auto host = host_name(request.header("host").value_or(""));
  const bool known =
      is_loopback_name(host) || std::ranges::find(options_.hosts, host) != options_.hosts.end();
  if (!asks_for_credentials() && !options_.hosts.empty() && !known) {
    return problem(
        421, "this server does not answer under that name; start it with --server-name NAME to allow it");
  }
  const auto origin = request.header("origin");
  if (checks_origin || !origin || request.header("sec-fetch-site").value_or("") == "same-origin")
    return std::nullopt;
  const auto scheme = origin->find("://");
  const auto from =
      scheme == std::string_view::npos ? std::string_view{} : host_name(origin->substr(scheme + 3));
  const bool ours =
      !from.empty() && (from == host || std::ranges::find(options_.hosts, from) != options_.hosts.end());
  if (ours || request.method == Method::get || request.method == Method::head) return std::nullopt;
  return problem(403, "this server takes no requests from pages of other origins");
}

std::optional<ApiKey> AccessControl::identify(std::string_view credential) const {
  std::shared_ptr<const std::vector<ApiKey>> keys;
  {
    const std::lock_guard lock(mutex_);
    keys = keys_;
  }
  if (keys != nullptr) {
    if (const auto* key = find_key(*keys, credential)) return *key;
  }
  if (tokens_ == nullptr) return std::nullopt;
  auto token = tokens_->verify(credential, std::chrono::system_clock::now());
  return token ? std::optional(std::move(*token)) : std::nullopt;
}

AccessControl::Verdict AccessControl::check(const Request& request, const Route& route) const {
  const Access wanted = route.access;
  if (auto refusal = check_origin(request, route.checks_origin))
    return {.caller = {}, .refusal = std::move(refusal)};
  if (wanted == Access::open || wanted == Access::signature) return {};
  if (!asks_for_credentials()) {
    // Without keys whoever reaches the server may do everything; on a public one, search.
    const bool allowed = !options_.public_search || wanted == Access::search;
    if (allowed)
      return {.caller = {.name = {}, .admin = !options_.public_search, .repositories = {}}, .refusal = {}};
    return {.caller = {}, .refusal = problem(403, "this needs a key, and the server has none: see --keys")};
  }
  const auto credential = credential_of(request);
  if (!credential) {
    if (options_.public_search && wanted == Access::search) return {};
    return {.caller = {}, .refusal = unauthorized("a key is needed: Authorization: Bearer KEY")};
  }
  const auto key = identify(*credential);
  if (!key) return {.caller = {}, .refusal = unauthorized("the key or token is not valid")};
  if (!may(*key, wanted))
    return {.caller = to_caller(*key), .refusal = problem(403, "the key does not allow this")};
  return {.caller = to_caller(*key), .refusal = {}};
}

Status AccessControl::refresh() {
  const std::lock_guard refreshing(refreshing_);
  if (!options_.keys.empty()) {
    const auto status = files_.status(options_.keys);
    if (!status) return tl::unexpected(status.error());
    if (!same(*status, key_file_)) {
      key_file_ = *status;
      QUARRY_TRY(auto keys, read_keys(files_, options_.keys));
      const std::lock_guard lock(mutex_);
      keys_ = std::make_shared<const std::vector<ApiKey>>(std::move(keys));
    }
  }
  return tokens_ == nullptr ? Status{} : tokens_->refresh();
}

}  // namespace quarry::server
