// A term is the 64-bit hash of a stemmed sub-word or of a whole identifier: what postings are keyed by.
//
// Hashes instead of strings make the dictionary a sorted array of integers, its merge an integer merge and
// indexing free of string sorting. Two words collide once in 2^64 / n pairs; the cost is one wrong match.
#pragma once

#include <cstdint>
#include <string_view>

namespace quarry::text {

using Term = std::uint64_t;

// The exact, case-sensitive name of a symbol ("RouterGroup"), in a key space of its own.
[[nodiscard]] Term symbol_term(std::string_view name);

// A lower-case word that is already stemmed.
[[nodiscard]] Term word_term(std::string_view stemmed);

}  // namespace quarry::text
