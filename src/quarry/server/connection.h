// One client's connection: reads a request, has it answered, writes the answer, and again; every wait has an
// end. Internal to http_server.cpp; the one header that shows Boost.Beast.
#pragma once

#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "quarry/server/application.h"

namespace quarry::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

class AnyConnection {
 public:
  virtual ~AnyConnection() = default;
  // Ends after the answer under way, or now where none is. From any thread.
  virtual void drain() = 0;
};

// The connections that live, to end them. Thread-safe.
class ConnectionSet {
 public:
  void insert(AnyConnection* connection, const std::string& peer);
  void erase(AnyConnection* connection, const std::string& peer);
  [[nodiscard]] std::size_t size() const;
  // Of the client at this address; of a whole network where one client has many (IPv6, /64).
  [[nodiscard]] std::size_t size(const std::string& peer) const;
  void drain();
  [[nodiscard]] bool draining() const { return draining_.load(); }

 private:
  mutable std::mutex mutex_;
  std::unordered_set<AnyConnection*> connections_;
  std::unordered_map<std::string, std::size_t> by_client_;
  std::atomic<bool> draining_{false};
};

template <class Stream>
class Connection final : public AnyConnection, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  // `tls` keeps the certificate that the stream was made with; null for plain ones.
  Connection(Stream stream, std::shared_ptr<asio::ssl::context> tls, std::string peer,
             Application& application, ConnectionSet& connections);
  ~Connection() override;

  void start();
  void drain() override;

 private:
  using Error = beast::error_code;
  auto self() { return this->shared_from_this(); }
  [[nodiscard]] const Limits& limits() const { return application_.limits(); }
  void expire_after(std::chrono::milliseconds time) { beast::get_lowest_layer(stream_).expires_after(time); }

  void await_request();
  void read_header();
  void on_header(Error error);
  void refuse_header(Error error);
  void read_body();
  void on_body(Error error);
  void on_deadline(const SharedExchange& late);
  void write(SharedExchange exchange);
  void on_written(Error error);
  void linger();
  void discard(std::size_t total);
  void close();

  Stream stream_;
  std::shared_ptr<asio::ssl::context> tls_;
  const std::string peer_;
  Application& application_;
  ConnectionSet& connections_;
  asio::steady_timer deadline_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;  // of the request that is not answered yet
  http::response<http::span_body<const char>> message_;
  http::response<http::empty_body> bare_message_;
  SharedExchange exchange_;  // the request under way; null while waiting for one
  bool keep_alive_ = true;
  bool unread_body_ = false;  // the client may still be sending what will not be read
};

}  // namespace quarry::server
