// Optimal string alignment distance (Damerau-Levenshtein without overlapping swaps) over a short list of
// words.
#include "quarry/cli/suggestion.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace quarry::cli {
namespace {

constexpr std::size_t kLongestWord = 64;  // what is longer was not a slip of the finger

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view typed, std::span<const std::string_view> known) {
  if (typed.empty() || typed.size() > kLongestWord) return {};
  std::string_view best;
  std::size_t fewest = std::max<std::size_t>(1, typed.size() / 3) + 1;
  for (const auto word : known) {
    const auto edits = distance(typed, word);
    if (edits < fewest) {
      fewest = edits;
      best = word;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> known) {
  const auto word = nearest(typed, known);
  return word.empty() ? std::string{} : fmt::format("; did you mean '{}'?", word);
}

}  // namespace quarry::cli
