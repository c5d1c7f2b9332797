#include "quarry/preparation/near_duplicates.h"

#include <algorithm>
#include <limits>
#include <string>

#include "quarry/base/ascii.h"
#include "quarry/base/hash.h"
#include "quarry/text/words.h"

namespace quarry::preparation {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kFirstSlots = 1U << 12U;
// Boilerplate fills single slots with thousands of items; so many are looked at, the newest first.
constexpr std::size_t kLongestChain = 512;

// A multiplier and an addend a hash function, from splitmix64: fixed, so that signatures are the same
// everywhere.
struct Functions {
  std::array<std::uint64_t, kHashes> factor{};
  std::array<std::uint64_t, kHashes> addend{};
};

constexpr Functions make_functions() {
  Functions functions;
  std::uint64_t state = 0x5175617272794D48ULL;
  const auto draw = [&state] {
    state += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  };
  for (std::size_t i = 0; i < kHashes; ++i) {
    functions.factor[i] = draw() | 1U;
    functions.addend[i] = draw();
  }
  return functions;
}
constexpr Functions kFunctions = make_functions();

std::uint64_t slot_hash(const MinHash& hash, std::size_t band) {
  std::uint64_t value = 0x9E3779B97F4A7C15ULL * (band + 1);
  for (std::size_t row = 0; row < kRows; ++row) {
    value = (value ^ hash[band * kRows + row]) * 0xBF58476D1CE4E5B9ULL;
    value ^= value >> 29U;
  }
  return value ^ (value >> 32U);
}

std::size_t equal_values(const MinHash& a, const MinHash& b) {
  std::size_t equal = 0;
  for (std::size_t i = 0; i < kHashes; ++i) equal += a[i] == b[i] ? 1U : 0U;
  return equal;
}

}  // namespace

MinHash min_hash(std::string_view code) {
  std::array<std::uint64_t, kHashes> least;
  least.fill(std::numeric_limits<std::uint64_t>::max());
  std::array<std::uint64_t, 3> run{};
  std::size_t count = 0;
  std::string low;
  for (auto id = text::next_identifier(code); !id.empty(); id = text::next_identifier(code)) {
    low.assign(id);
    ascii::make_lower(low);
    run = {run[1], run[2], hash64(low)};
    if (++count < 3) continue;
    const std::uint64_t shingle = hash64(std::as_bytes(std::span(run)));
    for (std::size_t i = 0; i < kHashes; ++i) {
      least[i] = std::min(least[i], shingle * kFunctions.factor[i] + kFunctions.addend[i]);
    }
  }
  // Two words and fewer are a set of their own.
  if (count < 3) least.fill(hash64(std::as_bytes(std::span(run))));
  MinHash hash{};
  // The lowest bits of a product are its poorest.
  for (std::size_t i = 0; i < kHashes; ++i)
    hash[i] = static_cast<std::uint16_t>((least[i] * 0x9E3779B97F4A7C15ULL) >> 48U);
  return hash;
}

NearDuplicates::NearDuplicates() : heads_(kBands * kFirstSlots, kNone), slots_(kFirstSlots) {}

bool NearDuplicates::add(const MinHash& hash) {
  for (std::size_t band = 0; band < kBands; ++band) {
    std::uint32_t item = heads_[band * slots_ + (slot_hash(hash, band) & (slots_ - 1))];
    for (std::size_t steps = 0; item != kNone && steps < kLongestChain; ++steps) {
      if (equal_values(known_[item], hash) >= kDuplicateHashes) return false;
      item = next_[item][band];
    }
  }
  if (known_.size() >= slots_) grow();
  known_.push_back(hash);
  next_.emplace_back();
  link(static_cast<std::uint32_t>(known_.size() - 1));
  return true;
}

void NearDuplicates::link(std::uint32_t item) {
  for (std::size_t band = 0; band < kBands; ++band) {
    std::uint32_t& head = heads_[band * slots_ + (slot_hash(known_[item], band) & (slots_ - 1))];
    next_[item][band] = head;
    head = item;
  }
}

void NearDuplicates::grow() {
  slots_ *= 2;
  heads_.assign(kBands * slots_, kNone);
  for (std::uint32_t item = 0; item < known_.size(); ++item) link(item);
}

}  // namespace quarry::preparation
