// The loop of BPE training: join the most frequent pair of neighbours, again and again.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "quarry/model/vocabulary.h"

namespace quarry::model {

// A word as symbols with the number of times it occurs.
struct CountedSymbols {
  std::vector<TokenId> symbols;
  std::uint64_t count = 0;
};

struct LearnedMerge {
  TokenId left = 0;
  TokenId right = 0;
  std::string token;   // what they make
  TokenId merged = 0;  // its id: a new one, or an older one that spells the same
};

// `tokens` are the symbols' spellings, by id; new ones are appended until there are `vocabulary_size`, or
// until the best pair is rarer than `min_count`. Of equally frequent pairs the one with the smaller ids comes
// first. A joined spelling is left + right without the first `prefix` bytes of right.
[[nodiscard]] std::vector<LearnedMerge> learn_merges(std::span<const CountedSymbols> words,
                                                     std::vector<std::string>& tokens,
                                                     std::size_t vocabulary_size, std::uint64_t min_count,
                                                     std::size_t prefix);

}  // namespace quarry::model
