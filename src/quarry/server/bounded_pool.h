// Threads behind a queue that refuses what it cannot hold: overload is answered at once, not after a wait.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

#include "quarry/base/ordered_pipeline.h"

namespace quarry::server {

// Thread-safe. The destructor waits for everything posted.
class BoundedPool {
 public:
  BoundedPool(std::size_t threads, std::size_t queue) : bound_(queue), pool_(threads) {}

  // False, and nothing happens, where `queue` tasks wait already. The task must not throw.
  [[nodiscard]] bool try_post(std::function<void()> task) {
    if (waiting_.fetch_add(1) >= bound_ + pool_.size()) {
      waiting_.fetch_sub(1);
      return false;
    }
    pool_.post([this, task = std::move(task)] {
      task();
      waiting_.fetch_sub(1);
    });
    return true;
  }

  // Tasks that wait or run.
  [[nodiscard]] std::size_t load() const { return waiting_.load(); }

 private:
  const std::size_t bound_;
  std::atomic<std::size_t> waiting_{0};
  ThreadPool pool_;
};

}  // namespace quarry::server
