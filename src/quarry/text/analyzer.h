// Text in, terms out: identifiers are found, split, stemmed and hashed, the same way for code and for
// queries.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/text/term.h"

namespace quarry::text {

// One identifier or word of a text: the terms of its words, in order, and, where it has several words, the
// term of the whole (`parse_json`, `parseJSON` and "parsejson" share it).
struct WordTerms {
  std::span<const Term> words;
  Term whole = 0;      // 0: a single word
  bool noise = false;  // is_keyword_noise: worth nothing in a function's body
};

// Remembers the terms of identifiers it has seen: code repeats them. Not thread-safe: one a thread; the terms
// do not depend on what was seen before.
class Analyzer {
 public:
  Analyzer();
  ~Analyzer();
  Analyzer(Analyzer&&) noexcept;

  // The terms of one identifier; the span holds until the next call. Stop words are left out.
  [[nodiscard]] WordTerms terms_of(std::string_view identifier);

  // Appends the terms of every identifier of `text`, words and wholes.
  void append_terms(std::string_view text, std::vector<Term>& terms);

  // Lower-cases and stems one word: "Running" -> "run". English (Snowball); other scripts pass through.
  [[nodiscard]] std::string stem(std::string_view word);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quarry::text
