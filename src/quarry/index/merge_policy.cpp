#include "quarry/index/merge_policy.h"

#include <algorithm>
#include <map>

namespace quarry::index {
namespace {

constexpr std::size_t kSegmentsPerTier = 8;
constexpr std::uint64_t kSmallest = 512U << 10;  // the first tier ends here
constexpr std::uint64_t kLargest = 64U << 20;    // larger ones are few anyway

std::size_t tier_of(std::uint64_t bytes) {
  std::size_t tier = 0;
  for (std::uint64_t bound = kSmallest; bytes > bound; bound *= 8) ++tier;
  return tier;
}

}  // namespace

std::vector<std::vector<std::size_t>> choose_merges(std::span<const SegmentLoad> segments) {
  std::map<std::size_t, std::vector<std::size_t>> tiers;
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t s = 0; s < segments.size(); ++s) {
    const SegmentLoad& load = segments[s];
    if (load.live == 0) continue;
    const std::uint64_t bytes = load.bytes / load.files * load.live;
    if (bytes <= kLargest) tiers[tier_of(bytes)].push_back(s);
    if (bytes > kLargest && load.live < load.files / 2) groups.push_back({s});
  }
  for (auto& [tier, members] : tiers) {
    if (members.size() >= kSegmentsPerTier) {
      groups.push_back(std::move(members));
      continue;
    }
    for (const std::size_t s : members) {
      if (segments[s].live < segments[s].files / 2) groups.push_back({s});
    }
  }
  std::sort(groups.begin(), groups.end());
  return groups;
}

}  // namespace quarry::index
