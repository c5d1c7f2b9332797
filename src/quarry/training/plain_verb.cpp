#include "quarry/training/plain_verb.h"

#include <array>

#include "quarry/base/ascii.h"

namespace quarry::training {

std::string_view first_word(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && ascii::is_letter(text[end])) ++end;
  return text.substr(0, end);
}

std::string plain_verb(std::string_view word) {
  constexpr std::array<std::string_view, 8> kNot{"This", "this", "Does",   "does",
                                                 "Has",  "has",  "Always", "always"};
  constexpr std::array<std::string_view, 5> kWithE{"ches", "shes", "sses", "xes", "zzes"};
  if (word.size() < 4 || !word.ends_with('s') || word.ends_with("ss") || word.ends_with("us") ||
      word.ends_with("is"))
    return {};
  for (const std::string_view other : kNot) {
    if (word == other) return {};
  }
  if (word.ends_with("ies")) return std::string(word.substr(0, word.size() - 3)) + 'y';
  for (const std::string_view ending : kWithE) {
    if (word.ends_with(ending)) return std::string(word.substr(0, word.size() - 2));
  }
  return std::string(word.substr(0, word.size() - 1));
}

}  // namespace quarry::training
