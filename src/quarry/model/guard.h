// What may be slow or gone, made safe to ask on the way to an answer: every question has a time budget, and
// after some failures in a row nobody waits any more until it answers again.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "quarry/base/result.h"

namespace quarry::model {

struct GuardOptions {
  std::chrono::milliseconds budget{200};   // a question that takes longer is a failure
  int failures_to_open = 3;                // in a row; then questions fail at once
  std::chrono::milliseconds pause{2'000};  // between attempts, in the background, to reach it again
  std::size_t most_pending = 8;            // questions on their way, those whose caller left among them
};

// Safe to share between threads.
class Guard {
 public:
  // `who` is what messages call it: "the encoder NAME". `probe` asks it something small and tells whether it
  // answered; it is called on a thread of the guard.
  Guard(std::string who, const GuardOptions& options, std::function<bool()> probe);
  // Waits for questions that are still on their way: as long as their own time-out.
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // What `question` answers within the budget; it runs on a thread of the guard, in the caller's trace, and
  // may outlive the call. ErrorKind::unavailable where it took too long, failed, or failed too often before.
  template <class T>
  [[nodiscard]] Result<T> ask(std::function<Result<T>()> question) const {
    auto answer = std::make_shared<std::promise<Result<T>>>();
    auto arrival = answer->get_future();
    QUARRY_CHECK(start(
        [answer = std::move(answer), question = std::move(question)] { answer->set_value(question()); }));
    if (arrival.wait_for(options_.budget) != std::future_status::ready) return tl::unexpected(too_slow());
    auto result = arrival.get();
    note(result.has_value());
    if (!result) return fail(ErrorKind::unavailable, "{} failed: {}", who_, result.error().message);
    return result;
  }

  [[nodiscard]] bool open() const;  // it failed too often; nobody is made to wait for it

 private:
  struct State;
  [[nodiscard]] Status start(std::function<void()> question) const;
  [[nodiscard]] Error too_slow() const;
  void note(bool worked) const;

  const std::string who_;
  const GuardOptions options_;
  std::unique_ptr<State> state_;
};

}  // namespace quarry::model
