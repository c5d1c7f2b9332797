// Texts of one batch and side as encoders take them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "quarry/training/dataset.h"
#include "quarry/training/view.h"

namespace quarry::training {

// One after another: the distinct tokens of each text, and, for encoders that read (TrainableEncoder), all of
// them in the order of the text.
struct Bags {
  std::vector<std::size_t> begins{0};  // texts + 1
  std::vector<TokenId> ids;
  std::vector<float> factors;  // 1 + ln count

  std::vector<std::size_t> order_begins{0};  // texts + 1
  std::vector<TokenId> order;

  [[nodiscard]] std::size_t size() const { return begins.size() - 1; }
  void clear();
  void add(const Bag& bag, std::span<const TokenId> in_order = {});
};

}  // namespace quarry::training
