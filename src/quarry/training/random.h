// Random numbers that depend on what they are for, not on what was drawn before: the ground of resumable
// training.
//
// A stream is named by up to three numbers (seed, epoch, example ...), so that a run that starts again in the
// middle, or that is spread over several workers, draws the same numbers as one that was never cut. Source:
// SplitMix64 (Steele, Lea, Flood 2014) for the stream and for mixing its name.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <utility>

namespace quarry::training {

class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0, std::uint64_t part = 0)
      : state_(mix(mix(mix(seed) ^ stream) ^ part)) {}

  std::uint64_t next() { return mix(state_ += kStep); }
  // In [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  // In [0, bound), 0 < bound <= 2^32; the bias of at most bound / 2^32 is of no account here.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(((next() >> 32) * bound) >> 32); }
  bool chance(double probability) { return uniform() < probability; }
  // Standard normal (Box and Muller 1958).
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }
  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15U;
  static std::uint64_t mix(std::uint64_t z) {
    z += kStep;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

}  // namespace quarry::training
