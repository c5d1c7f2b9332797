// The processes that train one model together, each with its share of every batch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::training {

// Every call is made by all workers in the same order. ErrorKind::unavailable where one of them is gone.
class Workers {
 public:
  virtual ~Workers() = default;
  [[nodiscard]] virtual std::uint32_t rank() const = 0;  // 0 writes the files
  [[nodiscard]] virtual std::uint32_t size() const = 0;
  // all: size() times `mine`, by rank. Every worker's `mine` has the same size.
  [[nodiscard]] virtual Status all_gather(std::span<const float> mine, std::span<float> all) = 0;
  [[nodiscard]] virtual Status all_sum(std::span<float> values) = 0;
};

class SingleWorker final : public Workers {
 public:
  [[nodiscard]] std::uint32_t rank() const override { return 0; }
  [[nodiscard]] std::uint32_t size() const override { return 1; }
  [[nodiscard]] Status all_gather(std::span<const float> mine, std::span<float> all) override {
    std::copy(mine.begin(), mine.end(), all.begin());
    return {};
  }
  [[nodiscard]] Status all_sum(std::span<float>) override { return {}; }
};

}  // namespace quarry::training
