// Memory that many requests share: taken before it is filled, given back with the last reference.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace quarry::server {

// Thread-safe. Leases may outlive the budget.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t bytes) : left_(std::make_shared<std::atomic<std::size_t>>(bytes)) {}

  // Null where less than `bytes` is left.
  [[nodiscard]] std::shared_ptr<const void> try_take(std::size_t bytes) {
    std::size_t left = left_->load();
    do {
      if (bytes > left) return nullptr;
    } while (!left_->compare_exchange_weak(left, left - bytes));
    return {static_cast<const void*>(left_.get()), [left = left_, bytes](const void*) { *left += bytes; }};
  }

 private:
  std::shared_ptr<std::atomic<std::size_t>> left_;
};

}  // namespace quarry::server
