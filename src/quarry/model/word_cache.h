// Words already cut into pieces: code repeats its words, so most of encoding is looking up here.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string_view>

#include "quarry/model/vocabulary.h"

namespace quarry::model {

// Fixed size: a word that hashes to a taken slot replaces what was there, so memory is bounded and nothing is
// ever allocated after construction. Keys are compared byte by byte: a hit is always right. Not thread-safe.
class WordCache {
 public:
  // Fresh pages are zero and cost nothing until they are touched: a process that encodes one query pays for a
  // few.
  WordCache() : memory_(std::calloc(kSlots + 1, sizeof(Slot)), &std::free) {
    if (memory_ == nullptr) throw std::bad_alloc();
    void* slots = memory_.get();
    std::size_t room = (kSlots + 1) * sizeof(Slot);
    slots_ = static_cast<Slot*>(std::align(sizeof(Slot), kSlots * sizeof(Slot), slots, room));
  }

  // Until the next store().
  [[nodiscard]] std::optional<std::span<const TokenId>> find(std::string_view word) const {
    if (word.size() > kKeyBytes) return std::nullopt;
    const Slot& slot = slots_[index_of(word)];
    if (slot.length != word.size() + 1 || std::memcmp(slot.key.data(), word.data(), word.size()) != 0)
      return std::nullopt;
    return std::span(slot.ids).first(slot.count);
  }

  // Long words and words of many pieces are not kept: they are rare.
  void store(std::string_view word, std::span<const TokenId> ids) {
    if (word.size() > kKeyBytes || ids.size() > kIds) return;
    Slot& slot = slots_[index_of(word)];
    slot.length = static_cast<std::uint8_t>(word.size() + 1);
    slot.count = static_cast<std::uint8_t>(ids.size());
    std::copy(ids.begin(), ids.end(), slot.ids.begin());
    std::memcpy(slot.key.data(), word.data(), word.size());
  }

 private:
  static constexpr std::size_t kSlots = 1U << 15;
  static constexpr std::size_t kIds = 7;
  static constexpr std::size_t kKeyBytes = 34;
  struct Slot {  // one cache line; all zero is an empty one
    std::array<TokenId, kIds> ids;
    std::uint8_t count;
    std::uint8_t length;  // of the key, plus one
    std::array<char, kKeyBytes> key;
  };
  static_assert(sizeof(Slot) == 64);

  static std::size_t index_of(std::string_view word) {
    constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15U;
    const auto load = [](const char* at, std::size_t bytes) {
      std::uint64_t value = 0;
      std::memcpy(&value, at, bytes);
      return value;
    };
    std::uint64_t hash = word.size();
    const char* at = word.data();
    std::size_t left = word.size();
    for (; left > 8; left -= 8, at += 8) hash = (hash ^ load(at, 8)) * kMultiplier, hash ^= hash >> 29U;
    hash = (hash ^ load(at, left)) * kMultiplier;
    return static_cast<std::size_t>(hash >> 49U);
  }

  std::unique_ptr<void, decltype(&std::free)> memory_;
  Slot* slots_ = nullptr;
};

}  // namespace quarry::model
