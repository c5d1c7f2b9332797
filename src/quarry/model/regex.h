// Patterns of tokenizer.json, run by PCRE2 with Unicode classes and a bound on backtracking.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::model {

// A run of text that a pattern matched, or one between two matches.
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool match = false;
};

// Immutable and safe to share between threads.
class Regex {
 public:
  // ErrorKind::invalid_argument names the pattern and what is wrong. Patterns are Oniguruma's (as Hugging
  // Face runs them); what both engines understand alike is accepted: classes, groups, look-around, possessive
  // quantifiers.
  [[nodiscard]] static Result<Regex> compile(const std::string& pattern);
  [[nodiscard]] static Result<Regex> literal(const std::string& text);

  // The whole of `text` (valid UTF-8) as stretches in order; empty matches are stretches of no length. An
  // empty match right behind a match does not count. A pattern that exceeds its backtracking bound matches
  // nothing more.
  void split(std::string_view text, std::vector<Stretch>& stretches) const;

 private:
  explicit Regex(std::shared_ptr<void> code) : code_(std::move(code)) {}
  [[nodiscard]] static Result<Regex> compile(const std::string& pattern, bool literal);
  std::shared_ptr<void> code_;
};

}  // namespace quarry::model
