// One pass with a small lexer: tokens tell a macro's neighbours and count the braces of each conditional's
// branches.
#include "quarry/syntax/preprocessor.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "quarry/base/ascii.h"

namespace quarry::syntax {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}
bool is_upper(char c) {
  return ascii::is_upper(c) || c == '_' || ascii::is_digit(c);
}
bool is_word(char c) {
  return is_upper(c) || ascii::is_lower(c);
}
bool one_of(char c, const char* set) {
  return c != '\0' && std::strchr(set, c) != nullptr;
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A type or specifier: what stands before it cannot be a type as well.
constexpr std::array<std::string_view, 29> kStartsDeclaration = {
    "void",      "auto",     "int",      "char",     "bool",   "unsigned", "signed", "long",
    "short",     "float",    "double",   "size_t",   "static", "inline",   "extern", "constexpr",
    "consteval", "explicit", "virtual",  "template", "class",  "struct",   "union",  "enum",
    "friend",    "operator", "typename", "using",    "typedef"};
// A name after one of these is no stray macro.
constexpr std::array<std::string_view, 16> kWantsName = {
    "struct", "class", "enum",  "union",   "namespace", "typename", "return", "case",
    "goto",   "new",   "using", "typedef", "delete",    "throw",    "sizeof", "operator"};
constexpr std::array<std::string_view, 5> kTrails = {"const", "noexcept", "override", "final", "volatile"};
constexpr std::array<std::string_view, 7> kSpecifies = {"static",  "inline",   "extern", "constexpr",
                                                        "virtual", "explicit", "friend"};

// Calling conventions of Windows, which stand between the type and the name.
constexpr std::array<std::string_view, 6> kConventions = {"WINAPI", "CALLBACK", "NTAPI",
                                                          "WSAAPI", "APIENTRY", "PASCAL"};

constexpr std::size_t kMaxArguments = 2000;  // bytes of a macro call that is looked through
constexpr char kWord = 'w';                  // stands for any word in Painter::last_

class Painter {
 public:
  Painter(std::string_view source, std::string& painted) : source_(source), painted_(painted) {}

  bool paint() {
    while (at_ < source_.size()) step();
    return changed_;
  }

 private:
  struct Branch {
    std::size_t directive = 0;      // where its `#if`, `#else` starts
    std::size_t directive_end = 0;  // and ends
  };
  struct Conditional {
    std::vector<Branch> branches;
    int depth = 0;            // of braces before it
    int first_depth = 0;      // after its first branch
    bool unbalanced = false;  // some branch opens or closes a brace
    bool cuts = false;        // some border lies inside a declaration or expression
    bool list = false;        // ... behind a comma: every branch has whole items
  };

  [[nodiscard]] char peek(std::size_t at) const { return at < source_.size() ? source_[at] : '\0'; }

  void step() {
    const char c = source_[at_];
    if (c == '\n') {
      line_start_ = true;
      ++at_;
    } else if (is_blank(c)) {
      ++at_;
    } else if (c == '/' && (peek(at_ + 1) == '/' || peek(at_ + 1) == '*')) {
      at_ = comment_end(at_);
    } else if (c == '#' && line_start_) {
      directive();
    } else {
      const bool first = line_start_;
      line_start_ = false;
      if (is_word(c)) {
        word(first);
      } else if (c == '"') {
        string();
      } else if (c == '\'') {
        character();
      } else {
        if (c == '{') ++depth_;
        if (c == '}') --depth_;
        last_ = c;
        ++at_;
      }
    }
  }

  [[nodiscard]] std::size_t comment_end(std::size_t at) const {
    const std::size_t end = source_[at + 1] == '/' ? source_.find('\n', at) : source_.find("*/", at + 2);
    if (end == std::string_view::npos) return source_.size();
    return source_[at + 1] == '/' ? end : end + 2;
  }

  void string() {
    const bool raw = at_ > 0 && source_[at_ - 1] == 'R' && last_ == kWord;
    last_ = '"';
    if (raw) {
      const std::size_t open = source_.find('(', at_);
      if (open != std::string_view::npos && open - at_ <= 17) {
        std::string close(1, ')');
        close.append(source_.substr(at_ + 1, open - at_ - 1)).push_back('"');
        const std::size_t end = source_.find(close, open);
        at_ = end == std::string_view::npos ? source_.size() : end + close.size();
        return;
      }
    }
    quoted('"');
  }

  void character() {
    // 1'000'000 is a number.
    if (last_ == kWord && last_word_.data() + last_word_.size() == source_.data() + at_ &&
        last_word_.front() <= '9') {
      ++at_;
      return;
    }
    last_ = '"';
    quoted('\'');
  }

  void quoted(char quote) {
    for (++at_; at_ < source_.size() && source_[at_] != quote && source_[at_] != '\n'; ++at_) {
      if (source_[at_] == '\\') ++at_;
    }
    if (at_ < source_.size() && source_[at_] == quote) ++at_;
    at_ = std::min(at_, source_.size());
  }

  // ---- conditionals ----

  void directive() {
    const std::size_t begin = at_;
    std::size_t end = begin;
    while (end < source_.size() && source_[end] != '\n') {
      if (source_[end] == '/' && peek(end + 1) == '*') {
        end = comment_end(end);
        continue;
      }
      if (source_[end] == '\\' && (peek(end + 1) == '\n' || (peek(end + 1) == '\r' && peek(end + 2) == '\n')))
        end += peek(end + 1) == '\n' ? 1 : 2;
      ++end;
    }
    end = std::min(end, source_.size());
    std::size_t name = begin + 1;
    while (name < end && is_blank(source_[name])) ++name;
    const std::string_view text = source_.substr(name, end - name);
    if ((text.starts_with("if") || text.starts_with("elif")) && text.find("(<") != std::string_view::npos) {
      // `#if HAS_INCLUDE(<new>)` is an expression to nobody but a preprocessor.
      const std::size_t condition = name + word_at(name).size() + 1;
      blank(condition, end);
      painted_[condition] = '1';
    }
    if (text.starts_with("if")) {
      Conditional conditional;
      conditional.depth = conditional.first_depth = depth_;
      conditional.branches.push_back({begin, end});
      conditionals_.push_back(std::move(conditional));
      border();
    } else if (!conditionals_.empty() && (text.starts_with("el") || text.starts_with("endif"))) {
      Conditional& conditional = conditionals_.back();
      border();
      if (depth_ != conditional.depth) conditional.unbalanced = true;
      if (conditional.branches.size() == 1) conditional.first_depth = depth_;
      conditional.branches.push_back({begin, end});
      if (text.starts_with("endif")) {
        close(conditional);
        depth_ = conditional.first_depth;
        conditionals_.pop_back();
      } else {
        depth_ = conditional.depth;
      }
    }
    last_ = '#';
    at_ = end;
  }

  // A conditional begins, goes on or ends here: whole declarations should stand on both sides.
  void border() {
    Conditional& conditional = conditionals_.back();
    if (last_ == ',') {
      conditional.list = true;
    } else if (last_ != '\0' && !one_of(last_, ";{}:#")) {
      conditional.cuts = true;
    }
  }

  void close(const Conditional& conditional) {
    if (!conditional.unbalanced && !conditional.cuts && !conditional.list) return;
    const bool first_only = conditional.unbalanced || conditional.cuts;
    const auto& branches = conditional.branches;
    for (const Branch& branch : branches) blank(branch.directive, branch.directive_end);
    if (first_only) blank(branches[1].directive, branches.back().directive_end);
  }

  // ---- macros ----

  void word(bool first) {
    const std::size_t begin = at_;
    bool upper = true;
    bool underscore = false;
    while (at_ < source_.size() && is_word(source_[at_])) {
      upper = upper && is_upper(source_[at_]);
      underscore = underscore || source_[at_] == '_';
      ++at_;
    }
    if (upper && underscore && at_ - begin >= 4 && (source_[begin] < '0' || source_[begin] > '9')) {
      if (const std::size_t end = stray_until(begin, at_, first); end != 0) {
        at_ = end;  // as if it were not there: the token before stays the last one
        line_start_ = first;
        return;
      }
    }
    const std::string_view text = source_.substr(begin, at_ - begin);
    if (upper && contains(kConventions, text) &&
        (is_word(peek(skip_blanks(at_))) || peek(skip_blanks(at_)) == '*')) {
      blank(begin, at_);
      return;
    }
    if (text == "else" && last_ == '#' && !conditionals_.empty()) conditionals_.back().cuts = true;
    last_ = kWord;
    last_word_ = text;
  }

  // Behind blanks on the same line.
  [[nodiscard]] std::size_t skip_blanks(std::size_t at) const {
    while (at < source_.size() && is_blank(source_[at])) ++at;
    return at;
  }

  // Behind blanks, line breaks and comments.
  [[nodiscard]] std::size_t skip_space(std::size_t at) const {
    while (at < source_.size()) {
      if (is_blank(source_[at]) || source_[at] == '\n') {
        ++at;
      } else if (source_[at] == '/' && (peek(at + 1) == '/' || peek(at + 1) == '*')) {
        at = comment_end(at);
      } else {
        break;
      }
    }
    return at;
  }

  [[nodiscard]] bool ends_line(std::size_t at) const {
    const char c = peek(at);
    return c == '\0' || c == '\n' || (c == '/' && one_of(peek(at + 1), "/*"));
  }

  [[nodiscard]] std::string_view word_at(std::size_t at) const {
    std::size_t end = at;
    while (end < source_.size() && is_word(source_[end])) ++end;
    return source_.substr(at, end - at);
  }

  // Behind the bracket that closes the one at `at`; 0 where there is none near.
  [[nodiscard]] std::size_t closing(std::size_t at) const {
    int depth = 0;
    for (std::size_t i = at; i < std::min(source_.size(), at + kMaxArguments); ++i) {
      if (source_[i] == '(') ++depth;
      if (source_[i] == ')' && --depth == 0) return i + 1;
      if (source_[i] == ';' || source_[i] == '#') return 0;
    }
    return 0;
  }

  [[nodiscard]] bool after(const auto& words) const { return last_ == kWord && contains(words, last_word_); }
  // A declaration or statement may start here.
  [[nodiscard]] bool at_start() const { return last_ == '\0' || one_of(last_, ";{}:#>"); }

  // Paints the macro at `begin` if it is one that syntax has no place for, and tells where it ends; 0: it
  // stays.
  std::size_t stray_until(std::size_t begin, std::size_t end, bool first) {
    const std::size_t next = skip_blanks(end);
    const char c = peek(next);
    bool stray = false;
    std::size_t until = end;
    if (c == '(' && last_ == kWord && last_word_ == "if") {
      stray = true;  // `if CONSTEXPR_17 (...)`
    } else if (c == '(') {
      until = closing(next);
      if (until == 0) return 0;
      if (source_.substr(begin, end - begin).find("ENABLE_IF") != std::string_view::npos &&
          one_of(last_, ",<") && peek(skip_space(until)) == '>') {
        blank(begin, until);
        for (std::size_t i = 0; i < 3; ++i)
          painted_[begin + i] = "int"[i];  // some template parameter has to stay
        last_ = kWord;
        last_word_ = source_.substr(begin, end - begin);
        return until;
      }
      stray = stray_call(until, first);
    } else if (ends_line(next)) {
      stray = first && stray_line(end);
    } else if (c == ':' && peek(next + 1) != ':') {
      stray = first && one_of(last_, ";{}#") && ends_line(skip_blanks(next + 1));
      until = next + 1;
    } else if (is_word(c) || c == '~') {
      stray = stray_specifier(next);
    } else if (c == '{' || c == ';') {
      stray = after(kTrails) || last_ == ')';
    }
    if (!stray) return 0;
    blank(begin, until);
    return until;
  }

  // `NON_NULL(2)` before a declaration, `class VISIBLE("default") error`.
  [[nodiscard]] bool stray_call(std::size_t end, bool first) const {
    const std::size_t next = skip_blanks(end);
    if (ends_line(next)) {
      const char c = peek(skip_space(next));
      return first && at_start() && (is_word(c) || one_of(c, "}#~["));
    }
    if (!is_word(source_[next]) || contains(kTrails, word_at(next))) return false;
    return at_start() || after(kSpecifies) ||
           (last_ == kWord && (last_word_ == "class" || last_word_ == "struct"));
  }

  // `JSON_NAMESPACE_BEGIN`, `Q_OBJECT`: nothing else on the line, and what follows starts anew.
  [[nodiscard]] bool stray_line(std::size_t end) const {
    if (after(kWantsName) || one_of(last_, ",=+-|&?<!%^(.*/")) return false;
    const char c = peek(skip_space(end));
    return c == '\0' || is_word(c) || one_of(c, "}#~[") || (c == '{' && one_of(last_, ");{}"));
  }

  // `FMT_API auto f()`, `UV_EXTERN int uv_run(...)`, `class FMT_API writer {`.
  [[nodiscard]] bool stray_specifier(std::size_t next) const {
    if (source_[next] == '~') return at_start();
    const std::string_view follower = word_at(next);
    if (last_ == kWord && (last_word_ == "class" || last_word_ == "struct")) {
      const std::size_t behind = skip_space(next + follower.size());
      return one_of(peek(behind), "{:") || word_at(behind) == "final";
    }
    if (after(kWantsName)) return false;
    if (contains(kTrails, follower)) return last_ == ')';
    if (contains(kStartsDeclaration, follower)) return true;
    // A third word says that the first is not the type: `API foo_t *make(`, `API std::string name(`.
    std::size_t at = next + follower.size();
    while (peek(at) == ':' && peek(at + 1) == ':') {
      at += 2;
      at += word_at(at).size();
    }
    const std::size_t type_end = at;
    while (is_blank(peek(at)) || one_of(peek(at), "*&")) ++at;
    if (at == type_end && peek(at) == '(') {
      // Only a constructor has a ':' behind its parameters.
      const std::size_t end = closing(at);
      if (end == 0 || !at_start()) return false;
      std::size_t behind = skip_space(end);
      if (contains(kTrails, word_at(behind))) behind = skip_space(behind + word_at(behind).size());
      return peek(behind) == ':' && peek(behind + 1) != ':';
    }
    const std::string_view third = word_at(at);
    return at > type_end && !third.empty() && !contains(kTrails, third);
  }

  void blank(std::size_t begin, std::size_t end) {
    if (!changed_) painted_.assign(source_);
    changed_ = true;
    // Line breaks stay: they end directives and line comments.
    for (std::size_t i = begin; i < end; ++i) {
      if (painted_[i] != '\n') painted_[i] = ' ';
    }
  }

  std::string_view source_;
  std::string& painted_;
  std::size_t at_ = 0;
  bool changed_ = false;
  bool line_start_ = true;
  char last_ = '\0';  // the last token: a sign, kWord, '"' for literals, '#' for a directive
  std::string_view last_word_;
  int depth_ = 0;
  std::vector<Conditional> conditionals_;
};

}  // namespace

bool paint_over_preprocessor(std::string_view source, std::string& painted) {
  return Painter(source, painted).paint();
}

}  // namespace quarry::syntax
