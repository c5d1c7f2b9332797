// A small real HTTP server that answers as badly as a test wants. Tests only.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace quarry::model {

struct Request {
  std::string line;  // "POST /v1/embeddings HTTP/1.1"
  std::string head;
  std::string body{};
};

// What the server does with one request: an answer, after a pause, cut after some bytes, or none at all.
struct Reply {
  int status = 200;
  std::string body{};
  std::string headers{};
  std::chrono::milliseconds pause{0};
  std::size_t cut = std::string::npos;  // of the body; the connection closes then
  bool hang = false;                    // nothing is said until the server ends
};

// A real HTTP server on a port of this machine, as bad as it is told to be. One request a connection.
class Server {
 public:
  using Handler = std::function<Reply(const Request&)>;
  explicit Server(Handler handler)
      : handler_(std::move(handler)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket_, 16) != 0)
      std::abort();
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~Server() {
    stopping_ = true;
    ::shutdown(socket_, SHUT_RDWR);
    acceptor_.join();
    for (auto& thread : connections_) thread.join();
    ::close(socket_);
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<Request> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  void accept_all() {
    for (;;) {
      const int connection = ::accept(socket_, nullptr, nullptr);
      if (connection < 0) return;
      connections_.emplace_back([this, connection] {
        serve(connection);
        ::close(connection);
      });
    }
  }

  void serve(int connection) {
    std::string text;
    std::size_t end = std::string::npos;
    std::size_t length = 0;
    char buffer[4096];
    while (end == std::string::npos || text.size() < end + 4 + length) {
      const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
      if (got <= 0) return;
      text.append(buffer, static_cast<std::size_t>(got));
      if (end == std::string::npos && (end = text.find("\r\n\r\n")) != std::string::npos) {
        const auto at = text.find("Content-Length: ");
        if (at != std::string::npos && at < end) length = std::stoul(text.substr(at + 16));
      }
    }
    const Request request{text.substr(0, text.find("\r\n")), text.substr(0, end), text.substr(end + 4)};
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(request);
    }
    const Reply reply = handler_(request);
    const auto wait = [&](std::chrono::milliseconds time) {
      for (; time.count() > 0 && !stopping_; time -= std::chrono::milliseconds(5)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    };
    wait(reply.hang ? std::chrono::hours(1) : reply.pause);
    if (reply.hang) return;
    const std::string answer = "HTTP/1.1 " + std::to_string(reply.status) + " Any\r\nConnection: close\r\n" +
                               reply.headers + "Content-Length: " + std::to_string(reply.body.size()) +
                               "\r\n\r\n" + reply.body.substr(0, reply.cut);
    (void)::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
  }

  Handler handler_;
  int socket_;
  std::uint16_t port_ = 0;
  std::thread acceptor_;
  std::deque<std::thread> connections_;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
};

}  // namespace quarry::model
