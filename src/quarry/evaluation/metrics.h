// Retrieval metrics of one answer against its targets, and their mean over repositories.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "quarry/evaluation/judged_set.h"

namespace quarry::evaluation {

struct Grades {
  double ndcg = 0;  // gain 1 a target at the rank of the first place that covers it; a place counts once
  double mrr = 0;   // 1 / rank of the first place that covers any target
  double hit = 0;   // 1 where there is one
};

// Järvelin & Kekäläinen's DCG with discount log2(rank + 1), over the first k places.
[[nodiscard]] Grades grade(std::span<const Place> places, std::span<const Target> targets, std::size_t k = 10);

// The mean over groups of the mean within a group: a repository with many questions weighs as much as any other.
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
