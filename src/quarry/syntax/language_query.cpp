// Compiles a query file: single nodes become flags, straight references become chains, the rest is a TSQuery.
#include "quarry/syntax/language_query.h"

#include <algorithm>
#include <array>
#include <utility>

#include "quarry/syntax/pattern.h"

namespace quarry::syntax {
namespace {

struct NamedFlag {
  std::string_view capture;
  SymbolFlags flag;
};
constexpr std::array kNodeCaptures = {
    NamedFlag{"comment", kComment},
    NamedFlag{"wrapper", kWrapper},
    NamedFlag{"wrapper.single", kSingleWrapper},
    NamedFlag{"attribute", kAttribute},
    NamedFlag{"embedded", kEmbedded},
};

struct NamedRole {
  std::string_view capture;
  Role role;
};
constexpr std::array kRoles = {
    NamedRole{"definition.function", Role::definition_function},
    NamedRole{"definition.method", Role::definition_method},
    NamedRole{"definition.class", Role::definition_class},
    NamedRole{"scope", Role::scope},
    NamedRole{"scope.type", Role::type_scope},
    NamedRole{"name", Role::name},
    NamedRole{"declarator", Role::declarator},
    NamedRole{"container", Role::container},
    NamedRole{"body", Role::body},
    NamedRole{"doc", Role::doc},
    NamedRole{"reference", Role::reference},
};

std::size_t line_of(std::string_view text, std::size_t offset) {
  return 1 +
         static_cast<std::size_t>(std::count(
             text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size())), '\n'));
}

class Compiler {
 public:
  Compiler(const TSLanguage* language, std::string_view text) : text_(text) {
    result_.language = language;
    const std::uint32_t symbols = ts_language_symbol_count(language);
    result_.flags.assign(symbols, 0);
    result_.chains_of.resize(symbols);
    result_.first.resize(symbols);
    result_.declarator = field("declarator");
  }

  Result<LanguageQuery> compile() {
    std::uint32_t offset = 0;
    TSQueryError error = TSQueryErrorNone;
    result_.query.reset(ts_query_new(result_.language, text_.data(), static_cast<std::uint32_t>(text_.size()),
                                     &offset, &error));
    if (!result_.query) {
      static constexpr std::array kWhat = {"nothing",   "the syntax",    "a node kind", "a field",
                                           "a capture", "the structure", "the language"};
      return fail(ErrorKind::invalid_argument, "query line {}: {} is wrong at \"{}\"", line_of(text_, offset),
                  kWhat[std::min<std::size_t>(error, kWhat.size() - 1)],
                  text_.substr(offset, std::min<std::size_t>(30, text_.find('\n', offset) - offset)));
    }
    const auto patterns = parse_patterns(text_);
    if (!patterns || patterns->size() != ts_query_pattern_count(result_.query.get())) {
      return fail(ErrorKind::invalid_argument, "the query's patterns cannot be read one by one");
    }
    QUARRY_CHECK(read_captures());
    for (std::uint32_t i = 0; i < patterns->size(); ++i) {
      const std::size_t line = line_of(text_, ts_query_start_byte_for_pattern(result_.query.get(), i));
      if (auto status = read_rule(i); !status)
        return fail_in(fmt::format("query line {}", line), status.error());
      if (auto status = place((*patterns)[i], i); !status)
        return fail_in(fmt::format("query line {}", line), status.error());
    }
    return std::move(result_);
  }

 private:
  Status read_captures() {
    const TSQuery* query = result_.query.get();
    for (std::uint32_t i = 0; i < ts_query_capture_count(query); ++i) {
      std::uint32_t length = 0;
      const char* data = ts_query_capture_name_for_id(query, i, &length);
      const std::string_view name(data, length);
      Role role = Role::none;
      bool known = name.starts_with('_');
      for (const auto& entry : kRoles) {
        if (entry.capture == name) role = entry.role, known = true;
      }
      for (const auto& entry : kNodeCaptures) known = known || entry.capture == name;
      if (!known) return fail(ErrorKind::invalid_argument, "the capture @{} has no meaning", name);
      result_.roles.push_back(role);
    }
    return {};
  }

  Status read_rule(std::uint32_t pattern) {
    const TSQuery* query = result_.query.get();
    PatternRule rule;
    std::uint32_t count = 0;
    const TSQueryPredicateStep* steps = ts_query_predicates_for_pattern(query, pattern, &count);
    const auto string_at = [&](std::uint32_t i) {
      std::uint32_t length = 0;
      const char* data = ts_query_string_value_for_id(query, steps[i].value_id, &length);
      return std::string_view(data, length);
    };
    for (std::uint32_t i = 0; i < count;) {
      std::uint32_t end = i;
      while (steps[end].type != TSQueryPredicateStepTypeDone) ++end;
      const std::string_view name = string_at(i);
      const bool negated = name.starts_with("not-");
      if (name == "set!") {
        const std::string_view key = end > i + 1 ? string_at(i + 1) : std::string_view();
        const std::string_view value = end > i + 2 ? string_at(i + 2) : std::string_view();
        if (key == "clause") {
          rule.clause = true;
        } else if (key == "rest") {
          rule.rest = true;
        } else if (key == "first" && !value.empty()) {
          for (std::uint32_t j = i + 2; j < end; ++j) rule.first.emplace_back(string_at(j));
        } else if (key == "when" && value == "documented") {
          rule.documented = true;
        } else if (key == "when" && value == "multiline") {
          rule.multiline = true;
        } else {
          return fail(ErrorKind::invalid_argument, "(#set! {} {}) has no meaning", key, value);
        }
      } else if (name == "eq?" || name == "not-eq?" || name == "any-of?" || name == "not-any-of?") {
        if (end < i + 3 || steps[i + 1].type != TSQueryPredicateStepTypeCapture) {
          return fail(ErrorKind::invalid_argument, "#{} wants a capture and strings", name);
        }
        Predicate predicate{steps[i + 1].value_id, negated, {}};
        for (std::uint32_t j = i + 2; j < end; ++j) {
          if (steps[j].type != TSQueryPredicateStepTypeString) {
            return fail(ErrorKind::invalid_argument, "#{} compares with strings only", name);
          }
          predicate.values.emplace_back(string_at(j));
        }
        rule.predicates.push_back(std::move(predicate));
      } else {
        return fail(ErrorKind::invalid_argument, "#{} is not known", name);
      }
      i = end + 1;
    }
    result_.rules.push_back(std::move(rule));
    return {};
  }

  [[nodiscard]] TSFieldId field(std::string_view name) const {
    return ts_language_field_id_for_name(result_.language, name.data(),
                                         static_cast<std::uint32_t>(name.size()));
  }

  [[nodiscard]] std::optional<TSSymbol> symbol(const Pattern& node) const {
    if (node.type == Pattern::Type::wildcard) return std::nullopt;
    if (node.kind == "ERROR") return kErrorSymbol;
    const TSSymbol found = ts_language_symbol_for_name(result_.language, node.kind.data(),
                                                       static_cast<std::uint32_t>(node.kind.size()),
                                                       node.type == Pattern::Type::node);
    if (found == 0 || ts_language_symbol_type(result_.language, found) == TSSymbolTypeSupertype)
      return std::nullopt;
    return found;
  }

  // Decides who matches the pattern: the walk by itself, a chain, or the library's query cursor.
  Status place(const Pattern& pattern, std::uint32_t index) {
    if (SymbolFlags flag = single_node_flag(pattern); flag != 0) {
      QUARRY_CHECK(flag_roots(pattern, flag));
      ts_query_disable_pattern(result_.query.get(), index);
      return {};
    }
    std::vector<ReferenceChain> chains;
    if (expand(pattern, {}, {}, chains)) {
      for (auto& chain : chains) {
        chain.pattern = index;
        std::reverse(chain.steps.begin(), chain.steps.end());
        // The first node of a chain is its name; the fields of the nodes between it and the root are compared
        // too.
        for (std::size_t i = 0; i < chain.steps.size(); ++i) {
          auto& flags = result_.flags[chain.steps[i].symbol];
          if (chain.steps[i].field != 0) flags |= kFieldWanted;
          if (i == 0) flags |= kReferenceName;
        }
        result_.chains_of[chain.steps.front().symbol].push_back(
            static_cast<std::uint32_t>(result_.chains.size()));
        result_.chains.push_back(std::move(chain));
      }
      ts_query_disable_pattern(result_.query.get(), index);
      return {};
    }
    return flag_roots(pattern, kPattern);
  }

  // One pattern that may begin with anything opens its root to everything.
  void note_first_words(TSSymbol root) {
    auto& words = result_.first[root];
    const auto& more = result_.rules.back().first;
    const bool open = (result_.flags[root] & kPattern) != 0 && words.empty();
    if (open || more.empty()) {
      words.clear();
    } else {
      words.insert(words.end(), more.begin(), more.end());
    }
  }

  [[nodiscard]] static SymbolFlags single_node_flag(const Pattern& pattern) {
    const Pattern* node = &pattern;
    if (node->captures.size() != 1 || !node->plain) return 0;
    if (node->type != Pattern::Type::alternation && !node->children.empty()) return 0;
    for (const auto& entry : kNodeCaptures) {
      if (entry.capture == node->captures.front()) return entry.flag;
    }
    return 0;
  }

  Status flag_roots(const Pattern& pattern, SymbolFlags flag) {
    if (pattern.type == Pattern::Type::alternation) {
      for (const auto& branch : pattern.children) QUARRY_CHECK(flag_roots(branch, flag));
      return {};
    }
    const auto root = symbol(pattern);
    if (!root || *root == kErrorSymbol) {
      return fail(ErrorKind::invalid_argument, "a pattern starts with a kind of node, not with \"{}\"",
                  pattern.kind);
    }
    if (flag == kPattern) note_first_words(*root);
    result_.flags[*root] |= flag;
    return {};
  }

  // Appends the chains that `node` stands for, root first; false where it is more than a chain.
  bool expand(const Pattern& node, std::string_view field_name, std::vector<ReferenceChain::Step> path,
              std::vector<ReferenceChain>& out) const {
    if (!node.plain) return false;
    if (field_name.empty()) field_name = node.field;
    const bool captured = node.captures.size() == 1 && node.captures.front() == "reference";
    if (!node.captures.empty() && !captured) return false;
    if (node.type == Pattern::Type::alternation) {
      for (Pattern branch : node.children) {
        if (captured) branch.captures.push_back("reference");
        if (!expand(branch, field_name, path, out)) return false;
      }
      return true;
    }
    ReferenceChain::Step step{ReferenceChain::kAnySymbol,
                              field_name.empty() ? TSFieldId{0} : field(field_name)};
    if (const auto found = symbol(node)) {
      step.symbol = *found;
    } else {
      return false;
    }
    if (step.symbol == kErrorSymbol) return false;
    path.push_back(step);
    if (captured) {
      if (!node.children.empty()) return false;
      out.push_back({std::move(path), 0});
      return true;
    }
    return node.children.size() == 1 && expand(node.children.front(), {}, std::move(path), out);
  }

  LanguageQuery result_;
  std::string_view text_;
};

}  // namespace

Result<LanguageQuery> compile_query(const TSLanguage* language, std::string_view text) {
  return Compiler(language, text).compile();
}

}  // namespace quarry::syntax
