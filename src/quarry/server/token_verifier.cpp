#include "quarry/server/token_verifier.h"

#include <cjose/cjose.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "quarry/server/json_body.h"

namespace quarry::server {
namespace {

using std::chrono::system_clock;

constexpr std::size_t kMaxToken = 16384;
constexpr std::size_t kMaxKeys = std::size_t{1} << 20;  // bytes of a key set
constexpr std::chrono::minutes kKeysAge{10};
constexpr std::chrono::seconds kUnknownKeyPause{30};
constexpr std::int64_t kLeeway = 60;  // seconds that clocks may differ
// Signatures of key pairs only: never "none", never a shared secret.
constexpr std::array<std::string_view, 9> kAlgorithms{"RS256", "RS384", "RS512", "PS256", "PS384",
                                                      "PS512", "ES256", "ES384", "ES512"};

struct ReleaseKey {
  void operator()(cjose_jwk_t* key) const { ::cjose_jwk_release(key); }
};
struct ReleaseToken {
  void operator()(cjose_jws_t* token) const { ::cjose_jws_release(token); }
};
using Key = std::unique_ptr<cjose_jwk_t, ReleaseKey>;
using Token = std::unique_ptr<cjose_jws_t, ReleaseToken>;

auto refused(std::string_view why) {
  return fail(ErrorKind::invalid_argument, "the token is not accepted: {}", why);
}

bool is_audience(const nlohmann::json& claims, const std::string& audience) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  if (found->is_string()) return found->get_ref<const std::string&>() == audience;
  return found->is_array() && std::ranges::any_of(*found, [&](const auto& each) {
           return each.is_string() && each.template get_ref<const std::string&>() == audience;
         });
}

std::optional<std::int64_t> time_claim(const nlohmann::json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!(seconds > -1e15 && seconds < 1e15)) return std::nullopt;
  return static_cast<std::int64_t>(seconds);
}

// "scope": "openid quarry:admin", "scp" or "roles": ["quarry:admin"].
bool has_scope(const nlohmann::json& claims, std::string_view wanted) {
  for (const char* name : {"scope", "scp", "roles"}) {
    const auto found = claims.find(name);
    if (found == claims.end()) continue;
    if (found->is_array()) {
      for (const auto& each : *found) {
        if (each.is_string() && each.get_ref<const std::string&>() == wanted) return true;
      }
    } else if (found->is_string()) {
      const std::string words = fmt::format(" {} ", found->get_ref<const std::string&>());
      if (words.find(fmt::format(" {} ", wanted)) != std::string::npos) return true;
    }
  }
  return false;
}

Result<ApiKey> grant_of(const nlohmann::json& claims) {
  ApiKey grant;
  const auto subject = claims.find("sub");
  if (subject == claims.end() || !subject->is_string()) return refused("it has no subject");
  grant.name = fmt::format("oidc:{}", subject->get_ref<const std::string&>().substr(0, 200));
  grant.scopes = static_cast<std::uint8_t>(Scope::search);
  if (has_scope(claims, "quarry:metrics")) grant.scopes |= static_cast<std::uint8_t>(Scope::metrics);
  if (has_scope(claims, "quarry:admin")) grant.scopes |= static_cast<std::uint8_t>(Scope::admin);
  if (const auto names = claims.find("quarry_repositories"); names != claims.end()) {
    grant.repositories.emplace();
    if (!names->is_array()) return refused("quarry_repositories is no list");
    for (const auto& name : *names) {
      if (!name.is_string()) return refused("quarry_repositories is no list of names");
      grant.repositories->push_back(name.get<std::string>());
    }
  }
  return grant;
}

// Somebody waits for it who wants to sign in.
model::HttpOptions keys_client() {
  model::HttpOptions options;
  options.max_response_bytes = kMaxKeys;
  options.total_timeout = std::chrono::seconds(10);
  options.retries = 1;
  options.longest_wait = std::chrono::seconds(1);
  return options;
}

}  // namespace

struct TokenVerifier::Keys {
  std::map<std::string, Key, std::less<>> by_id;
};

TokenVerifier::TokenVerifier(TokenIssuer issuer) : issuer_(std::move(issuer)), client_(keys_client()) {}

TokenVerifier::~TokenVerifier() = default;

Result<std::shared_ptr<const TokenVerifier::Keys>> TokenVerifier::fetch() const {
  QUARRY_TRY(const auto text, client_.get(issuer_.jwks_url));
  const auto json = parse_json(text);
  if (!json || !json->is_object() || !json->contains("keys") || !(*json)["keys"].is_array()) {
    return fail(ErrorKind::invalid_argument, "{}: this is no JSON Web Key Set", issuer_.jwks_url);
  }
  auto keys = std::make_shared<Keys>();
  for (const auto& each : (*json)["keys"]) {
    if (!each.is_object()) continue;
    const auto text_of = [&](const char* name) {
      const auto found = each.find(name);
      return found != each.end() && found->is_string() ? found->get<std::string>() : std::string{};
    };
    const auto type = text_of("kty");
    const auto use = text_of("use");
    if ((type != "RSA" && type != "EC") || (!use.empty() && use != "sig")) continue;
    const auto document = each.dump();
    cjose_err error{};
    if (Key key{::cjose_jwk_import(document.data(), document.size(), &error)})
      keys->by_id[text_of("kid")] = std::move(key);
  }
  if (keys->by_id.empty()) {
    return fail(ErrorKind::invalid_argument, "{}: the key set holds no RSA or EC key for signatures",
                issuer_.jwks_url);
  }
  return keys;
}

Result<std::unique_ptr<TokenVerifier>> TokenVerifier::open(TokenIssuer issuer) {
  std::unique_ptr<TokenVerifier> verifier(new TokenVerifier(std::move(issuer)));
  QUARRY_TRY(verifier->keys_, verifier->fetch());
  verifier->fetched_ = std::chrono::steady_clock::now();
  return verifier;
}

Status TokenVerifier::refresh() {
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    const auto age = now - fetched_;
    if (age < kKeysAge && !(unknown_key_seen_ && age >= kUnknownKeyPause)) return {};
    unknown_key_seen_ = false;
    fetched_ = now;
  }
  QUARRY_TRY(auto keys, fetch());
  const std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
  return {};
}

Result<ApiKey> TokenVerifier::verify(std::string_view text, system_clock::time_point now) const {
  if (text.size() > kMaxToken || std::ranges::count(text, '.') != 2) return refused("it is no signed JWT");
  cjose_err error{};
  const Token token{::cjose_jws_import(text.data(), text.size(), &error)};
  if (token == nullptr) return refused("it is no signed JWT");
  cjose_header_t* const header = ::cjose_jws_get_protected(token.get());
  const char* const algorithm = ::cjose_header_get(header, CJOSE_HDR_ALG, &error);
  if (algorithm == nullptr ||
      std::ranges::find(kAlgorithms, std::string_view(algorithm)) == kAlgorithms.end()) {
    return refused("its signature is of a kind that is not taken");
  }
  // What the token says must be understood is not: RFC 7515, 4.1.11.
  if (char* const critical = ::cjose_header_get_raw(header, "crit", &error); critical != nullptr) {
    std::free(critical);
    return refused("it demands what is not known here");
  }
  const char* const kid = ::cjose_header_get(header, CJOSE_HDR_KID, &error);
  std::shared_ptr<const Keys> keys;
  {
    const std::lock_guard lock(mutex_);
    keys = keys_;
  }
  // A set of one key may go without names.
  auto key = keys->by_id.find(kid == nullptr ? "" : kid);
  if (key == keys->by_id.end() && kid == nullptr && keys->by_id.size() == 1) key = keys->by_id.begin();
  if (key == keys->by_id.end()) {
    const std::lock_guard lock(mutex_);
    unknown_key_seen_ = true;
    return refused("its key is not among the issuer's");
  }
  if (!::cjose_jws_verify(token.get(), key->second.get(), &error)) return refused("its signature is wrong");
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  if (!::cjose_jws_get_plaintext(token.get(), &bytes, &size, &error)) return refused("it has no content");
  // The bytes belong to the token.
  std::string claims_text(size, '\0');
  std::copy_n(bytes, size, claims_text.begin());
  const auto claims = parse_json(claims_text);
  if (!claims || !claims->is_object()) return refused("its claims are no JSON object");
  const auto iss = claims->find("iss");
  if (iss == claims->end() || !iss->is_string() || iss->get_ref<const std::string&>() != issuer_.issuer) {
    return refused("it is of another issuer");
  }
  if (!is_audience(*claims, issuer_.audience)) return refused("it is meant for another service");
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto expires = time_claim(*claims, "exp");
  if (!expires || *expires + kLeeway < seconds) return refused("it has expired");
  if (claims->contains("nbf")) {
    const auto begins = time_claim(*claims, "nbf");
    if (!begins || *begins - kLeeway > seconds) return refused("it is not valid yet");
  }
  return grant_of(*claims);
}

}  // namespace quarry::server
