// Compiles a query file: single nodes become flags, straight references become chains, the rest trees of
// symbols.
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
    NamedRole{"ignore", Role::ignore},
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
    result_.patterns_of.resize(symbols);
    result_.declarator = ts_language_field_id_for_name(language, "declarator", 10);
  }

  Result<LanguageQuery> compile() {
    const auto patterns = parse_patterns(text_);
    if (!patterns) return fail(ErrorKind::invalid_argument, "the query cannot be read");
    for (const Pattern& pattern : *patterns) {
      if (auto status = place(pattern); !status) {
        const auto line = line_of(text_, static_cast<std::size_t>(pattern.text.data() - text_.data()));
        return fail_in(fmt::format("query line {}", line), status.error());
      }
    }
    return std::move(result_);
  }

 private:
  // Decides who matches the pattern: the walk by itself, a chain, or the matcher.
  Status place(const Pattern& pattern) {
    QUARRY_TRY(PatternRule rule, rule_of(pattern));
    if (const SymbolFlags flag = single_node_flag(pattern); flag != 0) {
      QUARRY_TRY(const auto roots, roots_of(pattern));
      for (const TSSymbol root : roots) result_.flags[root] |= flag;
      return {};
    }
    std::vector<ReferenceChain> chains;
    if (expand(pattern, {}, {}, chains)) {
      for (auto& chain : chains) add_chain(std::move(chain), rule);
      return {};
    }
    TreePattern tree;
    QUARRY_TRY(tree.root, node_of(pattern));
    QUARRY_TRY(const auto roots, roots_of(pattern));
    tree.rule = std::move(rule);
    for (const TSSymbol root : roots) {
      result_.flags[root] |= kPattern;
      result_.patterns_of[root].push_back(static_cast<std::uint32_t>(result_.patterns.size()));
    }
    result_.patterns.push_back(std::move(tree));
    return {};
  }

  void add_chain(ReferenceChain chain, const PatternRule& rule) {
    chain.rule = rule;
    std::reverse(chain.steps.begin(), chain.steps.end());
    for (const auto& step : chain.steps) {
      if (step.field != 0) result_.flags[step.symbol] |= kFieldWanted;
    }
    const TSSymbol name = chain.steps.front().symbol;
    result_.flags[name] |= kReferenceName;
    result_.chains_of[name].push_back(static_cast<std::uint32_t>(result_.chains.size()));
    result_.chains.push_back(std::move(chain));
  }

  Result<PatternRule> rule_of(const Pattern& pattern) {
    PatternRule rule;
    for (const auto& [name, arguments] : pattern.predicates) {
      if (name == "set!") {
        const std::string_view key = arguments.empty() ? std::string_view() : arguments[0];
        const std::string_view value = arguments.size() > 1 ? arguments[1] : std::string_view();
        if (key == "clause") {
          rule.clause = true;
        } else if (key == "rest") {
          rule.rest = true;
        } else if (key == "when" && value == "documented") {
          rule.documented = true;
        } else if (key == "when" && value == "multiline") {
          rule.multiline = true;
        } else {
          return fail(ErrorKind::invalid_argument, "(#set! {} {}) has no meaning", key, value);
        }
      } else if (name == "eq?" || name == "not-eq?" || name == "any-of?" || name == "not-any-of?") {
        if (arguments.size() < 2 || !arguments[0].starts_with('@')) {
          return fail(ErrorKind::invalid_argument, "#{} wants a capture and strings", name);
        }
        QUARRY_TRY(const std::uint16_t capture, capture_of(arguments[0].substr(1)));
        rule.predicates.push_back(
            {capture, name.starts_with("not-"), {arguments.begin() + 1, arguments.end()}});
      } else {
        return fail(ErrorKind::invalid_argument, "#{} is not known", name);
      }
    }
    return rule;
  }

  // Numbers a capture at its first use.
  Result<std::uint16_t> capture_of(std::string_view name) {
    const auto found = std::find(captures_.begin(), captures_.end(), name);
    if (found != captures_.end()) return static_cast<std::uint16_t>(found - captures_.begin());
    Role role = Role::none;
    bool known = name.starts_with('_');
    for (const auto& entry : kRoles) {
      if (entry.capture == name) role = entry.role, known = true;
    }
    if (!known) return fail(ErrorKind::invalid_argument, "the capture @{} has no meaning here", name);
    captures_.push_back(name);
    result_.roles.push_back(role);
    return static_cast<std::uint16_t>(captures_.size() - 1);
  }

  [[nodiscard]] TSFieldId field(std::string_view name) const {
    return ts_language_field_id_for_name(result_.language, name.data(),
                                         static_cast<std::uint32_t>(name.size()));
  }

  [[nodiscard]] std::optional<TSSymbol> symbol(const Pattern& node) const {
    if (node.type != Pattern::Type::node && node.type != Pattern::Type::literal) return std::nullopt;
    const TSSymbol found = ts_language_symbol_for_name(result_.language, node.kind.data(),
                                                       static_cast<std::uint32_t>(node.kind.size()),
                                                       node.type == Pattern::Type::node);
    if (found == 0 || found >= result_.flags.size() ||
        ts_language_symbol_type(result_.language, found) == TSSymbolTypeSupertype)
      return std::nullopt;
    return found;
  }

  [[nodiscard]] static SymbolFlags single_node_flag(const Pattern& pattern) {
    if (pattern.captures.size() != 1 || !pattern.plain) return 0;
    if (pattern.type != Pattern::Type::alternation && !pattern.children.empty()) return 0;
    for (const auto& entry : kNodeCaptures) {
      if (entry.capture == pattern.captures.front()) return entry.flag;
    }
    return 0;
  }

  [[nodiscard]] Result<std::vector<TSSymbol>> roots_of(const Pattern& pattern) const {
    std::vector<TSSymbol> roots;
    if (pattern.type == Pattern::Type::alternation) {
      for (const auto& branch : pattern.children) {
        QUARRY_TRY(const auto inner, roots_of(branch));
        roots.insert(roots.end(), inner.begin(), inner.end());
      }
      std::sort(roots.begin(), roots.end());
      roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
      return roots;
    }
    const auto root = symbol(pattern);
    if (!root)
      return fail(ErrorKind::invalid_argument, "\"{}\" is no kind of node that a pattern can start with",
                  pattern.kind);
    roots.push_back(*root);
    return roots;
  }

  Result<MatchNode> node_of(const Pattern& pattern) {
    MatchNode node;
    node.optional = pattern.optional;
    node.anchored = pattern.anchored;
    switch (pattern.type) {
      case Pattern::Type::any:
        node.type = MatchNode::Type::any;
        break;
      case Pattern::Type::any_named:
        node.type = MatchNode::Type::any_named;
        break;
      case Pattern::Type::alternation:
        node.type = MatchNode::Type::alternation;
        break;
      default: {
        const auto found = symbol(pattern);
        if (!found) return fail(ErrorKind::invalid_argument, "the grammar has no node \"{}\"", pattern.kind);
        node.symbol = *found;
      }
    }
    if (!pattern.field.empty()) {
      node.field = field(pattern.field);
      if (node.field == 0)
        return fail(ErrorKind::invalid_argument, "the grammar has no field {}", pattern.field);
    }
    for (const std::string_view name : pattern.without) {
      const TSFieldId without = field(name);
      if (without == 0) return fail(ErrorKind::invalid_argument, "the grammar has no field {}", name);
      node.without.push_back(without);
    }
    for (const std::string_view name : pattern.captures) {
      QUARRY_TRY(const std::uint16_t capture, capture_of(name));
      node.captures.push_back(capture);
    }
    for (const Pattern& child : pattern.children) {
      QUARRY_TRY(MatchNode inner, node_of(child));
      node.children.push_back(std::move(inner));
    }
    return node;
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
    const auto found = symbol(node);
    const TSFieldId in_parent = field_name.empty() ? TSFieldId{0} : field(field_name);
    // A name that the grammar does not know is told by node_of.
    if (!found || (in_parent == 0 && !field_name.empty())) return false;
    path.push_back({*found, in_parent});
    if (captured) {
      if (!node.children.empty()) return false;
      out.push_back({std::move(path), {}});
      return true;
    }
    return node.children.size() == 1 && expand(node.children.front(), {}, std::move(path), out);
  }

  LanguageQuery result_;
  std::string_view text_;
  std::vector<std::string_view> captures_;
};

}  // namespace

Result<LanguageQuery> compile_query(const TSLanguage* language, std::string_view text) {
  return Compiler(language, text).compile();
}

}  // namespace quarry::syntax
