// What the second look at a candidate finds, as numbers: what the linear model weighs and --explain shows.
// docs/RANKING.md says in words what each one is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

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

}  // namespace quarry::ranking
