// A walk through the graph of a large segment from unit to unit, always towards what is most similar to a
// query.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/index/vector_graph.h"

namespace quarry::ranking {

struct GraphQuery {
  std::size_t count = 0;  // units wanted
  std::function<float(std::uint32_t unit)> similarity;
  std::function<bool(std::uint32_t unit)> passes;  // what does not pass is walked through, but is no answer
};

// About the `count` most similar passing units of the segment, in no order, each with its similarity. Nothing
// where the walk would cost more than a scan: few units pass, or the graph leads to fewer than are wanted.
// Fails where the stored bytes are damaged.
[[nodiscard]] Result<std::optional<std::vector<std::pair<float, std::uint32_t>>>> search_graph(
    const index::VectorGraph& graph, const GraphQuery& query);

}  // namespace quarry::ranking
