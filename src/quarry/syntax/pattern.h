// The shape of the patterns in a query file, read from its text because the library does not tell it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace quarry::syntax {

// `(#any-of? @name "a" "b")`: captures keep their '@', strings lose their quotes.
struct PatternPredicate {
  std::string_view name;  // without '#'
  std::vector<std::string_view> arguments;
};

// One node of a pattern in tree-sitter's query language.
struct Pattern {
  enum class Type { node, literal, any, any_named, alternation };
  Type type = Type::node;
  std::string_view kind;                   // node: its kind; literal: the text between the quotes
  std::string_view field;                  // "" without one
  std::vector<std::string_view> captures;  // without '@'
  std::vector<Pattern> children;           // alternation: its branches
  std::string_view text;  // of a top-level pattern: as written, captures and predicates included
  std::vector<PatternPredicate> predicates;  // of a top-level pattern
  std::vector<std::string_view> without;     // `!field`
  bool optional = false;                     // `?` or `*`
  bool anchored = false;                     // a `.` stands before it
  bool plain = true;  // false: a quantifier, an anchor or a negated field stands on it or among its children
};

// The top-level patterns of `query` in order, so that their positions are those of the library's patterns.
// Points into `query`. Empty optional: this reader does not understand the text.
[[nodiscard]] std::optional<std::vector<Pattern>> parse_patterns(std::string_view query);

}  // namespace quarry::syntax
