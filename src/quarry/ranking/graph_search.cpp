#include "quarry/ranking/graph_search.h"

#include <algorithm>
#include <queue>

namespace quarry::ranking {
namespace {

using Found = std::pair<float, std::uint32_t>;

constexpr std::size_t kStarts = 16;
// Similarities that cost as much as scanning one unit's sign bits: 1 / 32 of the segment is what a scan
// costs.
constexpr std::size_t kScannedPerSimilarity = 32;
constexpr std::size_t kLeastBudget = 4096;

// The best-first search of HNSW's lowest layer: the most similar unit that was seen is left for its
// neighbours, until all that are left are worse than `count` answers.
class Walk {
 public:
  Walk(const index::VectorGraph& graph, const GraphQuery& query)
      : graph_(graph),
        query_(query),
        budget_(std::max<std::size_t>(kLeastBudget, graph.unit_count() / kScannedPerSimilarity)),
        seen_((std::size_t{graph.unit_count()} + 63) / 64) {}

  Result<bool> run() {
    QUARRY_CHECK(begin());
    while (!open_.empty()) {
      const Found next = open_.top();
      if (best_.size() == query_.count && next.first < best_.top().first) break;
      open_.pop();
      QUARRY_TRY(const auto neighbours, graph_.neighbours(next.second));
      for (const std::uint32_t unit : neighbours) {
        if (!look_at(unit)) return false;
      }
    }
    return best_.size() == query_.count;
  }

  std::vector<Found> take() {
    std::vector<Found> found;
    for (; !best_.empty(); best_.pop()) found.push_back(best_.top());
    return found;
  }

 private:
  // From the entries that are most similar.
  Status begin() {
    QUARRY_TRY(const auto entries, graph_.entries());
    std::vector<Found> starts;
    starts.reserve(entries.size());
    for (const std::uint32_t unit : entries) starts.emplace_back(query_.similarity(unit), unit);
    const auto end = starts.begin() + static_cast<std::ptrdiff_t>(std::min(kStarts, starts.size()));
    std::partial_sort(starts.begin(), end, starts.end(), std::greater{});
    for (auto at = starts.begin(); at != end; ++at) {
      if (!mark(at->second)) add(*at);
    }
    return {};
  }

  // False where the budget is used up.
  bool look_at(std::uint32_t unit) {
    if (mark(unit)) return true;
    if (budget_-- == 0) return false;
    add({query_.similarity(unit), unit});
    return true;
  }

  // Whether it was marked before.
  bool mark(std::uint32_t unit) {
    const std::uint64_t bit = std::uint64_t{1} << (unit % 64);
    const bool before = (seen_[unit / 64] & bit) != 0;
    seen_[unit / 64] |= bit;
    return before;
  }

  void add(const Found& found) {
    if (best_.size() == query_.count && found.first <= best_.top().first) return;
    open_.push(found);
    if (!query_.passes(found.second)) return;
    best_.push(found);
    if (best_.size() > query_.count) best_.pop();
  }

  const index::VectorGraph& graph_;
  const GraphQuery& query_;
  std::size_t budget_;
  std::vector<std::uint64_t> seen_;                                      // a bit a unit
  std::priority_queue<Found> open_;                                      // the most similar on top
  std::priority_queue<Found, std::vector<Found>, std::greater<>> best_;  // the least similar on top
};

}  // namespace

Result<std::optional<std::vector<Found>>> search_graph(const index::VectorGraph& graph,
                                                       const GraphQuery& query) {
  Walk walk(graph, query);
  QUARRY_TRY(const bool done, walk.run());
  if (!done) return std::nullopt;
  return walk.take();
}

}  // namespace quarry::ranking
