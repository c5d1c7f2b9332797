#include "quarry/server/refresher.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "quarry/corpus/source.h"
#include "quarry/index/index_writer.h"
#include "quarry/server/push_event.h"

namespace quarry::server {
namespace {

constexpr std::chrono::seconds kPatience{60};  // with another writer of the same index
constexpr std::chrono::milliseconds kPause{200};

struct Job {
  std::filesystem::path index;
  std::string remote;
  bool operator==(const Job&) const = default;
};

// What to open to see the repository of a view as it is now.
std::string place_of(const index::ViewInfo& view, const std::filesystem::path& clones) {
  if (!view.root.empty()) return view.root;
  std::error_code ignored;
  const auto base = std::filesystem::weakly_canonical(clones, ignored);
  const bool cloned = !clones.empty() && std::filesystem::path(view.identity).parent_path() == base;
  return cloned && !view.remote.empty() ? view.remote : view.identity;
}

}  // namespace

struct Refresher::State {
  State(FileSystem& system, RefresherOptions chosen) : files(system), options(std::move(chosen)) {}

  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (changed.wait(lock, stop, [this] { return !waiting.empty(); })) {
      const Job job = std::move(waiting.front());
      waiting.pop_front();
      busy = true;
      lock.unlock();
      refresh(job, stop);
      lock.lock();
      busy = false;
      changed.notify_all();
    }
  }

  void refresh(const Job& job, const std::stop_token& stop) const {
    const auto began = std::chrono::steady_clock::now();
    const auto report = try_refresh(job, stop);
    if (!report) {
      options.say(fmt::format("{} was not refreshed: {}", job.remote, report.error().message));
      return;
    }
    const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    options.say(fmt::format("{} was refreshed in {:.1f} s: {} files parsed, {} removed", job.remote, took,
                            report->parsed, report->removed));
    if (report->changed && options.on_change) options.on_change();
  }

  [[nodiscard]] Result<index::UpdateReport> try_refresh(const Job& job, const std::stop_token& stop) const {
    QUARRY_TRY(const auto snapshot, index::Snapshot::open(files, job.index));
    std::shared_ptr<const model::Encoder> encoder;
    if (!snapshot->model().name.empty()) {
      if (options.open_encoder) {
        QUARRY_TRY(encoder, options.open_encoder(*snapshot));
      }
      if (encoder == nullptr) {
        return fail(ErrorKind::version_mismatch, "the model of the index, {}, is not installed",
                    snapshot->model().name);
      }
    }
    index::UpdateReport sum;
    for (const auto& view : snapshot->views()) {
      if (remote_key(view.remote) != job.remote) continue;
      corpus::OpenOptions open;
      open.name = view.repository;
      open.clones = options.clones;
      open.progress = [&](std::string_view, std::size_t, std::size_t) { return !stop.stop_requested(); };
      QUARRY_TRY(const auto source, corpus::open_source(files, place_of(view, options.clones), open));
      index::UpdateOptions update;
      update.source = snapshot->has_source();
      update.encoder = encoder.get();
      update.stop = stop;
      QUARRY_TRY(const auto writer, open_writer(job.index, stop));
      QUARRY_TRY(const auto report, writer->update(*source, update));
      sum.changed = sum.changed || report.changed;
      sum.parsed += report.parsed;
      sum.removed += report.removed;
    }
    return sum;
  }

  [[nodiscard]] Result<std::unique_ptr<index::IndexWriter>> open_writer(const std::filesystem::path& index,
                                                                        const std::stop_token& stop) const {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (true) {
      auto writer = index::IndexWriter::open(files, index);
      const bool busy_elsewhere = !writer && writer.error().kind == ErrorKind::busy;
      if (!busy_elsewhere || stop.stop_requested() || std::chrono::steady_clock::now() > until) return writer;
      std::this_thread::sleep_for(kPause);
    }
  }

  FileSystem& files;
  const RefresherOptions options;
  std::mutex mutex;
  std::condition_variable_any changed;
  std::deque<Job> waiting;
  bool busy = false;
  std::jthread thread;
};

Refresher::Refresher(FileSystem& files, RefresherOptions options)
    : state_(std::make_unique<State>(files, std::move(options))) {
  if (!state_->options.say) std::abort();  // a caller's defect
  state_->thread = std::jthread([state = state_.get()](const std::stop_token& stop) { state->work(stop); });
}

Refresher::~Refresher() {
  state_->thread.request_stop();
  state_->thread.join();
}

bool Refresher::request(const std::vector<std::string>& remotes) {
  bool known = false;
  for (const auto& index : state_->options.indexes) {
    const auto snapshot = index::Snapshot::open(state_->files, index);
    if (!snapshot) continue;
    for (const auto& view : (*snapshot)->views()) {
      const std::string key = remote_key(view.remote);
      if (view.remote.empty() || std::find(remotes.begin(), remotes.end(), key) == remotes.end()) continue;
      known = true;
      const std::lock_guard lock(state_->mutex);
      // One that runs may have read the repository before this push; one that waits has not.
      const Job job{index, key};
      if (std::find(state_->waiting.begin(), state_->waiting.end(), job) == state_->waiting.end()) {
        state_->waiting.push_back(job);
      }
    }
  }
  state_->changed.notify_all();
  return known;
}

void Refresher::wait_until_idle() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->waiting.empty() && !state_->busy; });
}

}  // namespace quarry::server
