#include "quarry/server/http_server.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <charconv>
#include <thread>

#include "quarry/server/connection.h"

namespace quarry::server {
namespace {

using Tcp = asio::ip::tcp;

constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};

Result<std::shared_ptr<asio::ssl::context>> open_tls(const TlsFiles& files) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  // Before any file is used: TLS 1.2 and 1.3 only, no compression, no renegotiation.
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                       asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                       asio::ssl::context::no_tlsv1_1 | asio::ssl::context::no_compression);
  ::SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  boost::system::error_code error;
  context->use_certificate_chain_file(files.certificate.string(), error);
  if (error) {
    return fail(ErrorKind::invalid_argument, "{}: no certificate in PEM form: {}", files.certificate.string(),
                error.message());
  }
  context->use_private_key_file(files.key.string(), asio::ssl::context::pem, error);
  if (error) {
    return fail(ErrorKind::invalid_argument, "{}: no private key for {}: {}", files.key.string(),
                files.certificate.string(), error.message());
  }
  if (::SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return fail(ErrorKind::invalid_argument, "{} is not the key of {}", files.key.string(),
                files.certificate.string());
  }
  return context;
}

}  // namespace

bool ListenAddress::is_loopback() const {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  return !error && address.is_loopback();
}

Result<ListenAddress> parse_listen_address(const std::string& text) {
  const auto wrong = [&] {
    return fail(ErrorKind::invalid_argument,
                "'{}' is no address to listen on; it looks like 127.0.0.1:8080, [::1]:8080 or :8080", text);
  };
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return wrong();
  ListenAddress address;
  address.host = text.substr(0, colon);
  if (address.host.empty()) address.host = "0.0.0.0";
  if (address.host == "localhost") address.host = "127.0.0.1";
  if (address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  boost::system::error_code error;
  (void)asio::ip::make_address(address.host, error);
  const char* const begin = text.data() + colon + 1;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(begin, end, address.port);
  if (error || parsed.ec != std::errc{} || parsed.ptr != end) return wrong();
  return address;
}

struct HttpServer::State {
  State(const HttpOptions& http_options, Application& where)
      : options(http_options),
        application(where),
        io(static_cast<int>(std::max<std::size_t>(1, http_options.threads))),
        acceptor(asio::make_strand(io)),
        pause(acceptor.get_executor()) {}

  Status listen();
  void accept();
  void on_accepted(boost::system::error_code error, Tcp::socket socket);
  [[nodiscard]] bool has_enough(const std::string& peer) const;

  const HttpOptions options;
  Application& application;
  ConnectionSet connections;
  std::mutex tls_mutex;
  std::shared_ptr<asio::ssl::context> tls;  // guarded by tls_mutex
  asio::io_context io;
  Tcp::acceptor acceptor;
  asio::steady_timer pause;
  std::uint16_t port = 0;
  std::vector<std::thread> threads;
};

Status HttpServer::State::listen() {
  const Tcp::endpoint endpoint(asio::ip::make_address(options.listen.host), options.listen.port);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    const auto kind = error == asio::error::address_in_use ? ErrorKind::busy : ErrorKind::io;
    return fail(kind, "cannot listen on {} port {}: {}", options.listen.host, options.listen.port,
                error.message());
  }
  port = acceptor.local_endpoint(error).port();
  return {};
}

void HttpServer::State::accept() {
  acceptor.async_accept(asio::make_strand(io), [this](boost::system::error_code error, Tcp::socket socket) {
    on_accepted(error, std::move(socket));
  });
}

void HttpServer::State::on_accepted(boost::system::error_code error, Tcp::socket socket) {
  if (!acceptor.is_open() || error == asio::error::operation_aborted) return;
  if (error) {
    // Out of descriptors, most likely: some will be given back, a loop at full speed would not help.
    pause.expires_after(kPauseWithoutDescriptors);
    pause.async_wait([this](boost::system::error_code cancelled) {
      if (!cancelled) accept();
    });
    return;
  }
  boost::system::error_code ignored;
  const auto peer = socket.remote_endpoint(ignored).address().to_string();
  socket.set_option(Tcp::no_delay(true), ignored);
  if (connections.size() >= application.limits().connections || has_enough(peer)) {
    static constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: "
        "close\r\n\r\n";
    socket.non_blocking(true, ignored);
    if (!options.tls) socket.write_some(asio::buffer(kFull), ignored);
    socket.shutdown(Tcp::socket::shutdown_send, ignored);
  } else if (options.tls) {
    std::shared_ptr<asio::ssl::context> current;
    {
      const std::lock_guard lock(tls_mutex);
      current = tls;
    }
    TlsStream stream(std::move(socket), *current);
    std::make_shared<Connection<TlsStream>>(std::move(stream), std::move(current), peer, application,
                                            connections)
        ->start();
  } else {
    std::make_shared<Connection<PlainStream>>(PlainStream(std::move(socket)), nullptr, peer, application,
                                              connections)
        ->start();
  }
  accept();
}

// One client must not keep all others out.
bool HttpServer::State::has_enough(const std::string& peer) const {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(peer, error);
  if (!error && address.is_loopback()) return false;
  if (std::ranges::find(options.trusted_proxies, peer) != options.trusted_proxies.end()) return false;
  return connections.size(peer) >= application.limits().client_connections;
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() {
  state_->io.stop();
  for (auto& thread : state_->threads) thread.join();
  // Handlers that still run will report to connections: those must be there until then.
  state_->application.join();
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpOptions& options, Application& application) {
  auto state = std::make_unique<State>(options, application);
  if (options.tls) {
    QUARRY_TRY(state->tls, open_tls(*options.tls));
  }
  QUARRY_CHECK(state->listen());
  state->accept();
  for (std::size_t i = 0; i < std::max<std::size_t>(1, options.threads); ++i) {
    state->threads.emplace_back([io = &state->io] { io->run(); });
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

std::uint16_t HttpServer::port() const {
  return state_->port;
}

std::size_t HttpServer::connections() const {
  return state_->connections.size();
}

Status HttpServer::reload_certificate() {
  if (!state_->options.tls) return {};
  QUARRY_TRY(auto opened, open_tls(*state_->options.tls));
  const std::lock_guard lock(state_->tls_mutex);
  state_->tls = std::move(opened);
  return {};
}

void HttpServer::drain() {
  asio::post(state_->acceptor.get_executor(), [state = state_.get()] {
    boost::system::error_code ignored;
    state->acceptor.close(ignored);
    state->pause.cancel();
    state->connections.drain();
  });
}

bool HttpServer::wait_until_empty(std::chrono::milliseconds time) const {
  const auto end = std::chrono::steady_clock::now() + time;
  while (state_->connections.size() > 0) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace quarry::server
