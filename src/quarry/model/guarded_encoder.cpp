#include "quarry/model/guarded_encoder.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "quarry/model/open_encoder.h"
#include "quarry/model/remote_encoder.h"
#include "quarry/model/trace_context.h"

namespace quarry::model {
namespace {

using std::chrono::steady_clock;

// A question that outlives its caller, who may have left when the answer comes.
struct Question {
  std::vector<std::string> texts;
  Side side = Side::query;
  TraceContext trace;
  std::promise<Result<std::vector<float>>> answer;
};

}  // namespace

struct GuardedEncoder::State {
  State(std::shared_ptr<const Encoder> asked, const GuardOptions& chosen)
      : encoder(std::move(asked)), options(chosen) {
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

  // Null where as many questions as allowed are on their way.
  std::shared_ptr<Question> ask(std::span<const std::string_view> texts, Side side) {
    auto question = std::make_shared<Question>();
    question->texts.assign(texts.begin(), texts.end());
    question->side = side;
    question->trace = TraceScope::current();
    {
      const std::lock_guard lock(mutex);
      if (pending >= options.most_pending) return nullptr;
      ++pending;
      waiting.push_back(question);
    }
    changed.notify_all();
    return question;
  }

  void note(bool worked) {
    const std::lock_guard lock(mutex);
    failures = worked ? 0 : failures + 1;
    const bool was_open = open;
    open = failures >= options.failures_to_open;
    if (open && !was_open) changed.notify_all();
  }

  [[nodiscard]] Result<std::vector<float>> encode(const Question& question) const {
    const TraceScope trace(question.trace);
    const std::vector<std::string_view> texts(question.texts.begin(), question.texts.end());
    return encoder->encode(texts, question.side);
  }

  void answer_questions() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return ended || !waiting.empty(); });
      if (waiting.empty()) return;
      const auto question = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      question->answer.set_value(encode(*question));
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
      Question question;
      question.texts = {"probe"};
      const auto began = steady_clock::now();
      const bool worked = encode(question).has_value() && steady_clock::now() - began <= options.budget;
      lock.lock();
      if (worked) {
        failures = 0;
        open = false;
      }
    }
  }

  const std::shared_ptr<const Encoder> encoder;
  const GuardOptions options;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Question>> waiting;
  std::size_t pending = 0;
  int failures = 0;
  bool open = false;
  bool ended = false;
  std::vector<std::thread> threads;
  std::thread prober;
};

GuardedEncoder::GuardedEncoder(std::shared_ptr<const Encoder> encoder, const GuardOptions& options)
    : encoder_(std::move(encoder)),
      name_(options.name.empty() ? encoder_->name() : options.name),
      fingerprint_(options.fingerprint.empty() ? encoder_->fingerprint() : options.fingerprint),
      state_(std::make_unique<State>(encoder_, options)) {}

GuardedEncoder::~GuardedEncoder() = default;

bool GuardedEncoder::open() const {
  const std::lock_guard lock(state_->mutex);
  return state_->open;
}

Result<std::vector<float>> GuardedEncoder::encode(std::span<const std::string_view> texts, Side side) const {
  if (open()) {
    return fail(ErrorKind::unavailable,
                "the encoder {} did not answer {} times in a row; it is tried again every {} ms", name(),
                state_->options.failures_to_open, state_->options.pause.count());
  }
  const auto question = state_->ask(texts, side);
  if (question == nullptr) {
    return fail(ErrorKind::unavailable, "the encoder {} has {} questions to answer already", name(),
                state_->options.most_pending);
  }
  auto answer = question->answer.get_future();
  if (answer.wait_for(state_->options.budget) != std::future_status::ready) {
    state_->note(false);
    return fail(ErrorKind::unavailable, "the encoder {} did not answer within {} ms", name(),
                state_->options.budget.count());
  }
  auto result = answer.get();
  state_->note(result.has_value());
  if (!result)
    return fail(ErrorKind::unavailable, "the encoder {} failed: {}", name(), result.error().message);
  return result;
}

Result<std::shared_ptr<const Encoder>> open_query_encoder(const std::string& address, std::string name,
                                                          std::string fingerprint, std::uint32_t dimensions,
                                                          std::chrono::milliseconds budget) {
  QUARRY_TRY(RemoteOptions remote, remote_options_of(address));
  remote.dimensions = dimensions;  // so that nothing is asked of a server that may come later
  remote.retries = 0;
  remote.total_timeout = std::max(5 * budget, std::chrono::milliseconds(1'000));
  remote.connect_timeout = remote.total_timeout;
  QUARRY_TRY(auto encoder, open_remote_encoder(remote));
  GuardOptions options;
  options.budget = budget;
  options.name = std::move(name);
  options.fingerprint = std::move(fingerprint);
  return std::make_shared<const GuardedEncoder>(std::move(encoder), options);
}

}  // namespace quarry::model
