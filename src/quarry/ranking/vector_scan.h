// Units by the cosine of their vectors: a pass over sign bits finds the likely ones, or a walk through the
// graph of a segment that has one; dot products decide.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/ranking/features.h"
#include "quarry/ranking/search_space.h"

namespace quarry::ranking {

// For one search on one thread.
class VectorScan final : public VectorScores {
 public:
  // Fails where the stored vectors are damaged or have another number of dimensions than the query.
  [[nodiscard]] static Result<VectorScan> run(const SearchSpace& space, std::span<const std::int8_t> query,
                                              std::size_t count,
                                              const std::function<bool(std::uint32_t unit)>& passes);

  // The best `count` passing units, best first.
  [[nodiscard]] std::span<const std::uint32_t> units() const { return units_; }
  [[nodiscard]] float cosine(std::uint32_t unit) const override;
  void prefetch(std::uint32_t unit) const override;
  [[nodiscard]] float best() const override { return best_; }

 private:
  // Adds what the graph of a segment finds to `scored`. False where it has none, or where scanning is the
  // better way.
  [[nodiscard]] Result<bool> walk(std::size_t segment, std::size_t count,
                                  const std::function<bool(std::uint32_t unit)>& wanted,
                                  std::vector<std::pair<float, std::uint32_t>>& scored) const;

  const SearchSpace* space_ = nullptr;
  std::vector<std::int8_t> query_;
  float query_length_ = 0;
  std::vector<std::uint32_t> units_;
  float best_ = 0;
};

}  // namespace quarry::ranking
