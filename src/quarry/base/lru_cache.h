// The values that were used last, by key.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace quarry {

// Thread-safe. A value lives on with who got it, also when it is forgotten here.
template <class Key, class Value>
class LruCache {
 public:
  using Kept = std::shared_ptr<const Value>;

  // Remembers at most `capacity` values, at least one.
  explicit LruCache(std::size_t capacity) : capacity_(capacity) {}

  // Null where it is not known.
  [[nodiscard]] Kept find(const Key& key) {
    const std::scoped_lock guard(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    recent_.splice(recent_.begin(), recent_, found->second);
    return found->second->second;
  }

  // The value that was there first stays.
  void store(const Key& key, Kept value) {
    const std::scoped_lock guard(mutex_);
    if (entries_.contains(key)) return;
    recent_.emplace_front(key, std::move(value));
    entries_.emplace(key, recent_.begin());
    if (recent_.size() > capacity_ && recent_.size() > 1) {
      entries_.erase(recent_.back().first);
      recent_.pop_back();
    }
  }

 private:
  using Entries = std::list<std::pair<Key, Kept>>;

  std::size_t capacity_;
  std::mutex mutex_;
  Entries recent_;  // the front was used last
  std::unordered_map<Key, typename Entries::iterator> entries_;
};

}  // namespace quarry
