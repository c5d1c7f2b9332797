// Messages over real pipes.
#include "quarry/server/mcp/stdio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <set>
#include <thread>

#include "quarry/search/test_index.h"

namespace quarry::server::mcp {
namespace {

// A server on its own thread, and the client's ends of its pipes.
class StdioTest : public testing::Test {
 protected:
  void start(EngineSource engine, StdioOptions options = {}) {
    std::signal(SIGPIPE, SIG_IGN);
    ASSERT_EQ(::pipe(to_server_), 0);
    ASSERT_EQ(::pipe(from_server_), 0);
    options.in = to_server_[0];
    options.out = from_server_[1];
    options.stop = stop_.get_token();
    server_ = std::thread([this, engine = std::move(engine), options] {
      status_ = serve_stdio(service_, scope_, engine, options);
      ::close(from_server_[1]);
    });
  }
  void start() {
    start([this] { return index_.engine(); });
  }

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::write(to_server_[1], text.data(), text.size());
      if (count <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void send(const Json& message) { write(message.dump() + "\n"); }
  void request(int id, const std::string& method, Json params = Json::object()) {
    send({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}});
  }
  void search(int id) {
    request(id, "tools/call", {{"name", "search"}, {"arguments", {{"query", "backoff"}}}});
  }

  // The next message; null at the end of the stream or after ten seconds.
  Json receive() {
    while (true) {
      if (const std::size_t feed = received_.find('\n'); feed != std::string::npos) {
        const std::string line = received_.substr(0, feed);
        received_.erase(0, feed + 1);
        Json message = Json::parse(line, nullptr, false);
        EXPECT_FALSE(message.is_discarded()) << line;
        return message;
      }
      pollfd ready{from_server_[0], POLLIN, 0};
      char block[4096];
      ssize_t count = 0;
      if (::poll(&ready, 1, 10'000) <= 0 || (count = ::read(from_server_[0], block, sizeof block)) <= 0)
        return nullptr;
      received_.append(block, static_cast<std::size_t>(count));
    }
  }

  void hang_up() {
    if (to_server_[1] >= 0) ::close(to_server_[1]);
    to_server_[1] = -1;
  }
  void TearDown() override {
    hang_up();
    if (server_.joinable()) server_.join();
    for (const int descriptor : {to_server_[0], from_server_[0]}) {
      if (descriptor >= 0) ::close(descriptor);
    }
  }

  search::TestIndex index_;
  Service service_{"1"};
  Scope scope_;
  std::stop_source stop_;
  Status status_;
  std::thread server_;
  int to_server_[2] = {-1, -1};
  int from_server_[2] = {-1, -1};
  std::string received_;
};

TEST_F(StdioTest, AnswersEachMessageOnALine) {
  start();
  request(1, "initialize", {{"protocolVersion", "2025-11-25"}});
  EXPECT_EQ(receive()["result"]["protocolVersion"], "2025-11-25");
  send({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
  search(2);
  const Json answer = receive();
  EXPECT_EQ(answer["id"], 2);
  EXPECT_FALSE(answer["result"]["structuredContent"]["results"].empty());
}

TEST_F(StdioTest, AnswersWhatWasAskedBeforeTheClientHungUp) {
  start();
  for (int id = 1; id <= 20; ++id) search(id);
  write(R"({"jsonrpc":"2.0","id":21,"method":"ping"})");  // without a line feed
  hang_up();
  std::set<int> ids;
  for (Json message = receive(); !message.is_null(); message = receive())
    ids.insert(message["id"].get<int>());
  EXPECT_EQ(ids.size(), 21U);
  server_.join();
  EXPECT_TRUE(status_);
}

TEST_F(StdioTest, GoesOnAfterBadMessages) {
  start();
  write("this is not JSON\n\n   \r\n[1,2]\n{\"jsonrpc\":\"2.0\",\"id\":5}\n\xff\xfe\n");
  EXPECT_EQ(receive()["error"]["code"], -32700);
  EXPECT_EQ(receive()["error"]["code"], -32600);
  const Json without_method = receive();
  EXPECT_EQ(without_method["error"]["code"], -32600);
  EXPECT_EQ(without_method["id"], 5);
  EXPECT_EQ(receive()["error"]["code"], -32700);
  request(6, "ping");
  EXPECT_EQ(receive()["id"], 6);
}

TEST_F(StdioTest, RefusesAMessageThatIsTooLongAndGoesOn) {
  start([this] { return index_.engine(); }, {.longest_message = 100'000});
  std::thread writer([this] {
    write(std::string(3'000'000, 'x') + "\n");
    request(2, "ping");
  });
  const Json refusal = receive();
  EXPECT_EQ(refusal["error"]["code"], -32600);
  EXPECT_FALSE(refusal.contains("id"));
  EXPECT_EQ(receive()["id"], 2);
  writer.join();
}

TEST_F(StdioTest, AQueryOfAMegabyteIsRefusedByTheTool) {
  start();
  std::thread writer([this] {
    request(1, "tools/call", {{"name", "search"}, {"arguments", {{"query", std::string(1 << 20, 'q')}}}});
  });
  const Json answer = receive();
  EXPECT_EQ(answer["result"]["isError"], true);
  EXPECT_LT(answer.dump().size(), 1000U);
  writer.join();
}

// An engine that is not there until the test says so.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  int entered = 0;

  void wait() {
    std::unique_lock lock(mutex);
    ++entered;
    changed.notify_all();
    changed.wait(lock, [this] { return open; });
  }
  void wait_for_entered(int count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return entered >= count; });
  }
  void release() {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
};

TEST_F(StdioTest, ACancelledCallGetsNoAnswerWhetherItRunsOrWaits) {
  Gate gate;
  start([&] {
    gate.wait();
    return index_.engine();
  });
  for (const int id : {1, 2, 3}) search(id);
  gate.wait_for_entered(1);
  for (const int id : {1, 2, 99}) {
    send({{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", {{"requestId", id}}}});
  }
  send({{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}});  // of nothing
  request(4, "ping");
  EXPECT_EQ(receive()["id"], 4);  // answered while a call runs; and the cancellations before it are done
  gate.release();
  EXPECT_EQ(receive()["id"], 3);
  hang_up();
  EXPECT_TRUE(receive().is_null());
  EXPECT_EQ(gate.entered, 2);
}

TEST_F(StdioTest, RefusesMoreCallsThanMayWait) {
  Gate gate;
  start(
      [&] {
        gate.wait();
        return index_.engine();
      },
      {.most_waiting = 2});
  search(1);
  gate.wait_for_entered(1);
  for (const int id : {2, 3, 4}) search(id);
  const Json refusal = receive();
  EXPECT_EQ(refusal["id"], 4);
  EXPECT_EQ(refusal["error"]["code"], -32603);
  gate.release();
  for (const int id : {1, 2, 3}) EXPECT_EQ(receive()["id"], id);
}

TEST_F(StdioTest, StopsWhenAsked) {
  start();
  request(1, "ping");
  receive();
  stop_.request_stop();
  server_.join();
  EXPECT_TRUE(status_);
}

TEST_F(StdioTest, AClientThatDoesNotReadIsNoFailure) {
  start();
  ::close(std::exchange(from_server_[0], -1));
  for (int id = 1; id <= 3; ++id) request(id, "ping");
  server_.join();
  EXPECT_TRUE(status_);
}

}  // namespace
}  // namespace quarry::server::mcp
