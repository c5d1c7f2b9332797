// A query and a few texts in, a score a text out: a model that reads both together, behind a network.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::model {

// Safe to call from several threads.
class Reranker {
 public:
  virtual ~Reranker() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;
  // A finite number a text, in the order of the texts: the larger, the more relevant. Their scale is the
  // model's own.
  [[nodiscard]] virtual Result<std::vector<float>> score(std::string_view query,
                                                         std::span<const std::string_view> texts) const = 0;
};

}  // namespace quarry::model
