// Finds code that is nearly the same as code seen before, whatever repository it came from: MinHash and
// bands.
//
// The set of a text is its runs of three identifiers and words, lower case. The share of equal values in two
// signatures estimates the Jaccard similarity of their sets (A. Broder, "On the resemblance and containment
// of documents", 1997); bands of rows find the candidates (P. Indyk and R. Motwani, 1998). Copies teach
// nothing twice, and a copy in the test part would be graded by heart (M. Allamanis, "The adverse effects of
// code duplication", 2019).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace quarry::preparation {

inline constexpr std::size_t kBands = 12;
inline constexpr std::size_t kRows = 5;  // a band
inline constexpr std::size_t kHashes = kBands * kRows;
// Equal values from which two texts are nearly the same: an estimated similarity of 0.8. Such a pair shares a
// band with a probability of 0.99.
inline constexpr std::size_t kDuplicateHashes = 48;

// 16 bits of each minimum: two that differ agree by chance once in 65,536.
using MinHash = std::array<std::uint16_t, kHashes>;

[[nodiscard]] MinHash min_hash(std::string_view code);

// Keeps about 250 bytes a text. Not thread-safe; the answers depend on the order of the calls and on nothing
// else.
class NearDuplicates {
 public:
  NearDuplicates();

  // False where a text added before is nearly the same; else it is added itself.
  [[nodiscard]] bool add(const MinHash& hash);
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  void link(std::uint32_t item);
  void grow();

  std::vector<MinHash> known_;
  std::vector<std::array<std::uint32_t, kBands>>
      next_;                          // by item and band: the one before it in the same slot
  std::vector<std::uint32_t> heads_;  // by band and slot: the last item
  std::size_t slots_ = 0;             // a band, a power of two
};

}  // namespace quarry::preparation
