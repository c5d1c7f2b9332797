// The floor that quarry serve is measured against: the same HTTP library, one thread, one fixed answer.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <memory>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(asio::ip::tcp::socket socket) : stream_(std::move(socket)) {
    answer_.result(http::status::ok);
    answer_.set(http::field::content_type, "text/plain");
    answer_.body() = "hello\n";
    answer_.prepare_payload();
  }

  void read() {
    request_ = {};
    http::async_read(stream_, buffer_, request_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (!error) self->write();
                     });
  }

 private:
  void write() {
    http::async_write(stream_, answer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->read();
    });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> answer_;
};

void accept(asio::ip::tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](boost::system::error_code error, asio::ip::tcp::socket socket) {
    if (!error) std::make_shared<Connection>(std::move(socket))->read();
    if (acceptor.is_open()) accept(acceptor);
  });
}

}  // namespace

// Prints its port; ends with SIGTERM or SIGINT.
int main() {
  asio::io_context io(1);
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code, int) { io.stop(); });
  accept(acceptor);
  std::printf("%d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  io.run();
}
