// Who may do what: the door that every request passes before its body is read.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/server/context.h"
#include "quarry/server/key_file.h"
#include "quarry/server/message.h"
#include "quarry/server/router.h"
#include "quarry/server/token_verifier.h"

namespace quarry::server {

struct AccessOptions {
  std::filesystem::path keys;       // file of API keys; empty: none
  std::optional<TokenIssuer> oidc;  // whose tokens are taken; nothing: none
  bool public_search = false;       // search needs no key; metrics and administration still do
  // Hosts by which the server may be asked (the Host header), without ports, beside the address it listens
  // on. Asked for where no credentials are: a web page elsewhere must not reach a server on this machine by a
  // name of its own (DNS rebinding). Empty: any.
  std::vector<std::string> hosts;
};

// Thread-safe.
class AccessControl {
 public:
  // ErrorKind::invalid_argument where the file of keys or the issuer's keys cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<AccessControl>> open(FileSystem& files, AccessOptions options);

  // The caller, or why not: 401 without valid credentials, 403 where they do not suffice, 421 for another
  // host's name.
  struct Verdict {
    Caller caller;
    std::optional<Response> refusal;
  };
  [[nodiscard]] Verdict check(const Request& request, const Route& route) const;

  // Reads the file of keys and the issuer's keys again where they have changed; what cannot be read leaves
  // the old ones in force and is told.
  [[nodiscard]] Status refresh();

  [[nodiscard]] bool asks_for_credentials() const { return !options_.keys.empty() || options_.oidc; }

 private:
  AccessControl(FileSystem& files, AccessOptions options) : files_(files), options_(std::move(options)) {}
  [[nodiscard]] std::optional<Response> check_origin(const Request& request, bool checks_origin) const;
  [[nodiscard]] std::optional<ApiKey> identify(std::string_view credential) const;

  FileSystem& files_;
  const AccessOptions options_;
  std::unique_ptr<TokenVerifier> tokens_;
  std::mutex refreshing_;
  FileStatus key_file_;
  mutable std::mutex mutex_;
  std::shared_ptr<const std::vector<ApiKey>> keys_;  // guarded by mutex_
};

}  // namespace quarry::server
