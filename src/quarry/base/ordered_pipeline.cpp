#include "quarry/base/ordered_pipeline.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace quarry {

struct ThreadPool::State {
  explicit State(std::size_t threads) : size(threads), pool(threads) {}
  std::size_t size;
  boost::asio::thread_pool pool;
};

ThreadPool::ThreadPool(std::size_t threads)
    : state_(std::make_unique<State>(threads != 0 ? threads
                                                  : std::max(1U, std::thread::hardware_concurrency()))) {}

ThreadPool::~ThreadPool() {
  state_->pool.join();
}

std::size_t ThreadPool::size() const {
  return state_->size;
}

void ThreadPool::post(std::function<void()> task) {
  boost::asio::post(state_->pool, std::move(task));
}

void run_ordered(ThreadPool& pool, std::size_t count, std::size_t budget,
                 const std::function<std::size_t(std::size_t)>& cost,
                 const std::function<void(std::size_t)>& produce,
                 const std::function<bool(std::size_t)>& consume) {
  std::mutex mutex;
  std::condition_variable ready;
  std::vector<char> done(count, 0);
  std::size_t started = 0;
  std::size_t in_flight = 0;
  bool stopped = false;

  for (std::size_t next = 0; next < count; ++next) {
    while (!stopped && started < count && (started == next || in_flight + cost(started) <= budget)) {
      const std::size_t item = started++;
      in_flight += cost(item);
      pool.post([&, item] {
        produce(item);
        // Notified under the lock: once it is released the waiter may return and destroy `ready`.
        const std::lock_guard lock(mutex);
        done[item] = 1;
        ready.notify_one();
      });
    }
    if (next >= started) break;
    {
      std::unique_lock lock(mutex);
      ready.wait(lock, [&] { return done[next] != 0; });
    }
    if (!stopped && !consume(next)) stopped = true;
    in_flight -= cost(next);
  }
}

}  // namespace quarry
