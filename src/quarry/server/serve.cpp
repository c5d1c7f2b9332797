#include "quarry/server/serve.h"

#include <fmt/format.h>
#include <pthread.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <stop_token>
#include <thread>

#include "quarry/server/services.h"

namespace quarry::server {
namespace {

// The signals that the server answers, blocked for the whole process while it runs.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, number);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~Signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  [[nodiscard]] int wait() const {
    int number = 0;
    while (sigwait(&set_, &number) != 0) {
    }
    return number;
  }
  // The next signal, 0 where none comes within `time`.
  [[nodiscard]] int wait_for(std::chrono::milliseconds time) const {
    const timespec limit{time.count() / 1000, (time.count() % 1000) * 1'000'000};
    return std::max(0, sigtimedwait(&set_, nullptr, &limit));
  }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

std::string url_of(const HttpOptions& options, std::uint16_t port) {
  const bool v6 = options.listen.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}/", options.tls ? "https" : "http", v6 ? "[" : "", options.listen.host,
                     v6 ? "]" : "", port);
}

}  // namespace

Status serve(FileSystem& files, const ServeOptions& options) {
  const Signals signals;
  QUARRY_TRY(const auto catalog, Catalog::open(files, options.catalog));
  Services services{
      .catalog = *catalog, .version = options.version, .started = std::chrono::steady_clock::now()};
  const Router router = make_routes(services);
  const AccessControl access;
  Dispatcher dispatcher(options.dispatcher, router, access, *catalog);
  QUARRY_TRY(const auto http, HttpServer::start(options.http, dispatcher));
  options.say(fmt::format("serving at {}", url_of(options.http, http->port())));

  const auto reload = [&](bool always) {
    for (const auto& change : catalog->refresh(always)) {
      if (!change.error.empty()) {
        options.say(fmt::format("{}: still serving {}: {}", change.side, change.label, change.error));
      } else if (change.swapped) {
        options.say(fmt::format("now serving {}", change.label));
      }
    }
  };
  const std::jthread watcher([&](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    while (!woken.wait_for(lock, stop, options.poll, [&] { return stop.stop_requested(); })) {
      if (stop.stop_requested()) return;
      reload(false);
    }
  });

  int signal = signals.wait();
  for (; signal == SIGHUP; signal = signals.wait()) {
    reload(true);
    if (const auto renewed = http->reload_certificate(); !renewed) options.say(renewed.error().message);
  }
  // Readiness goes first, so that a load balancer sends nothing new; then the rest, in order.
  services.ready = false;
  if (signal == SIGTERM && signals.wait_for(options.drain_delay) != 0) signal = SIGINT;
  http->drain();
  if (!http->wait_until_empty(options.drain_time)) {
    options.say(fmt::format("{} connections were cut off", http->connections()));
  }
  return {};
}

}  // namespace quarry::server
