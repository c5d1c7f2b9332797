// Retrieval metrics of one answer: trec_eval's definitions over graded judgments, the benchmark's over
// places.
//
// Both kinds of judgment come down to one shape, Judged, and every figure that Quarry prints is computed from
// it here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/evaluation/judged_set.h"

namespace quarry::evaluation {

// One ranked answer with its judgments: all that a metric may look at.
struct Judged {
  std::vector<std::uint32_t> gains;   // a rank, the first is gains[0]: the grade of what stands there; 0 for
                                      // what is not relevant, not judged or counted before
  std::vector<std::uint32_t> ideal;   // the grades of everything relevant, largest first
  std::vector<std::size_t> found_at;  // the rank, from 1, of every relevant thing that was found; ascending
};

// A metric and the ranks that it looks at. Names are "ndcg@10", "mrr@10", "recall@100", "hit@10", "map".
struct Metric {
  enum class Kind : std::uint8_t { ndcg, mrr, recall, hit, map };
  Kind kind = Kind::ndcg;
  std::size_t cutoff = 10;  // without meaning for map, which takes the whole answer
  auto operator<=>(const Metric&) const = default;
};
[[nodiscard]] std::string name_of(const Metric& metric);
[[nodiscard]] Result<Metric> metric_from_name(std::string_view name);

// ndcg: gains linear in the grade, discount log2(rank + 1), divided by that of the best order (Järvelin &
// Kekäläinen 2002; trec_eval's ndcg_cut). mrr: 1 / rank of the first relevant (recip_rank; 0 beyond the
// cutoff). recall: relevant ones found over all relevant ones (recall_K). hit: 1 where there is one
// (success_K). map: the mean, over all relevant ones, of the precision at the rank of each (map). 0 where
// nothing is relevant.
[[nodiscard]] double value_of(const Metric& metric, const Judged& judged);

// The benchmark's rule: a target is met at the rank of the first place that covers it; a place counts once,
// whatever number of targets it covers, and a later place of the same target gains nothing.
[[nodiscard]] Judged judge(std::span<const Place> places, std::span<const Target> targets);
// The same for numbers of places and targets, where covers(place, target) says what was found out before.
[[nodiscard]] Judged judge(std::size_t places, std::size_t targets,
                           const std::function<bool(std::size_t place, std::size_t target)>& covers);

// The three figures that the ranking is fitted to.
struct Grades {
  double ndcg = 0;
  double mrr = 0;
  double hit = 0;
};
[[nodiscard]] Grades grades_of(const Judged& judged, std::size_t k);

// The mean over groups of the mean within a group: a repository with many questions weighs as much as any
// other.
class GroupedMean {
 public:
  void add(const std::string& group, const Grades& grades);
  [[nodiscard]] Grades mean() const;
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  struct Sum {
    Grades total;
    std::size_t count = 0;
  };
  std::map<std::string, Sum> groups_;
  std::size_t count_ = 0;
};

}  // namespace quarry::evaluation
