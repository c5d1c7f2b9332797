// A closer reading of the best few results with the token vectors of a static model: late interaction
// (Khattab and Zaharia, 2020). Each token of the query is held against each token of a candidate's name, doc,
// body ...; a pooled vector knows only their sums. docs/RANKING.md says in words what each number is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/model/static_model.h"
#include "quarry/ranking/query_terms.h"
#include "quarry/ranking/search_space.h"

namespace quarry::ranking {

// So many of the best are looked at again: the weights are fitted for as many.
inline constexpr std::size_t kLooked = 20;

// The places that a candidate is read in. Those up to `body` have tokens of their own; the last three are the
// best of several: where it stands (name, container, path), what heads it (name, signature, doc), all.
#define QUARRY_LOOK_PLACES(X) \
  X(name)                     \
  X(container)                \
  X(signature)                \
  X(doc)                      \
  X(path)                     \
  X(body)                     \
  X(place)                    \
  X(heading)                  \
  X(all)

enum class LookPlace : std::uint8_t {
#define QUARRY_LOOK_ENUM(id) id,
  QUARRY_LOOK_PLACES(QUARRY_LOOK_ENUM)
#undef QUARRY_LOOK_ENUM
};
inline constexpr std::size_t kReadPlaces = 6;

#define QUARRY_LOOK_NAMES(id) "look." #id ".match", "look." #id ".close", "look." #id ".head",
inline constexpr auto kLookNames = std::to_array<std::string_view>(
    {QUARRY_LOOK_PLACES(QUARRY_LOOK_NAMES)  //
     "look.name.explained",
     "look.container.explained", "look.signature.explained", "look.doc.explained", "look.path.explained",
     "look.body.explained", "look.verb", "look.window.match", "look.tokens", "look.least_met", "look.cosine",
     "look.outline.cosine", "look.doc.present",
     // What the first look said, below the best of the query.
     "look.first"});
#undef QUARRY_LOOK_NAMES
inline constexpr std::size_t kLookCount = kLookNames.size();
using LookVector = std::array<float, kLookCount>;

// Reads candidates for one query at a time. Not thread-safe; what it remembers makes the next query faster.
class SecondLook {
 public:
  // Keeps the model.
  explicit SecondLook(std::shared_ptr<const model::StaticModel> model);
  ~SecondLook();
  SecondLook(SecondLook&&) noexcept;
  SecondLook& operator=(SecondLook&&) noexcept;

  // The query that the next looks are for.
  void ask(std::string_view query, const QueryTerms& terms);
  // The numbers of one unit; the last, `first`, stays 0. Fails only where stored bytes are damaged.
  [[nodiscard]] Result<LookVector> look(const SearchSpace& space, std::uint32_t unit);

 private:
  struct Asked;
  struct Reading;
  std::shared_ptr<const model::StaticModel> model_;
  std::unique_ptr<Asked> asked_;
  std::unique_ptr<Reading> reading_;
};

}  // namespace quarry::ranking
