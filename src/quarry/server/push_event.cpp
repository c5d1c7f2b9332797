#include "quarry/server/push_event.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "quarry/base/ascii.h"
#include "quarry/base/json_depth.h"

namespace quarry::server {
namespace {

using Json = nlohmann::json;
using Digest = std::array<unsigned char, 32>;

Digest hmac_sha256(std::string_view key, std::string_view bytes) {
  Digest digest{};
  unsigned int size = digest.size();
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data(), &size);
  return digest;
}

// Digests of both, so that neither content nor length shows in the time it takes.
bool same_secret(std::string_view given, std::string_view wanted) {
  const Digest a = hmac_sha256("compare", given);
  const Digest b = hmac_sha256("compare", wanted);
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string hex(std::span<const unsigned char> bytes) {
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

std::string text_at(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found == object.end() || !found->is_string() ? std::string{} : found->get<std::string>();
}

void add_remotes(const Json& object, std::initializer_list<const char*> keys, PushEvent& event) {
  for (const char* key : keys) {
    if (const std::string url = text_at(object, key); !url.empty()) event.remotes.push_back(remote_key(url));
  }
}

}  // namespace

std::string remote_key(std::string_view url) {
  std::string text(url);
  while (text.ends_with('/')) text.pop_back();
  if (text.ends_with(".git")) text.resize(text.size() - 4);
  const auto scheme = text.find("://");
  if (scheme == std::string::npos) {
    // git@host:path is ssh's short form; a '/' before the ':' makes it a path.
    const auto colon = text.find(':');
    if (colon == std::string::npos || text.find('/') < colon) return text;
    text[colon] = '/';
    const auto at = text.find('@');
    text.erase(0, at < colon ? at + 1 : 0);
  } else {
    if (text.starts_with("file://")) return text.substr(7);
    text.erase(0, scheme + 3);
    const auto slash = text.find('/');
    const auto at = text.rfind('@', slash);
    if (at != std::string::npos) text.erase(0, at + 1);
    const auto end = text.find('/');
    const auto port = text.find(':');
    if (port != std::string::npos && port < end) {
      // Forges are told apart by their name: the port differs between ssh and https.
      text.erase(port, (end == std::string::npos ? text.size() : end) - port);
    }
  }
  const auto host = std::min(text.find('/'), text.size());
  std::transform(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(host), text.begin(),
                 ascii::to_lower);
  return text;
}

Result<PushEvent> read_push_event(const Request& request, const WebhookSecrets& secrets) {
  const auto signature = request.header("x-hub-signature-256");
  const auto token = request.header("x-gitlab-token");
  const bool by_signature =
      signature && !secrets.github.empty() &&
      same_secret(*signature, "sha256=" + hex(hmac_sha256(secrets.github, request.body)));
  const bool by_token = token && !secrets.gitlab.empty() && same_secret(*token, secrets.gitlab);
  if (!by_signature && !by_token) {
    return fail(ErrorKind::not_found, "the event is not signed with this server's secret");
  }
  if (json_depth(request.body) > kMaxJsonDepth)
    return fail(ErrorKind::invalid_argument, "the event is nested more than {} deep", kMaxJsonDepth);
  const Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) return fail(ErrorKind::invalid_argument, "the event is not a JSON object");

  PushEvent event;
  const auto kind = request.header(by_signature ? "x-github-event" : "x-gitlab-event");
  event.kind = kind.value_or("push");
  event.push = event.kind == "push" || event.kind == "Push Hook" || event.kind == "Tag Push Hook" ||
               (event.kind == "System Hook" && text_at(body, "object_kind") == "push");
  if (!event.push) return event;

  const Json none = Json::object();
  const auto part = [&](const char* key) -> const Json& { return body.contains(key) ? body[key] : none; };
  const Json& repository = part("repository");
  const Json& project = part("project");
  event.repository = text_at(repository, "full_name");
  if (event.repository.empty()) event.repository = text_at(project, "path_with_namespace");
  add_remotes(repository, {"clone_url", "ssh_url", "git_url", "html_url", "git_http_url", "git_ssh_url"},
              event);
  add_remotes(project, {"git_http_url", "git_ssh_url", "http_url", "ssh_url", "web_url"}, event);
  std::ranges::sort(event.remotes);
  event.remotes.erase(std::unique(event.remotes.begin(), event.remotes.end()), event.remotes.end());
  if (event.remotes.empty())
    return fail(ErrorKind::invalid_argument, "the event names no address of a repository");
  event.default_branch = text_at(repository, "default_branch");
  if (event.default_branch.empty()) event.default_branch = text_at(project, "default_branch");
  constexpr std::string_view kHeads = "refs/heads/";
  if (const std::string ref = text_at(body, "ref"); ref.starts_with(kHeads))
    event.branch = ref.substr(kHeads.size());
  return event;
}

}  // namespace quarry::server
