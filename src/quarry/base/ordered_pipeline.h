// Parallel work with results in input order and bounded memory: the shape of indexing and of encoding.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace quarry {

// Threads that live as long as the object. Thread-safe.
class ThreadPool {
 public:
  explicit ThreadPool(std::size_t threads);  // 0: one a core
  ~ThreadPool();                             // waits for everything posted
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] std::size_t size() const;
  void post(std::function<void()> task);  // the task must not throw

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Runs produce(i) for i in [0, count) on the pool and consume(i) on the calling thread, in order of i, each
// after its produce(i) has returned. cost(i) is the memory that i holds between the two, in any unit; the sum
// over items started and not consumed stays under `budget` (one item alone may exceed it). Stops early, after
// the running items have ended, when consume returns false.
void run_ordered(ThreadPool& pool, std::size_t count, std::size_t budget,
                 const std::function<std::size_t(std::size_t)>& cost,
                 const std::function<void(std::size_t)>& produce,
                 const std::function<bool(std::size_t)>& consume);

}  // namespace quarry
