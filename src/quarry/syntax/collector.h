// What one walk over a syntax tree finds, still flat: definitions, scopes and names used, by their bytes.
#pragma once

#include <tree_sitter/api.h>

#include <memory>
#include <string_view>
#include <vector>

#include "quarry/syntax/function.h"
#include "quarry/syntax/language_query.h"
#include "quarry/syntax/tree_walk.h"

namespace quarry::syntax {

// A definition or a scope (namespace, impl block), before its place among the others is known.
struct Found {
  Role role = Role::none;  // definition_* or *scope
  Range range;
  Range signature;
  Range doc;
  Range name;
  Range container;
  bool clause = false;
  bool rest = false;
  bool has_body = false;
  bool ignored = false;
};

// A use of a name.
struct Use {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

// Text that a grammar sees as tokens of a macro but that holds definitions; `range` is without its braces.
struct Embedded {
  Range range;
};

struct Findings {
  std::vector<Found> definitions;  // and scopes, in the order of the walk
  std::vector<Use> uses;
  std::vector<Embedded> embedded;
  void clear();
};

// One a thread: keeps its memory from tree to tree.
class Collector {
 public:
  Collector();
  ~Collector();
  Collector(Collector&&) noexcept;
  Collector& operator=(Collector&&) noexcept;

  // Appends what the tree holds. `parsed` is the text that the tree was made from: `source`, or a copy of it
  // with parts painted over.
  void collect(const LanguageQuery& query, const TSTree* tree, std::string_view source,
               std::string_view parsed, Findings& findings);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quarry::syntax
