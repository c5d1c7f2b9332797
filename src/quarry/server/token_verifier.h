// OIDC bearer tokens: signed JWTs of one issuer, checked against the keys that it publishes.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "quarry/base/result.h"
#include "quarry/model/http_client.h"
#include "quarry/server/key_file.h"

namespace quarry::server {

struct TokenIssuer {
  std::string jwks_url;  // https, or http on a loopback address
  std::string issuer;    // what "iss" must be
  std::string audience;  // what "aud" must be or hold
};

// Thread-safe.
class TokenVerifier {
 public:
  // Fetches the keys. ErrorKind::unavailable or invalid_argument where that fails.
  [[nodiscard]] static Result<std::unique_ptr<TokenVerifier>> open(TokenIssuer issuer);
  ~TokenVerifier();

  // What the token grants, as a key would: any valid one may search; "scope" (or "scp", "roles") may hold
  // "quarry:metrics" and "quarry:admin"; "quarry_repositories", a list of names, limits what is seen. The
  // name is "sub". ErrorKind::invalid_argument for every other token: another issuer or audience, expired (a
  // minute's leeway), unsigned, signed by another key or with a shared secret.
  [[nodiscard]] Result<ApiKey> verify(std::string_view token,
                                      std::chrono::system_clock::time_point now) const;

  // Fetches the keys again when they are ten minutes old, or 30 seconds after a token named a key that is not
  // known.
  [[nodiscard]] Status refresh();

 private:
  struct Keys;
  explicit TokenVerifier(TokenIssuer issuer);
  [[nodiscard]] Result<std::shared_ptr<const Keys>> fetch() const;

  const TokenIssuer issuer_;
  const model::HttpClient client_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Keys> keys_;  // guarded by mutex_
  std::chrono::steady_clock::time_point fetched_;
  mutable bool unknown_key_seen_ = false;
};

}  // namespace quarry::server
