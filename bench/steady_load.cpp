// Load at a given rate, whatever the server does: requests fall due like those of many independent people (a
// Poisson process, the same one each time), and one that finds no idle connection waits for it. Latency
// counts from the moment a request was due to the last byte of its answer.
//
// quarry_steady_load PORT TARGETS RATE SECONDS CONNECTIONS: TARGETS is a file with the target of a request a
// line, asked in turn. Prints "p50", "p99" and "max" in milliseconds, "rate", "broken", and "status CODE
// COUNT".
#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;

class Load;

// One request at a time.
class Connection {
 public:
  Connection(asio::io_context& io, const asio::ip::tcp::endpoint& server, Load& load)
      : stream_(io), load_(load) {
    stream_.connect(server);
    stream_.socket().set_option(asio::ip::tcp::no_delay(true));
    request_.method(http::verb::get);
    request_.version(11);
    request_.set(http::field::host, "127.0.0.1");
  }
  void ask(const std::string& target, Clock::time_point due);

 private:
  void on_answer(beast::error_code error);

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::empty_body> request_;
  std::optional<http::response_parser<http::string_body>> parser_;
  Clock::time_point due_;
  Load& load_;
};

class Load {
 public:
  Load(asio::io_context& io, std::vector<std::string> targets, double rate, double seconds)
      : timer_(io), targets_(std::move(targets)), gap_(rate), next_(Clock::now()) {
    end_ = next_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }

  void add(std::unique_ptr<Connection> connection) {
    idle_.push_back(connection.get());
    connections_.push_back(std::move(connection));
  }

  // Asks for all that is due, and comes back for the next.
  void run() {
    for (const auto now = Clock::now(); next_ <= now && next_ < end_;) {
      waiting_.push_back(next_);
      next_ += std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(gap_(random_)));
    }
    serve();
    if (next_ >= end_) return;
    timer_.expires_at(next_);
    timer_.async_wait([this](boost::system::error_code) { run(); });
  }

  void note(Connection& connection, Clock::time_point due, unsigned status) {
    milliseconds_.push_back(std::chrono::duration<double, std::milli>(Clock::now() - due).count());
    ++statuses_[status];
    idle_.push_back(&connection);
    serve();
  }
  // The connection is not used again.
  void note_broken() { ++broken_; }

  void print(double seconds) {
    std::ranges::sort(milliseconds_);
    const auto quantile = [&](double share) {
      if (milliseconds_.empty()) return 0.0;
      return milliseconds_[static_cast<std::size_t>(share * static_cast<double>(milliseconds_.size() - 1))];
    };
    std::printf("p50 %.3f\np99 %.3f\nmax %.3f\n", quantile(0.5), quantile(0.99), quantile(1));
    std::printf("rate %.1f\nbroken %zu\n", static_cast<double>(milliseconds_.size()) / seconds,
                broken_ + waiting_.size());
    for (const auto& [status, count] : statuses_) std::printf("status %u %zu\n", status, count);
  }

 private:
  void serve() {
    while (!waiting_.empty() && !idle_.empty()) {
      Connection* connection = idle_.back();
      idle_.pop_back();
      const auto due = waiting_.front();
      waiting_.pop_front();
      connection->ask(targets_[asked_++ % targets_.size()], due);
    }
  }

  asio::steady_timer timer_;
  std::vector<std::string> targets_;
  std::mt19937_64 random_{1};
  std::exponential_distribution<double> gap_;  // seconds between requests
  Clock::time_point next_;
  Clock::time_point end_;
  std::size_t asked_ = 0;
  std::deque<Clock::time_point> waiting_;  // when they were due
  std::vector<Connection*> idle_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<double> milliseconds_;
  std::map<unsigned, std::size_t> statuses_;
  std::size_t broken_ = 0;
};

void Connection::ask(const std::string& target, Clock::time_point due) {
  due_ = due;
  request_.target(target);
  parser_.emplace();
  parser_->body_limit(boost::none);
  http::async_write(stream_, request_, [this](beast::error_code error, std::size_t) {
    if (error) return load_.note_broken();
    http::async_read(stream_, buffer_, *parser_,
                     [this](beast::error_code failed, std::size_t) { on_answer(failed); });
  });
}

void Connection::on_answer(beast::error_code error) {
  if (error || !parser_->keep_alive()) return load_.note_broken();
  load_.note(*this, due_, parser_->get().result_int());
}

}  // namespace

int main(int count, char** words) {
  if (count != 6) {
    std::fprintf(stderr, "usage: quarry_steady_load PORT TARGETS RATE SECONDS CONNECTIONS\n");
    return 2;
  }
  std::vector<std::string> targets;
  std::ifstream file(words[2]);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) targets.push_back(line);
  }
  if (targets.empty()) {
    std::fprintf(stderr, "quarry_steady_load: %s holds no targets\n", words[2]);
    return 2;
  }
  const double seconds = std::atof(words[4]);
  asio::io_context io(1);
  const asio::ip::tcp::endpoint server(asio::ip::make_address("127.0.0.1"),
                                       static_cast<std::uint16_t>(std::atoi(words[1])));
  Load load(io, std::move(targets), std::atof(words[3]), seconds);
  for (int i = 0; i < std::atoi(words[5]); ++i) load.add(std::make_unique<Connection>(io, server, load));
  load.run();
  io.run();
  load.print(seconds);
}
