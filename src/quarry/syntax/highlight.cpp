// Classes come from the grammar's own names of nodes and tokens, the same in all languages by custom; what is
// a function or a type, from the language's query. No second set of query files has to be kept or compiled.
#include "quarry/syntax/highlight.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "quarry/base/ascii.h"
#include "quarry/syntax/collector.h"
#include "quarry/syntax/grammar.h"
#include "quarry/syntax/source_parser.h"
#include "quarry/syntax/tree_walk.h"

namespace quarry::syntax {
namespace {

constexpr std::size_t kMaxBytes = 1U << 20;
constexpr std::chrono::milliseconds kDeadline{100};
constexpr SymbolFlags kCoded = 1 << 8;  // the class of a symbol, shifted by this

// Code inside a string is code again.
constexpr HighlightClass kReset = HighlightClass::none;

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_letter(char c) {
  return ascii::is_letter(c) || c == '_';
}

// Anonymous symbols are tokens as they are written: "while", "&&", "(".
std::pair<bool, HighlightClass> class_of_token(std::string_view token) {
  if (token.size() > 1 && std::all_of(token.begin(), token.end(), is_letter))
    return {true, HighlightClass::keyword};
  constexpr std::string_view kSigns = "=+-*/%<>!&|^~?:@";
  if (!token.empty() && token != ":" && token != "@" && std::all_of(token.begin(), token.end(), [&](char c) {
        return kSigns.find(c) != std::string_view::npos;
      })) {
    return {true, HighlightClass::operator_};
  }
  return {false, kReset};
}

std::pair<bool, HighlightClass> class_of_node(std::string_view kind) {
  constexpr std::array<std::string_view, 17> kConstants = {"true",
                                                           "false",
                                                           "none",
                                                           "null",
                                                           "nil",
                                                           "undefined",
                                                           "boolean",
                                                           "bool_literal",
                                                           "boolean_literal",
                                                           "null_literal",
                                                           "this",
                                                           "self",
                                                           "super",
                                                           "iota",
                                                           "constant",
                                                           "builtin_identifier",
                                                           "nullptr"};
  constexpr std::array<std::string_view, 9> kTypes = {
      "type_identifier",     "primitive_type", "predefined_type", "builtin_type", "integral_type",
      "floating_point_type", "void_type",      "boolean_type",    "auto"};
  if (has(kind, "comment")) return {true, HighlightClass::comment};
  if (has(kind, "interpolation") || has(kind, "substitution")) return {true, kReset};
  if (has(kind, "type") && !std::count(kTypes.begin(), kTypes.end(), kind)) return {false, kReset};
  if (has(kind, "string") || has(kind, "char_literal") || has(kind, "character_literal") ||
      has(kind, "heredoc") || has(kind, "regex")) {
    // `string_expression` and its like hold more than text.
    return {!has(kind, "expression") && !has(kind, "declaration"), HighlightClass::string};
  }
  if (has(kind, "integer") || has(kind, "float") || has(kind, "number") || kind == "real_literal" ||
      kind == "int_literal") {
    return {true, HighlightClass::number};
  }
  if (std::count(kConstants.begin(), kConstants.end(), kind) != 0) return {true, HighlightClass::constant};
  if (std::count(kTypes.begin(), kTypes.end(), kind) != 0) return {true, HighlightClass::type};
  return {false, kReset};
}

std::vector<SymbolFlags> classes_of(const TSLanguage* language) {
  const std::uint32_t count = ts_language_symbol_count(language);
  std::vector<SymbolFlags> classes(count, 0);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto symbol = static_cast<TSSymbol>(i);
    const TSSymbolType type = ts_language_symbol_type(language, symbol);
    if (type != TSSymbolTypeRegular && type != TSSymbolTypeAnonymous) continue;
    const std::string_view name = ts_language_symbol_name(language, symbol);
    const auto [known, kind] = type == TSSymbolTypeRegular ? class_of_node(name) : class_of_token(name);
    if (known) classes[i] = static_cast<SymbolFlags>(kCoded * (static_cast<int>(kind) + 1));
  }
  return classes;
}

}  // namespace

std::vector<HighlightSpan> highlight(corpus::Language language, std::string_view source) {
  std::vector<HighlightSpan> spans;
  const LanguageQuery* query = query_for(language);
  if (query == nullptr || source.size() > kMaxBytes) return spans;
  SourceParser parser;
  const Range whole{0, static_cast<std::uint32_t>(source.size())};
  const Tree tree = parser.parse(query->language, source, whole, ThreadClock::now() + kDeadline);
  if (!tree) return spans;

  // One class a byte: a node comes after the one around it and paints over it.
  std::vector<HighlightClass> paint(source.size(), HighlightClass::none);
  const auto colour = [&paint](std::uint32_t begin, std::uint32_t end, HighlightClass kind) {
    std::fill(paint.begin() + begin, paint.begin() + end, kind);
  };
  const auto classes = classes_of(query->language);
  TreeWalk walk;
  walk.start(tree.get(), classes);
  while (const TreeWalk::Node* node = walk.next()) {
    colour(node->begin, node->end, static_cast<HighlightClass>(node->flags / kCoded - 1));
  }
  Findings findings;
  Collector().collect(*query, tree.get(), source, source, findings);
  for (const Use& use : findings.uses) {
    if (paint[use.offset] != HighlightClass::type)
      colour(use.offset, use.offset + use.size, HighlightClass::function);
  }
  for (const Found& found : findings.definitions) {
    const bool type =
        found.role == Role::definition_class || found.role == Role::scope || found.role == Role::type_scope;
    colour(found.name.begin, found.name.end, type ? HighlightClass::type : HighlightClass::function);
  }
  for (std::uint32_t begin = 0; begin < paint.size();) {
    std::uint32_t end = begin;
    while (end < paint.size() && paint[end] == paint[begin]) ++end;
    if (paint[begin] != HighlightClass::none) spans.push_back({{begin, end}, paint[begin]});
    begin = end;
  }
  return spans;
}

}  // namespace quarry::syntax
