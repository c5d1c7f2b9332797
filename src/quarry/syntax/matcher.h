// Compares the patterns of a query file with one node and what it holds.
//
// The library's own query cursor understands more, but compiling a query takes it up to a tenth of a second
// for a large grammar, which every short run would pay. These patterns are matched in the order of their
// children, greedily: the first child that fits is taken.
#pragma once

#include <tree_sitter/api.h>

#include <cstdint>
#include <string>
#include <vector>

namespace quarry::syntax {

// A node of a pattern with the names looked up in the grammar.
struct MatchNode {
  enum class Type { node, any, any_named, alternation };
  Type type = Type::node;
  TSSymbol symbol = 0;
  TSFieldId field = 0;    // in its parent; 0: any
  bool optional = false;  // `?` or `*`
  bool anchored = false;  // no named sibling between it and the one matched before
  std::vector<std::uint16_t> captures;
  std::vector<TSFieldId> without;   // fields that the node must not have
  std::vector<MatchNode> children;  // alternation: its branches
};

struct Capture {
  std::uint16_t id = 0;
  TSNode node{};
};

// Keeps its memory from match to match; one a thread.
class Matcher {
 public:
  Matcher() = default;
  ~Matcher();
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  // True where `pattern` fits `node`; captures() holds what it caught, outer nodes first, until the next
  // call.
  bool match(const MatchNode& pattern, TSNode node);
  [[nodiscard]] const std::vector<Capture>& captures() const { return captures_; }

 private:
  bool fits(const MatchNode& pattern, TSNode node, std::size_t depth);
  bool fit_children(const MatchNode& pattern, TSNode node, std::size_t depth);
  TSTreeCursor& cursor(std::size_t depth, TSNode node);

  std::vector<Capture> captures_;
  std::vector<TSTreeCursor> cursors_;  // one a depth of the pattern
};

}  // namespace quarry::syntax
