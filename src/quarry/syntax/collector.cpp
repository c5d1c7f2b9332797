// Walks a tree once and turns matches of the language's query into definitions, scopes and uses.
//
// Most nodes are passed without a look. Names are compared with the reference chains; only at the roots of
// other patterns does the matcher look inside. Doc comments and attributes are found by position: they are
// whatever of their kind ends where a definition begins.
#include "quarry/syntax/collector.h"

#include <algorithm>
#include <string>

#include "quarry/base/ascii.h"

namespace quarry::syntax {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

// A row of comments, or of attributes, without code in between.
struct Run {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool valid = false;
};

// What the patterns say of a node besides what it defines.
struct Marks {
  bool ignore = false;
  bool attribute = false;
  bool end = false;
  std::uint32_t quiet_end = 0;  // names before it are no references
};

constexpr std::uint32_t kDeclaratorDepth = 64;

}  // namespace

void Findings::clear() {
  definitions.clear();
  uses.clear();
  embedded.clear();
}

struct Collector::State {
  Matcher matcher;
  TreeWalk walk;

  const LanguageQuery* query = nullptr;
  std::string_view source;    // as parsed
  std::string_view original;  // as written
  Findings* findings = nullptr;
  Run comments;
  Range comment_row;  // comments with nothing but blanks between them
  Run attributes;
  Run attribute_doc;                        // the comments before the attributes
  std::uint32_t attributes_holder_end = 0;  // of the node that holds the first of them
  std::uint32_t function_end = 0;           // where the outermost function so far ends
  std::uint32_t quiet_end = 0;              // names before it are no references
  std::size_t first_definition = 0;         // of this tree

  [[nodiscard]] std::string_view text(Range range) const { return source.substr(range.begin, range.size()); }

  [[nodiscard]] std::uint32_t skip_space(std::uint32_t at) const {
    while (at < source.size() && is_space(source[at])) ++at;
    return at;
  }

  [[nodiscard]] Range trimmed(std::uint32_t begin, std::uint32_t end) const {
    while (end > begin && is_space(source[end - 1])) --end;
    return {begin, end};
  }

  // Only blanks and at most one line break from `end` to `begin`.
  [[nodiscard]] bool adjacent(std::uint32_t end, std::uint32_t begin) const {
    if (begin < end) return false;
    int breaks = 0;
    for (std::uint32_t i = end; i < begin; ++i) {
      if (!is_space(original[i])) breaks = 0;  // a macro that was painted over
      if (!is_space(source[i]) || (source[i] == '\n' && ++breaks > 1)) return false;
    }
    return true;
  }

  [[nodiscard]] bool starts_line(std::uint32_t at) const {
    while (at > 0 && source[at - 1] != '\n') {
      if (!is_space(source[--at])) return false;
    }
    return true;
  }

  [[nodiscard]] Found* last_definition() const {
    return findings->definitions.size() > first_definition ? &findings->definitions.back() : nullptr;
  }

  void on_comment(const TreeWalk::Node& node) {
    const Range range = trimmed(node.begin, node.end);
    if (attributes.valid && range.begin == attributes.end) attributes.end = skip_space(range.end);
    if (Found* last = last_definition(); last != nullptr && last->signature.begin == range.begin) {
      last->signature.begin = std::min(skip_space(range.end), last->range.end);
    }
    end_signature_before(range);
    if (comments.valid && adjacent(comments.end, range.begin)) {
      comments.end = range.end;
    } else {
      comments = {range.begin, range.end, starts_line(range.begin)};
    }
  }

  // Ruby has no brace: the comments before the first statement stand between the signature and the body.
  void end_signature_before(Range comment) {
    const bool follows = comment_row.end > 0 && skip_space(comment_row.end) == comment.begin;
    comment_row = {follows ? comment_row.begin : comment.begin, comment.end};
    Found* last = last_definition();
    if (last != nullptr && last->signature.end == comment_row.end &&
        last->signature.begin < comment_row.begin) {
      last->signature = trimmed(last->signature.begin, comment_row.begin);
    }
  }

  void on_attribute(const TreeWalk::Node& node) {
    if (Found* last = last_definition(); last != nullptr && last->signature.begin == node.begin) {
      last->signature.begin = std::min(skip_space(node.end), last->range.end);
    }
    if (attributes.valid && node.begin < attributes.end && node.begin >= attributes.begin) return;  // a part
    if (attributes.valid && attributes.end == node.begin) {
      attributes.end = skip_space(node.end);
      return;
    }
    attributes = {node.begin, skip_space(node.end), true};
    attributes_holder_end =
        node.parent == kNoLevel ? static_cast<std::uint32_t>(source.size()) : walk.level(node.parent).end;
    attribute_doc = comments.valid && adjacent(comments.end, node.begin) ? comments : Run{};
  }

  // Pragmas of Haskell stand behind what they speak of, and so do comments that start with `-- ^`.
  void on_trailer(const TreeWalk::Node& node) {
    Found* last = last_definition();
    if (last == nullptr || !adjacent(last->range.end, node.begin)) return;
    if ((node.flags & kComment) != 0) {
      const std::string_view comment = text({node.begin, node.end});
      const std::size_t first = comment.find_first_not_of("-{ ");
      if (first == std::string_view::npos || comment[first] != '^') return;
    }
    last->range.end = trimmed(node.begin, node.end).end;
  }

  void on_reference_name(const TreeWalk::Node& node) {
    if (node.begin < quiet_end) return;
    // Where a definition looks like a call (Elixir's `def run(x)`), its head is no use of the name.
    if (const Found* last = last_definition(); last != nullptr && last->name.begin == node.begin) return;
    for (const std::uint32_t position : query->chains_of[node.symbol]) {
      const ReferenceChain& chain = query->chains[position];
      const TreeWalk::Node* at = &node;
      bool same = true;
      for (std::size_t i = 0; same && i < chain.steps.size(); ++i) {
        if (i > 0) {
          if (at->parent == kNoLevel) {
            same = false;
            break;
          }
          at = &walk.level(at->parent);
        }
        same = at->symbol == chain.steps[i].symbol &&
               (chain.steps[i].field == 0 || at->field == chain.steps[i].field);
      }
      if (!same) continue;
      for (const Predicate& predicate : chain.rule.predicates) {
        same = same && predicate.text.holds(text({node.begin, node.end}));
      }
      if (!same) continue;
      findings->uses.push_back(last_part({node.begin, node.end}));
      return;
    }
  }

  // `Plug.Conn` is one token in Elixir, `log::info` in Bash.
  [[nodiscard]] Use last_part(Range name) const {
    const std::string_view all = text(name);
    std::size_t skipped = 0;
    if (const std::size_t colons = all.rfind("::"); colons != std::string_view::npos) skipped = colons + 2;
    if (const std::size_t dot = all.rfind('.');
        dot != std::string_view::npos && ascii::is_upper(all.front())) {
      skipped = std::max(skipped, dot + 1);
    }
    if (skipped < all.size()) name.begin += static_cast<std::uint32_t>(skipped);
    return {name.begin, name.size()};
  }

  void on_embedded(const TreeWalk::Node& node) {
    // Inside functions macros hold expressions, or templates of code; only items are worth a parse.
    const std::string_view macro = text({node.begin, node.end});
    const std::size_t brace = macro.find('{');
    if (node.begin < function_end || brace == std::string_view::npos || !macro.ends_with('}')) return;
    const Range inner{node.begin + static_cast<std::uint32_t>(brace) + 1, node.end - 1};
    if (!inner.empty()) findings->embedded.push_back({inner});
  }

  // C hides a name inside what is declared: pointers, arrays and functions around it.
  [[nodiscard]] Range declared_name(TSNode node) const {
    for (std::uint32_t depth = 0; depth < kDeclaratorDepth; ++depth) {
      if (std::string_view(ts_node_type(node)) == "operator_cast") {
        const TSNode type = ts_node_named_child(node, 0);
        return {ts_node_start_byte(node), ts_node_end_byte(ts_node_is_null(type) ? node : type)};
      }
      TSNode inner = ts_node_child_by_field_id(node, query->declarator);
      if (ts_node_is_null(inner)) {
        const std::string_view type = ts_node_type(node);
        if (type != "parenthesized_declarator" && type != "reference_declarator" &&
            type != "attributed_declarator" && type != "variadic_declarator")
          break;
        inner = ts_node_named_child(node, 0);
        if (ts_node_is_null(inner)) break;
      }
      node = inner;
    }
    return {ts_node_start_byte(node), ts_node_end_byte(node)};
  }

  void on_pattern(const TreeWalk::Node& at) {
    const TSNode node = walk.node(at);
    Found found;
    Marks marks;
    const PatternRule* rule = nullptr;
    for (const std::uint32_t position : query->patterns_of[at.symbol]) {
      const TreePattern& pattern = query->patterns[position];
      if (!matcher.match(pattern.root, node, source)) continue;
      if (found.role == Role::none) rule = &pattern.rule;
      take_captures(found, marks);
    }
    quiet_end = std::max(quiet_end, marks.quiet_end);
    if (marks.end) end_open(at.end);
    if (marks.attribute) {
      on_attribute(at);
      if (!found.doc.empty()) attribute_doc = {found.doc.begin, found.doc.end, true};
    } else if (found.role != Role::none && !marks.ignore) {
      place(at, *rule, found);
    }
  }

  void end_open(std::uint32_t end) {
    auto& definitions = findings->definitions;
    for (std::size_t i = definitions.size(); i > first_definition; --i) {
      Found& found = definitions[i - 1];
      if (!found.open) continue;
      found.open = false;
      found.range.end = end;
      return;
    }
  }

  // Several patterns may match one node: the first says what it is, the others fill in what it left open.
  void take_captures(Found& found, Marks& marks) {
    for (const auto& [id, node] : matcher.captures()) {
      const Range range{ts_node_start_byte(node), ts_node_end_byte(node)};
      const auto fill = [&range](Range& into) {
        if (into.empty()) into = range;
      };
      switch (const Role role = query->roles[id]; role) {
        case Role::none:
          break;
        case Role::definition_function:
        case Role::definition_method:
        case Role::definition_class:
        case Role::scope:
        case Role::type_scope:
          if (found.role == Role::none) found.role = role, found.range = range;
          break;
        case Role::name:
          fill(found.name);
          break;
        case Role::declarator:
          if (found.name.empty()) found.name = declared_name(node);
          break;
        case Role::container:
          fill(found.container);
          break;
        case Role::body:
          if (!found.has_body) found.signature.end = range.begin, found.has_body = true;
          break;
        case Role::doc:
          fill(found.doc);
          break;
        case Role::ignore:
          marks.ignore = true;
          break;
        case Role::attribute:
          marks.attribute = true;
          break;
        case Role::quiet:
          marks.quiet_end = std::max(marks.quiet_end, range.end);
          break;
        case Role::end:
          marks.end = true;
          break;
        case Role::reference:
          if (range.begin >= quiet_end) findings->uses.push_back(last_part(range));
          break;
      }
    }
  }

  void place(const TreeWalk::Node& node, const PatternRule& rule, Found& found) {
    if (found.name.empty()) return;
    if (rule.outermost && node.begin < function_end) return;
    found.clause = rule.clause;
    found.open = rule.open;
    found.rest = rule.rest;
    // `matrix result(a, b);` in a function looks like a prototype, and a comment above it like its doc.
    if (rule.documented && !found.has_body && node.begin < function_end) return;
    if (found.role == Role::scope || found.role == Role::type_scope) {
      if (rule.rest)
        found.range.end = node.parent == kNoLevel ? found.range.end : walk.level(node.parent).end;
      findings->definitions.push_back(found);
      return;
    }
    Range outer = wrapped(node);
    outer.begin = with_painted(outer.begin);
    found.signature.begin = outer.begin;
    Run doc;
    if (comments.valid && comments.end <= outer.begin && adjacent(comments.end, outer.begin)) doc = comments;
    // In a damaged file they may be the end of the definition before, and what they stand before is behind
    // it.
    const bool held_apart = attributes_holder_end <= node.begin;
    if (attributes.valid && !held_apart &&
        (attributes.end == outer.begin || attributes.begin == outer.begin)) {
      // Attributes stand before the definition, or are the first thing in its wrapper.
      if (!doc.valid || doc.begin > attributes.begin) {
        if (attribute_doc.valid) doc = attribute_doc;
      }
      outer.begin = attributes.begin;
      found.signature.begin = attributes.end;
    }
    const bool preceded = doc.valid;
    if (rule.documented || rule.multiline) {
      const bool lines = text(trimmed(outer.begin, outer.end)).find('\n') != std::string_view::npos;
      if (!(rule.documented && preceded) && !(rule.multiline && lines)) return;
    }
    if (found.doc.empty() && preceded) found.doc = {doc.begin, doc.end};
    found.range = trimmed(outer.begin, outer.end);
    if (found.range.end < source.size() && source[found.range.end] == ';') ++found.range.end;
    if (!found.has_body) found.signature.end = found.range.end;
    if (found.signature.end < found.signature.begin) found.signature.end = found.signature.begin;
    found.signature = trimmed(found.signature.begin, std::min(found.signature.end, found.range.end));
    if (found.role != Role::definition_class) function_end = std::max(function_end, found.range.end);
    findings->definitions.push_back(found);
  }

  // A macro that was painted over right before a definition is a part of it: `API_EXPORT int run()`.
  [[nodiscard]] std::uint32_t with_painted(std::uint32_t begin) const {
    if (source.data() == original.data()) return begin;
    std::uint32_t first = begin;
    std::uint32_t line_first = begin;  // behind the last line break
    for (std::uint32_t at = begin; at > 0 && is_space(source[at - 1]); --at) {
      const char c = original[at - 1];
      // Directives and dropped branches are not.
      if (c == '#') return line_first;
      if (c == ';' || c == '{' || c == '}') break;
      if (c == '\n') line_first = first;
      if (!is_space(c)) first = at - 1;
    }
    return first;
  }

  // The definition with the wrappers right around it: decorators, `export`, `template <...>`.
  [[nodiscard]] Range wrapped(const TreeWalk::Node& definition) {
    Range range{definition.begin, definition.end};
    for (std::uint32_t at = definition.parent; at != kNoLevel;) {
      const TreeWalk::Node& outer = walk.level(at);
      if ((outer.flags & (kWrapper | kSingleWrapper)) == 0) break;
      if ((outer.flags & kSingleWrapper) != 0 && holds_several(outer)) break;
      range.begin = outer.begin;
      std::uint32_t end = range.end;
      while (end < outer.end && (is_space(source[end]) || source[end] == ';' || source[end] == ',')) ++end;
      if (end == outer.end) range.end = outer.end;
      at = outer.parent;
    }
    return range;
  }

  [[nodiscard]] bool holds_several(const TreeWalk::Node& wrapper) const {
    const TSNode node = walk.node(wrapper);
    const std::uint32_t count = ts_node_named_child_count(node);
    std::uint32_t definitions = 0;
    for (std::uint32_t i = 0; i < count && definitions < 2 && i < 8; ++i) {
      const TSNode child = ts_node_named_child(node, i);
      const TSSymbol symbol = ts_node_symbol(child);
      const bool other = ts_node_is_extra(child) ||
                         (symbol < query->flags.size() && (query->flags[symbol] & kAttribute) != 0);
      if (!other) ++definitions;
    }
    return definitions > 1;
  }
};

Collector::Collector() : state_(std::make_unique<State>()) {}
Collector::~Collector() = default;
Collector::Collector(Collector&&) noexcept = default;
Collector& Collector::operator=(Collector&&) noexcept = default;

void Collector::collect(const LanguageQuery& query, const TSTree* tree, std::string_view source,
                        std::string_view parsed, Findings& findings) {
  State& state = *state_;
  state.query = &query;
  state.source = parsed;
  state.original = source;
  state.findings = &findings;
  state.comments = state.attributes = state.attribute_doc = {};
  state.comment_row = {};
  state.function_end = state.quiet_end = 0;
  state.first_definition = findings.definitions.size();
  state.walk.start(tree, query.flags);
  while (const TreeWalk::Node* next = state.walk.next()) {
    const TreeWalk::Node node = *next;
    if ((node.flags & kReferenceName) != 0) state.on_reference_name(node);
    if ((node.flags & kComment) != 0) state.on_comment(node);
    if ((node.flags & kAttribute) != 0) state.on_attribute(node);
    if ((node.flags & kTrailer) != 0) state.on_trailer(node);
    if ((node.flags & kPattern) != 0) state.on_pattern(node);
    if ((node.flags & kEmbedded) != 0) state.on_embedded(node);
  }
}

}  // namespace quarry::syntax
