#include "quarry/training/bags.h"

#include <cmath>

namespace quarry::training {

void Bags::clear() {
  begins.assign(1, 0);
  ids.clear();
  factors.clear();
  order_begins.assign(1, 0);
  order.clear();
}

void Bags::add(const Bag& bag, std::span<const TokenId> in_order) {
  static const std::vector<float> kFactors = [] {
    std::vector<float> table(256, 0.0F);
    for (std::size_t i = 1; i < table.size(); ++i) table[i] = 1 + std::log(static_cast<float>(i));
    return table;
  }();
  for (const TokenCount token : bag) {
    ids.push_back(token.id());
    factors.push_back(kFactors[token.count()]);
  }
  begins.push_back(ids.size());
  order.insert(order.end(), in_order.begin(), in_order.end());
  order_begins.push_back(order.size());
}

}  // namespace quarry::training
