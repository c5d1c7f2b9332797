#include "quarry/server/mcp/stdio.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace quarry::server::mcp {
namespace {

// Writes whole lines from two threads.
class LineOutput {
 public:
  explicit LineOutput(int descriptor) : descriptor_(descriptor) {}

  void write(const Json& message) {
    const std::string line = to_text(message) + '\n';
    const std::lock_guard lock(mutex_);
    for (std::size_t sent = 0; sent < line.size() && status_ && !reader_gone_;) {
      const ssize_t count = ::write(descriptor_, line.data() + sent, line.size() - sent);
      if (count > 0) sent += static_cast<std::size_t>(count);
      if (count >= 0 || errno == EINTR) continue;
      if (errno == EAGAIN) {
        pollfd ready{descriptor_, POLLOUT, 0};
        (void)::poll(&ready, 1, -1);
      } else if (errno == EPIPE) {
        reader_gone_ = true;
      } else {
        status_ = fail(ErrorKind::io, "cannot write to the client: {}", std::strerror(errno));
      }
    }
  }

  [[nodiscard]] bool closed() const {
    const std::lock_guard lock(mutex_);
    return reader_gone_ || !status_;
  }
  [[nodiscard]] Status status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  const int descriptor_;
  mutable std::mutex mutex_;
  bool reader_gone_ = false;
  Status status_;
};

// Tool calls in their order, on one thread.
class CallQueue {
 public:
  CallQueue(const Service& service, const Scope& scope, const EngineSource& engine, LineOutput& out)
      : service_(service), scope_(scope), engine_(engine), out_(out), thread_([this] { work(); }) {}

  ~CallQueue() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  CallQueue(const CallQueue&) = delete;
  CallQueue& operator=(const CallQueue&) = delete;

  [[nodiscard]] bool push(Message message, std::size_t most) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= most) return false;
      waiting_.push_back(std::move(message));
    }
    changed_.notify_all();
    return true;
  }

  // Forgets the call if it waits, drops its answer if it runs.
  void cancel(const Json& id) {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiting_, [&](const Message& message) { return message.id == id; });
    if (running_ && *running_ == id) cancelled_ = true;
  }

  // Forgets all that wait.
  void clear() {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
    cancelled_ = true;
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return ended_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const Message message = std::move(waiting_.front());
      waiting_.pop_front();
      running_ = message.id;
      cancelled_ = false;
      lock.unlock();
      const Reply reply = service_.handle(message, scope_, engine_);
      lock.lock();
      const bool wanted = !cancelled_;
      running_.reset();
      lock.unlock();
      if (wanted) {
        for (const Json& answer : reply.messages) out_.write(answer);
      }
      lock.lock();
    }
  }

  const Service& service_;
  const Scope& scope_;
  const EngineSource& engine_;
  LineOutput& out_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Message> waiting_;
  std::optional<Json> running_;
  bool cancelled_ = false;
  bool ended_ = false;
  std::thread thread_;  // last: it uses all of the above
};

// Lines from a descriptor, until its end or until somebody asks to stop.
class LineInput {
 public:
  explicit LineInput(const StdioOptions& options)
      : descriptor_(options.in),
        longest_(options.longest_message),
        wake_(::eventfd(0, EFD_CLOEXEC)),
        on_stop_(std::in_place, options.stop, [this] { (void)::eventfd_write(wake_, 1); }) {}
  ~LineInput() {
    on_stop_
        .reset();  // waits for a call under way: what it writes to must not be closed, or another's, by then
    if (wake_ >= 0) ::close(wake_);
  }
  LineInput(const LineInput&) = delete;
  LineInput& operator=(const LineInput&) = delete;

  enum class Event : std::uint8_t { line, too_long, end, stopped };

  Result<Event> next(std::string& line) {
    while (true) {
      if (const std::size_t feed = buffer_.find('\n', searched_); feed != std::string::npos) {
        line = buffer_.substr(0, feed);
        buffer_.erase(0, feed + 1);
        searched_ = 0;
        if (std::exchange(skipping_, false)) return Event::too_long;
        return Event::line;
      }
      searched_ = buffer_.size();
      if (buffer_.size() > longest_) {
        buffer_.clear();
        searched_ = 0;
        skipping_ = true;
      }
      pollfd watched[2] = {{descriptor_, POLLIN, 0}, {wake_, POLLIN, 0}};
      if (::poll(watched, 2, -1) < 0 && errno != EINTR) {
        return fail(ErrorKind::io, "cannot wait for the client: {}", std::strerror(errno));
      }
      if ((watched[1].revents & POLLIN) != 0) return Event::stopped;
      if (watched[0].revents == 0) continue;
      char block[1 << 16];
      const ssize_t count = ::read(descriptor_, block, sizeof block);
      if (count > 0) {
        buffer_.append(block, static_cast<std::size_t>(count));
      } else if (count == 0) {
        // A last line without its line feed is a message too.
        line = std::exchange(buffer_, {});
        searched_ = 0;
        if (std::exchange(skipping_, false)) return Event::too_long;
        return line.empty() ? Event::end : Event::line;
      } else if (errno != EINTR && errno != EAGAIN) {
        return fail(ErrorKind::io, "cannot read from the client: {}", std::strerror(errno));
      }
    }
  }

 private:
  const int descriptor_;
  const std::size_t longest_;
  const int wake_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  std::string buffer_;
  std::size_t searched_ = 0;
  bool skipping_ = false;
};

void take(const std::string& line, const Service& service, const Scope& scope, const EngineSource& engine,
          const StdioOptions& options, CallQueue& calls, LineOutput& out) {
  auto message = parse_message(line);
  if (!message) {
    out.write(error_response(message.error().id, message.error().error));
    return;
  }
  if (message->type == MessageType::notification && message->method == "notifications/cancelled") {
    if (const auto id = message->params.find("requestId"); id != message->params.end()) calls.cancel(*id);
    return;
  }
  if (message->type == MessageType::request && !Service::is_quick(*message)) {
    const Json id = message->id;
    if (!calls.push(*std::move(message), options.most_waiting)) {
      out.write(error_response(
          id, {ErrorCode::internal_error,
               fmt::format("{} calls wait already; wait for their answers", options.most_waiting)}));
    }
    return;
  }
  for (const Json& answer : service.handle(*message, scope, engine).messages) out.write(answer);
}

bool is_blank(const std::string& line) {
  return line.find_first_not_of(" \t\r") == std::string::npos;
}

}  // namespace

Status serve_stdio(const Service& service, const Scope& scope, const EngineSource& engine,
                   const StdioOptions& options) {
  LineOutput out(options.out);
  {
    LineInput in(options);
    CallQueue calls(service, scope, engine, out);
    std::string line;
    while (!out.closed()) {
      const auto event = in.next(line);
      if (!event) {
        calls.clear();
        return tl::unexpected(event.error());
      }
      if (*event == LineInput::Event::end) break;
      if (*event == LineInput::Event::stopped) {
        calls.clear();
        break;
      }
      if (*event == LineInput::Event::too_long) {
        out.write(error_response(nullptr,
                                 {ErrorCode::invalid_request,
                                  fmt::format("a message has at most {} bytes", options.longest_message)}));
      } else if (!is_blank(line)) {
        take(line, service, scope, engine, options, calls, out);
      }
    }
    if (out.closed()) calls.clear();
  }
  return out.status();
}

}  // namespace quarry::server::mcp
