// A reranker reads the best few results, and its scores are mixed with those of the ranking.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "quarry/model/reranker.h"
#include "quarry/search/answer.h"

namespace quarry::search {

inline constexpr std::size_t kMaxReranked = 50;

struct Reranking {
  std::shared_ptr<const model::Reranker> reranker;  // null: there is none
  std::size_t top = 10;                             // results that are read again, 2 to kMaxReranked
  // Of the reranker's scores against the ranking's own, both standardised over these results: 0 leaves the
  // order alone, 1 lets the reranker decide.
  float weight = 0.3F;
};

// What is read of a result: path, signature, doc and code, cut at a character's end to what models of 512
// tokens hold.
[[nodiscard]] std::string text_to_rerank(const SearchResult& result);

// Both lists are of the same length, at most kMaxReranked, and finite; `ranking` falls. Equals keep their
// order.
[[nodiscard]] PlaceOrder mix(std::span<const float> ranking, std::span<const float> reranker, float weight);

// Two hex digits a place, for cursors; nothing for what is not an order.
[[nodiscard]] std::string to_text(const PlaceOrder& order);
[[nodiscard]] std::optional<PlaceOrder> parse_place_order(std::string_view text);

}  // namespace quarry::search
