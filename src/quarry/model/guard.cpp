#include "quarry/model/guard.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "quarry/model/trace_context.h"

namespace quarry::model {

using std::chrono::steady_clock;

struct Guard::State {
  State(const GuardOptions& chosen, std::function<bool()> asked) : options(chosen), probe(std::move(asked)) {
    for (std::size_t i = 0; i < options.most_pending; ++i)
      threads.emplace_back([this] { answer_questions(); });
    prober = std::thread([this] { probe_while_open(); });
  }

  ~State() {
    {
      const std::lock_guard lock(mutex);
      ended = true;
    }
    changed.notify_all();
    for (std::thread& thread : threads) thread.join();
    prober.join();
  }

  // False where as many questions as allowed are on their way.
  bool start(std::function<void()> question) {
    {
      const std::lock_guard lock(mutex);
      if (pending >= options.most_pending) return false;
      ++pending;
      waiting.push_back({std::move(question), TraceScope::current()});
    }
    changed.notify_all();
    return true;
  }

  void note(bool worked) {
    const std::lock_guard lock(mutex);
    failures = worked ? 0 : failures + 1;
    const bool was_open = open;
    open = failures >= options.failures_to_open;
    if (open && !was_open) changed.notify_all();
  }

  void answer_questions() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return ended || !waiting.empty(); });
      if (waiting.empty()) return;
      {
        const Waiting next = std::move(waiting.front());
        waiting.pop_front();
        lock.unlock();
        const TraceScope trace(next.trace);
        next.question();
      }
      lock.lock();
      --pending;
    }
  }

  void probe_while_open() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return ended || open; });
      if (changed.wait_for(lock, options.pause, [this] { return ended; })) return;
      lock.unlock();
      const auto began = steady_clock::now();
      const bool worked = probe() && steady_clock::now() - began <= options.budget;
      lock.lock();
      if (worked) {
        failures = 0;
        open = false;
      }
    }
  }

  // A question that outlives its caller, who may have left when the answer comes.
  struct Waiting {
    std::function<void()> question;
    TraceContext trace;
  };

  const GuardOptions options;
  const std::function<bool()> probe;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<Waiting> waiting;
  std::size_t pending = 0;
  int failures = 0;
  bool open = false;
  bool ended = false;
  std::vector<std::thread> threads;
  std::thread prober;
};

Guard::Guard(std::string who, const GuardOptions& options, std::function<bool()> probe)
    : who_(std::move(who)), options_(options), state_(std::make_unique<State>(options, std::move(probe))) {}

Guard::~Guard() = default;

bool Guard::open() const {
  const std::lock_guard lock(state_->mutex);
  return state_->open;
}

Status Guard::start(std::function<void()> question) const {
  if (open()) {
    return fail(ErrorKind::unavailable, "{} did not answer {} times in a row; it is tried again every {} ms",
                who_, options_.failures_to_open, options_.pause.count());
  }
  if (!state_->start(std::move(question))) {
    return fail(ErrorKind::unavailable, "{} has {} questions to answer already", who_, options_.most_pending);
  }
  return {};
}

Error Guard::too_slow() const {
  note(false);
  return {ErrorKind::unavailable,
          fmt::format("{} did not answer within {} ms", who_, options_.budget.count())};
}

void Guard::note(bool worked) const {
  state_->note(worked);
}

}  // namespace quarry::model
