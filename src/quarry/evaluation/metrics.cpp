#include "quarry/evaluation/metrics.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace quarry::evaluation {
namespace {

double discount(std::size_t rank) { return 1 / std::log2(static_cast<double>(rank) + 1); }

}  // namespace

Grades grade(std::span<const Place> places, std::span<const Target> targets, std::size_t k) {
  std::set<std::size_t> ranks;
  for (const Target& target : targets) {
    for (std::size_t i = 0; i < std::min(k, places.size()); ++i) {
      if (!covers(places[i], target)) continue;
      ranks.insert(i + 1);
      break;
    }
  }
  double ideal = 0;
  for (std::size_t rank = 1; rank <= std::min(k, targets.size()); ++rank) ideal += discount(rank);
  Grades grades;
  for (const std::size_t rank : ranks) grades.ndcg += discount(rank);
  if (ideal > 0) grades.ndcg /= ideal;
  if (!ranks.empty()) {
    grades.mrr = 1 / static_cast<double>(*ranks.begin());
    grades.hit = 1;
  }
  return grades;
}

void GroupedMean::add(const std::string& group, const Grades& grades) {
  Sum& sum = groups_[group];
  sum.total.ndcg += grades.ndcg;
  sum.total.mrr += grades.mrr;
  sum.total.hit += grades.hit;
  ++sum.count;
  ++count_;
}

Grades GroupedMean::mean() const {
  Grades mean;
  for (const auto& [group, sum] : groups_) {
    const auto count = static_cast<double>(sum.count);
    mean.ndcg += sum.total.ndcg / count;
    mean.mrr += sum.total.mrr / count;
    mean.hit += sum.total.hit / count;
  }
  const auto groups = static_cast<double>(std::max<std::size_t>(1, groups_.size()));
  return {.ndcg = mean.ndcg / groups, .mrr = mean.mrr / groups, .hit = mean.hit / groups};
}

}  // namespace quarry::evaluation
