// Which pairs stand in which batch, and the batch as the encoder takes it.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "quarry/training/bags.h"
#include "quarry/training/config.h"
#include "quarry/training/dataset.h"

namespace quarry::training {

// The order of the pairs: every epoch takes each once (but for less than a batch at its end), in groups of
// one repository or, once regroup() was called, of one cluster, whose codes are harder to tell apart. Depends
// on dataset, sizes, seed and clusters only.
class BatchPlan {
 public:
  BatchPlan(const Dataset& dataset, std::uint32_t batch, std::uint32_t group, std::uint64_t seed);

  // The pairs of step 1, 2 ...; valid until the next call.
  [[nodiscard]] std::span<const std::uint32_t> pairs_of(std::uint64_t step);
  [[nodiscard]] std::uint64_t steps_an_epoch() const { return size_ / batch_; }
  // Takes the cluster of each pair, for the epoch of the next pairs_of() and those after it.
  void regroup(std::span<const std::uint32_t> clusters);

 private:
  void order_epoch(std::uint64_t epoch);

  std::vector<std::vector<std::uint32_t>> families_;  // groups are cut from these
  std::vector<std::uint32_t> order_;
  std::uint64_t epoch_ = ~0ULL;
  std::size_t size_;
  std::uint32_t batch_;
  std::uint32_t group_;
  std::uint64_t seed_;
};

struct Batch {
  Bags queries;
  Bags codes;
};

// Rows [first, last) of the batch of a step; a row does not depend on which others are made with it.
void make_batch(const Dataset& dataset, const TrainConfig& config, std::uint64_t step,
                std::span<const std::uint32_t> pairs, std::size_t first, std::size_t last, Batch& batch);

// Rows (query, code) of the batch of a step where the code is no wrong answer: they share their doc or their
// code, or the code is the card of the query's file.
[[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint32_t>> masked_pairs(
    const Dataset& dataset, const TrainConfig& config, std::uint64_t step,
    std::span<const std::uint32_t> pairs);

}  // namespace quarry::training
