// A query file made ready for extraction: what to stop at while walking, and what to make of it there.
#pragma once

#include <tree_sitter/api.h>

#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/syntax/matcher.h"
#include "quarry/syntax/tree_walk.h"

namespace quarry::syntax {

// What a symbol means by itself. Patterns that ask for more than one node are kPattern.
inline constexpr SymbolFlags kComment = 1 << 1;
inline constexpr SymbolFlags kWrapper = 1 << 2;        // belongs to the definition right inside
inline constexpr SymbolFlags kSingleWrapper = 1 << 3;  // the same where it holds no second definition
inline constexpr SymbolFlags kAttribute = 1 << 4;      // belongs to the definition that follows or holds it
inline constexpr SymbolFlags kEmbedded = 1 << 5;       // source text inside, parsed by itself
inline constexpr SymbolFlags kReferenceName = 1 << 6;  // the name of some reference chain
inline constexpr SymbolFlags kPattern = 1 << 7;        // the root of some pattern

// The captures of query files; see queries/README.md.
enum class Role : std::uint8_t {
  none,
  definition_function,
  definition_method,
  definition_class,
  scope,
  type_scope,
  name,
  declarator,
  container,
  body,
  doc,
  reference,
  ignore,
};

// `(#any-of? @capture "a" "b")` and its kin: the capture's text is, or is not, one of `values`.
struct Predicate {
  std::uint16_t capture = 0;
  bool negated = false;
  std::vector<std::string> values;
};

struct PatternRule {
  std::vector<Predicate> predicates;
  bool documented = false;  // (#set! when "documented"): a definition only with a doc comment before it
  bool multiline =
      false;            // (#set! when "multiline"): ... only over more than one line; both: either is enough
  bool clause = false;  // (#set! clause): joins the definition of the same name right before it
  bool rest = false;    // (#set! rest): a scope of all that follows it, up to the next one of its kind
};

// A reference pattern that is a straight line from the name up, `(call function: (identifier) @reference)`:
// matched against the ancestors of each name on the way.
struct ReferenceChain {
  struct Step {
    TSSymbol symbol = 0;
    TSFieldId field = 0;  // of this node in its parent; 0: any
  };
  std::vector<Step> steps;  // the name first, the root of the pattern last
  PatternRule rule;         // its predicates speak of the name
};

// Any other pattern.
struct TreePattern {
  MatchNode root;
  PatternRule rule;
};

// Immutable: shared by every thread.
struct LanguageQuery {
  const TSLanguage* language = nullptr;
  std::vector<SymbolFlags> flags;                       // a symbol each
  std::vector<Role> roles;                              // a capture each, by Capture::id
  std::vector<TreePattern> patterns;                    // in the order of the file
  std::vector<std::vector<std::uint32_t>> patterns_of;  // a symbol each: positions in `patterns`
  std::vector<ReferenceChain> chains;
  std::vector<std::vector<std::uint32_t>> chains_of;  // a symbol each: positions in `chains`
  TSFieldId declarator = 0;
};

// An error names the line of `text` that is wrong.
[[nodiscard]] Result<LanguageQuery> compile_query(const TSLanguage* language, std::string_view text);

}  // namespace quarry::syntax
