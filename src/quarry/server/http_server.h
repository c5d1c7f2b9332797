// The listening socket and its connections: bytes in, exchanges through the application, bytes out.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/server/application.h"

namespace quarry::server {

// PEM files. Read again by HttpServer::reload_certificate.
struct TlsFiles {
  std::filesystem::path certificate;  // with the chain
  std::filesystem::path key;
};

struct ListenAddress {
  std::string host;        // a numeric address: "127.0.0.1", "::1", "0.0.0.0"
  std::uint16_t port = 0;  // 0: any free one
  [[nodiscard]] bool is_loopback() const;
};
// "127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080" (every address).
[[nodiscard]] Result<ListenAddress> parse_listen_address(const std::string& text);

struct HttpOptions {
  ListenAddress listen;
  std::optional<TlsFiles> tls;
  std::size_t threads = 1;                        // for connections; handlers have their own
  std::vector<std::string> trusted_proxies = {};  // each of which may have any number of connections
};

// Serves from start() to its end.
class HttpServer {
 public:
  // The application must outlive the server. ErrorKind::busy where the port is taken.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(const HttpOptions& options,
                                                                 Application& application);
  ~HttpServer();  // closes every connection

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;
  // Connections from now on use what the files hold now; on failure the old certificate stays.
  [[nodiscard]] Status reload_certificate();

  // No new connections, idle ones are closed, busy ones after their answer.
  void drain();
  // Waits until no connection is left; false where some still are after `time`.
  [[nodiscard]] bool wait_until_empty(std::chrono::milliseconds time) const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quarry::server
