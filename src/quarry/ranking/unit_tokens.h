// A unit as the second look reads it: the tokens of its name, doc, body ... It asks nothing of the query, so
// what was read for one query serves the next: somebody who types asks nearly the same thing again and again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "quarry/base/lru_cache.h"
#include "quarry/base/result.h"
#include "quarry/model/static_model.h"
#include "quarry/ranking/look_features.h"
#include "quarry/ranking/search_space.h"

namespace quarry::ranking {

struct UnitTokens {
  std::vector<model::TokenId> ids;                // of all places one after the other, as they stand
  std::array<std::uint32_t, kReadPlaces> ends{};  // of each place in `ids`
  std::vector<std::uint32_t> line_ends;           // of the body's lines in `ids`
  float length = 0;                               // Euclidean, of the code vector that all tokens add up to
  float outline_length = 0;                       // the same without the body

  [[nodiscard]] std::size_t begin(std::size_t place) const { return place == 0 ? 0 : ends[place - 1]; }
  [[nodiscard]] std::span<const model::TokenId> in(std::size_t place) const {
    return std::span(ids).subspan(begin(place), ends[place] - begin(place));
  }
};

// Of the units of one search space; thread-safe.
using UnitTokensCache = LruCache<std::uint32_t, UnitTokens>;
// At most about 3 KB each, mostly 1.
inline constexpr std::size_t kRememberedUnits = 8192;

// Reads units and other texts with one model. Not thread-safe; what it remembers makes the next reading
// faster.
class UnitReader {
 public:
  explicit UnitReader(const model::StaticModel& model);  // which must outlive it

  // Fails only where stored bytes are damaged.
  [[nodiscard]] Result<std::shared_ptr<const UnitTokens>> read(const SearchSpace& space, std::uint32_t unit);
  // Of any text, at most `limit`.
  [[nodiscard]] std::vector<model::TokenId> ids_of(std::string_view text, std::size_t limit);

 private:
  void add(std::string_view text, std::size_t limit, UnitTokens& unit);
  void add_lines(std::string_view code, std::size_t limit, UnitTokens& unit);
  // Of the vector of the first tokens.
  [[nodiscard]] float length_of(std::span<const model::TokenId> ids);

  const model::StaticModel* model_;
  model::Tokenizer::Scratch words_;
  std::vector<model::TokenId> sorted_;
  std::vector<model::WeightedRow> weighted_;
  std::vector<float> sum_;
};

}  // namespace quarry::ranking
