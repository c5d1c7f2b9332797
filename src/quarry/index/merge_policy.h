// Which segments to merge: small ones once there are eight of a size, and those that are mostly dead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace quarry::index {

struct SegmentLoad {
  std::uint64_t bytes = 0;
  std::uint32_t files = 0;
  std::uint32_t live = 0;  // in any view
};

// Groups of positions, ascending; each group becomes one segment. Segments without live files are in no
// group: they are dropped. Sizes count without what is dead. Eight to a tier and tiers of factor eight: a
// file is copied once a tier, so refreshing n times costs O(n log n) bytes. The answer depends on the
// arguments only.
[[nodiscard]] std::vector<std::vector<std::size_t>> choose_merges(std::span<const SegmentLoad> segments);

}  // namespace quarry::index
