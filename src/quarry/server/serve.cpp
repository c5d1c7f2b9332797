#include "quarry/server/serve.h"

#include <fmt/core.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "quarry/base/ascii.h"
#include "quarry/server/integrations.h"
#include "quarry/server/live_quality.h"
#include "quarry/server/metrics.h"
#include "quarry/server/query_log.h"
#include "quarry/server/refresher.h"
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

Metrics::Gauges look(const Services& services, const HttpServer& http, const Dispatcher& dispatcher) {
  Metrics::Gauges gauges{.indexes = services.catalog.all(),
                         .connections = http.connections(),
                         .searches_waiting = dispatcher.searches_waiting(),
                         .feedback = {}};
  for (const auto& each : services.quality.report(std::chrono::steady_clock::now()).versions) {
    gauges.feedback.push_back({each.label, each.click_through, each.reciprocal_rank});
  }
  return gauges;
}

// Runs `look` every `time` until it ends.
class Watch {
 public:
  Watch(std::chrono::milliseconds time, std::function<void()> look)
      : thread_([time, look = std::move(look)](const std::stop_token& stop) {
          std::mutex mutex;
          std::condition_variable_any woken;
          std::unique_lock lock(mutex);
          while (!stop.stop_requested()) {
            woken.wait_for(lock, stop, time, [] { return false; });
            if (!stop.stop_requested()) look();
          }
        }) {}

 private:
  std::jthread thread_;
};

// Notices that the certificate's files were replaced.
class CertificateWatch {
 public:
  CertificateWatch(const FileSystem& files, const std::optional<TlsFiles>& tls) : files_(files), tls_(tls) {
    (void)has_changed();
  }
  bool has_changed() {
    if (!tls_) return false;
    const auto stamp = [&](const std::filesystem::path& path) {
      const auto status = files_.status(path);
      return status ? std::pair(status->mtime_ns, status->inode)
                    : std::pair<std::int64_t, std::uint64_t>(0, 0);
    };
    const auto now = std::pair(stamp(tls_->certificate), stamp(tls_->key));
    return std::exchange(seen_, now) != now;
  }

 private:
  using Stamp = std::pair<std::int64_t, std::uint64_t>;
  const FileSystem& files_;
  const std::optional<TlsFiles> tls_;
  std::pair<Stamp, Stamp> seen_;
};

std::vector<std::string> lower_case(std::vector<std::string> texts) {
  for (auto& text : texts) {
    ascii::make_lower(text);
  }
  return texts;
}

Result<std::unique_ptr<LineSink>> open_sink(const std::filesystem::path& path, bool wanted,
                                            std::uint64_t most_bytes = LineSink::kUnbounded) {
  if (!wanted) return nullptr;
  return LineSink::open(path, most_bytes);
}

}  // namespace

Status serve(FileSystem& files, const ServeOptions& options) {
  const Signals signals;
  QUARRY_TRY(auto log_sink, open_sink(options.log, options.log_level != LogLevel::off));
  RequestLog log(std::move(log_sink), options.log_level, options.log_queries);
  QUARRY_TRY(auto sample_sink, open_sink(options.sample, !options.sample.empty(), options.sample_limit));
  QueryLog query_log(std::move(sample_sink), options.sample_rate);
  QUARRY_TRY(const auto access, AccessControl::open(files, options.access));
  QUARRY_TRY(const auto catalog, Catalog::open(files, options.catalog));
  Metrics metrics(options.version);
  LiveQuality quality;

  const auto say = [&](const std::string& line) {
    options.say(line);
    if (options.log != "-") log.note_message(line);  // else both would stand on stderr
  };
  const auto warn_of_words_only = [&](const std::shared_ptr<const ServedIndex>& served) {
    if (served == nullptr || served->without_encoder.empty()) return;
    say(fmt::format("warning: {} is ranked by words only: {}; give --model, index anew, or say --no-vectors",
                    served->label, served->without_encoder));
  };
  const auto reload = [&](bool always) {
    auto changes = catalog->refresh(always);
    for (const auto& change : changes) {
      if (!change.error.empty()) {
        metrics.count_reload(change.side, false);
        say(fmt::format("{}: still serving {}: {}", change.side, change.label, change.error));
      } else if (change.swapped) {
        metrics.count_reload(change.side, true);
        say(fmt::format("now serving {}", change.label));
        warn_of_words_only(catalog->side(change.side));
      }
    }
    return changes;
  };
  Services services{.catalog = *catalog,
                    .metrics = metrics,
                    .quality = quality,
                    .query_log = query_log,
                    .reload = reload,
                    .version = options.version,
                    .show_folders = options.show_folders};
  std::vector<std::filesystem::path> directories;
  for (const auto& source : options.catalog.sources) directories.push_back(source.directory);
  Refresher refresher(files, {.indexes = std::move(directories),
                              .clones = options.clones,
                              .open_encoder = options.open_index_encoder,
                              .on_change = [&] { reload(false); },
                              .say = say});
  const Integrations integrations{
      .version = options.version,
      .allowed_origins = lower_case(options.allowed_origins),
      .webhook_secrets = options.webhook_secrets,
      .is_ready = [&] { return services.ready.load(); },
      .refresh_repository =
          [&](const std::vector<std::string>& remotes) { return refresher.request(remotes); }};
  Router router = make_routes(services);
  add_integration_routes(router, integrations);
  Dispatcher dispatcher(options.dispatcher, {router, *access, *catalog, metrics, log});
  QUARRY_TRY(const auto http, HttpServer::start(options.http, dispatcher));
  metrics.on_read([&] { return look(services, *http, dispatcher); });
  for (const auto& served : catalog->all()) warn_of_words_only(served);
  say(fmt::format("serving at {}", url_of(options.http, http->port())));

  CertificateWatch certificate(files, options.http.tls);
  std::string access_error;
  bool sample_was_full = false;
  const auto renew = [&](bool always) {
    reload(always);
    const auto refreshed = access->refresh();
    const std::string error = refreshed ? "" : refreshed.error().message;
    if (error != access_error && !error.empty()) say(fmt::format("keys are as before: {}", error));
    access_error = error;
    if (certificate.has_changed() || always) {
      if (const auto renewed = http->reload_certificate(); !renewed) say(renewed.error().message);
    }
    const bool sample_is_full = query_log.is_full();
    if (sample_is_full && !sample_was_full) {
      say(
          fmt::format("warning: {} has reached --sample-limit: samples and feedback are lost until it is "
                      "moved away and SIGHUP comes",
                      options.sample.string()));
    }
    sample_was_full = sample_is_full;
    metrics.count_lost_log_lines(log.take_lost() + query_log.take_lost());
  };
  std::atomic<bool> hung_up{false};
  auto watch = std::make_unique<Watch>(options.poll, [&] { renew(hung_up.exchange(false)); });

  int signal = signals.wait();
  for (; signal == SIGHUP; signal = signals.wait()) {
    log.reopen();
    query_log.reopen();
    hung_up = true;  // the watch's thread reloads: one place, one thread
  }
  // Readiness goes first, so that a load balancer sends nothing new; then the rest, in order.
  services.ready = false;
  if (signal == SIGTERM) (void)signals.wait_for(options.drain_delay);
  http->drain();
  if (!http->wait_until_empty(options.drain_time)) {
    say(fmt::format("{} connections were cut off", http->connections()));
  }
  watch.reset();
  metrics.on_read({});
  return {};
}

}  // namespace quarry::server
