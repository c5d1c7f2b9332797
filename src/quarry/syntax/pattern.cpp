// Reads tree-sitter's query language: https://tree-sitter.github.io/tree-sitter/using-parsers/queries
#include "quarry/syntax/pattern.h"

#include <utility>

namespace quarry::syntax {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<std::vector<Pattern>> read() {
    std::vector<Pattern> patterns;
    while (skip_space(), position_ < text_.size()) {
      const std::size_t begin = position_;
      predicates_.clear();
      auto pattern = pattern_at(0);
      if (!pattern) return std::nullopt;
      pattern->text = text_.substr(begin, position_ - begin);
      pattern->predicates = predicates_;
      patterns.push_back(*std::move(pattern));
    }
    return patterns;
  }

 private:
  static constexpr int kMaxDepth = 64;

  void skip_space() {
    while (position_ < text_.size()) {
      const char c = text_[position_];
      if (c == ';') {
        while (position_ < text_.size() && text_[position_] != '\n') ++position_;
      } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
        ++position_;
      } else {
        return;
      }
    }
  }

  [[nodiscard]] char peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }

  std::string_view word() {
    const std::size_t begin = position_;
    while (position_ < text_.size() &&
           std::string_view(" \n\t\r()[]\":@;*+?").find(text_[position_]) == std::string_view::npos) {
      ++position_;
    }
    return text_.substr(begin, position_ - begin);
  }

  // A string from its opening quote; escapes stay as written.
  std::string_view quoted() {
    const std::size_t begin = ++position_;
    while (position_ < text_.size() && text_[position_] != '"') position_ += text_[position_] == '\\' ? 2 : 1;
    const auto result = text_.substr(begin, position_ - begin);
    ++position_;
    return result;
  }

  std::optional<Pattern> pattern_at(int depth) {
    if (depth > kMaxDepth) return std::nullopt;
    Pattern pattern;
    if (peek() == '[') {
      ++position_;
      pattern.type = Pattern::Type::alternation;
      if (!children(pattern, ']', depth)) return std::nullopt;
    } else if (peek() == '"') {
      pattern.type = Pattern::Type::literal;
      pattern.kind = quoted();
    } else if (peek() == '_') {
      ++position_;
      pattern.type = Pattern::Type::any;
    } else if (peek() == '(') {
      ++position_;
      skip_space();
      if (peek() == '(' || peek() == '[' || peek() == '"') {
        // A group around one pattern and its predicates is that pattern.
        Pattern group;
        if (!children(group, ')', depth) || group.children.size() != 1) return std::nullopt;
        pattern = std::move(group.children.front());
        pattern.plain = pattern.plain && group.plain;
      } else {
        pattern.kind = word();
        if (pattern.kind == "_") pattern.type = Pattern::Type::any_named;
        if (pattern.kind.empty() || !children(pattern, ')', depth)) return std::nullopt;
      }
    } else {
      return std::nullopt;
    }
    for (skip_space(); peek() == '?' || peek() == '*' || peek() == '+' || peek() == '@'; skip_space()) {
      const char c = text_[position_++];
      if (c == '@') {
        pattern.captures.push_back(word());
      } else {
        pattern.plain = false;
        pattern.optional = pattern.optional || c != '+';
      }
    }
    return pattern;
  }

  bool children(Pattern& parent, char close, int depth) {
    bool anchored = false;
    while (skip_space(), peek() != close) {
      if (position_ >= text_.size()) return false;
      if (peek() == '.') {
        ++position_;
        anchored = true;
        parent.plain = false;
      } else if (peek() == '!') {
        ++position_;
        parent.without.push_back(word());
        parent.plain = false;
      } else if (peek() == '(' && position_ + 1 < text_.size() && text_[position_ + 1] == '#') {
        if (!predicate()) return false;
      } else {
        std::string_view field;
        if (peek() != '(' && peek() != '[' && peek() != '"') {
          field = word();
          skip_space();
          if (peek() == ':') {
            ++position_;
            skip_space();
          } else if (field == "_") {
            field = {};
            position_ -= 1;
            while (text_[position_] != '_') --position_;
          } else {
            return false;
          }
        }
        auto child = pattern_at(depth + 1);
        if (!child) return false;
        child->field = field;
        child->anchored = std::exchange(anchored, false);
        parent.plain = parent.plain && child->plain;
        parent.children.push_back(*std::move(child));
      }
    }
    ++position_;
    return true;
  }

  bool predicate() {
    position_ += 2;
    const std::size_t name = position_;
    while (position_ < text_.size() &&
           std::string_view(" \n\t\r()").find(text_[position_]) == std::string_view::npos)
      ++position_;
    PatternPredicate result{text_.substr(name, position_ - name), {}};
    while (skip_space(), peek() != ')') {
      if (position_ >= text_.size()) return false;
      if (peek() == '"') {
        result.arguments.push_back(quoted());
        continue;
      }
      const std::size_t begin = position_;
      if (peek() == '@') ++position_;
      if (word().empty()) return false;
      result.arguments.push_back(text_.substr(begin, position_ - begin));
    }
    ++position_;
    predicates_.push_back(std::move(result));
    return true;
  }

  std::string_view text_;
  std::vector<PatternPredicate> predicates_;
  std::size_t position_ = 0;
};

}  // namespace

std::optional<std::vector<Pattern>> parse_patterns(std::string_view query) {
  return Reader(query).read();
}

}  // namespace quarry::syntax
