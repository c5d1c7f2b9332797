// One pass over the lines; C# alone needs a small lexer, to know where a directive cuts a declaration.
#include "quarry/syntax/grammar_gap.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "quarry/base/ascii.h"

namespace quarry::syntax {
namespace {

using corpus::Language;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}
// A copy of the source, made at the first change.
class Copy {
 public:
  Copy(std::string_view source, std::string& painted) : source_(source), painted_(painted) {}

  void blank(std::size_t begin, std::size_t end) {
    if (!changed_) painted_.assign(source_);
    changed_ = true;
    for (std::size_t i = begin; i < end; ++i) {
      if (painted_[i] != '\n') painted_[i] = ' ';
    }
  }
  void write(std::size_t at, char c) {
    blank(at, at);
    painted_[at] = c;
  }
  [[nodiscard]] bool changed() const { return changed_; }

 private:
  std::string_view source_;
  std::string& painted_;
  bool changed_ = false;
};

// A line without its break and the blanks at both ends.
struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view text;
};

Line line_at(std::string_view source, std::size_t at) {
  std::size_t end = std::min(source.find('\n', at), source.size());
  while (at < end && is_blank(source[at])) ++at;
  while (end > at && is_blank(source[end - 1])) --end;
  return {at, end, source.substr(at, end - at)};
}

std::size_t next_line(std::string_view source, std::size_t at) {
  const std::size_t end = source.find('\n', at);
  return end == std::string_view::npos ? source.size() : end + 1;
}

enum class Directive { none, opens, goes_on, closes };

Directive directive_of(std::string_view line) {
  if (!line.starts_with('#')) return Directive::none;
  line.remove_prefix(1);
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  if (line.starts_with("endif")) return Directive::closes;
  if (line.starts_with("else") || line.starts_with("elif")) return Directive::goes_on;
  return line.starts_with("if") ? Directive::opens : Directive::none;
}

// Behind the word at `at`, 0 where another one stands there.
std::size_t behind_word(std::string_view line, std::size_t at, std::string_view word) {
  if (line.substr(at, word.size()) != word) return 0;
  const std::size_t end = at + word.size();
  if ((at > 0 && ascii::is_word(line[at - 1])) || (end < line.size() && ascii::is_word(line[end]))) return 0;
  return end;
}

std::size_t find_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    if (behind_word(line, at, word) != 0) return at;
  }
  return std::string_view::npos;
}

void paint_swift(std::string_view source, Copy& copy) {
  for (std::size_t at = 0; at < source.size(); at = next_line(source, at)) {
    const Line line = line_at(source, at);
    if (directive_of(line.text) != Directive::none) copy.blank(line.begin, line.end);
  }
}

// `) : Reader by delegate {`: the grammar takes the class body for a lambda of `delegate`.
void paint_delegate(const Line& line, Copy& copy) {
  if (!line.text.ends_with('{')) return;
  const std::size_t by = line.text.rfind(" by ");
  if (by == std::string_view::npos) return;
  const std::string_view before = line.text.substr(0, by);
  const bool heads_class = before.starts_with(')') || before.starts_with(':') ||
                           find_word(before, "class") != std::string_view::npos ||
                           find_word(before, "object") != std::string_view::npos;
  const std::string_view value = line.text.substr(by + 4, line.text.size() - by - 5);
  // Further types behind a comma make the grammar see a class again.
  const bool last = value.find('{') == std::string_view::npos &&
                    value.substr(0, value.find('(')).find(',') == std::string_view::npos;
  if (heads_class && last) copy.blank(line.begin + by, line.end - 1);
}

// `@PublishedApi internal constructor(` at the start of a line ends the class for the grammar.
void paint_constructor(const Line& line, Copy& copy) {
  const std::size_t found = find_word(line.text, "constructor");
  if (found == std::string_view::npos || !line.text.starts_with('@')) return;
  std::size_t end = 1;
  while (end < line.text.size() && ascii::is_word(line.text[end])) ++end;
  if (end < found && is_blank(line.text[end])) copy.blank(line.begin, line.begin + end);
}

// `is Join if dialect is H2 ->`: the condition may go on for some lines.
void paint_guard(std::string_view source, const Line& line, Copy& copy) {
  constexpr std::size_t kMaxGuard = 500;
  if (!line.text.starts_with("is ") && !line.text.starts_with("!is ")) return;
  const std::size_t guard = find_word(line.text, "if");
  if (guard == std::string_view::npos || line.text.substr(0, guard).find("->") != std::string_view::npos)
    return;
  const std::size_t begin = line.begin + guard;
  const std::size_t arrow = source.substr(begin, kMaxGuard).find("->");
  if (arrow != std::string_view::npos) copy.blank(begin, begin + arrow);
}

// Words that are keywords elsewhere, used as names: `where?.let { ... }`, `suspend = { ... }`.
void paint_soft_keyword(const Line& line, Copy& copy) {
  if (line.text.starts_with("where?.") || line.text.starts_with("where.")) copy.write(line.begin, 'W');
  const std::size_t found = find_word(line.text, "suspend");
  if (found == std::string_view::npos) return;
  const std::string_view behind = line.text.substr(found + 7);
  if (behind.starts_with(':') || behind.starts_with(" = ")) copy.write(line.begin + found, 'S');
}

void paint_kotlin(std::string_view source, Copy& copy) {
  Line before;
  for (std::size_t at = 0; at < source.size(); at = next_line(source, at)) {
    const Line line = line_at(source, at);
    if (line.text.starts_with("annotation class ")) copy.blank(line.begin, line.begin + 10);
    paint_delegate(line, copy);
    paint_constructor(line, copy);
    paint_guard(source, line, copy);
    paint_soft_keyword(line, copy);
    // An annotation between a property without a type and its getter.
    if (before.text.starts_with('@') && (line.text.starts_with("get(") || line.text.starts_with("set(")))
      copy.blank(before.begin, before.end);
    before = line;
  }
}

class CsharpPainter {
 public:
  CsharpPainter(std::string_view source, Copy& copy) : source_(source), copy_(copy) {}

  void paint() {
    while (at_ < source_.size()) {
      const Line line = line_at(source_, at_);
      const Directive directive = directive_of(line.text);
      if (directive != Directive::none) {
        on_directive(directive, line);
      } else if (!line.text.starts_with('#')) {
        paint_ref(line);
        at_ = line.begin;
        while (at_ < source_.size() && source_[at_] != '\n') token();
      }
      at_ = next_line(source_, at_);
    }
  }

 private:
  struct Conditional {
    std::vector<Line> directives;
    int depth = 0;        // of brackets before it
    int first_depth = 0;  // after its first branch
    bool cuts = false;    // some branch is no whole declaration or statement
  };

  void on_directive(Directive directive, const Line& line) {
    at_ = line.begin;
    if (directive == Directive::opens) {
      conditionals_.push_back({{}, depth_, depth_, false});
    } else if (conditionals_.empty()) {
      return;
    }
    Conditional& open = conditionals_.back();
    open.cuts =
        open.cuts || depth_ != open.depth || (last_ != '\0' && last_ != ';' && last_ != '{' && last_ != '}');
    if (open.directives.size() == 1) open.first_depth = depth_;
    open.directives.push_back(line);
    depth_ = open.depth;
    if (directive != Directive::closes) {
      // Every branch goes on where the first began.
      if (directive == Directive::opens) before_.push_back(last_);
      last_ = before_.back();
      return;
    }
    if (open.cuts) {
      for (const Line& each : open.directives) copy_.blank(each.begin, each.end);
      copy_.blank(open.directives[1].begin, line.end);
    }
    depth_ = open.first_depth;
    before_.pop_back();
    conditionals_.pop_back();
  }

  void paint_ref(const Line& line) {
    const std::size_t ref = line.text.find("ref partial struct ");
    if (ref != std::string_view::npos && behind_word(line.text, ref, "ref") != 0)
      copy_.blank(line.begin + ref, line.begin + ref + 3);
  }

  // Moves behind one token of the line; strings and comments may span several.
  void token() {
    const char c = source_[at_];
    if (is_blank(c)) {
      ++at_;
    } else if (source_.substr(at_, 2) == "//") {
      at_ = std::min(source_.find('\n', at_), source_.size());
    } else if (source_.substr(at_, 2) == "/*") {
      skip_to("*/", at_ + 2);
    } else if (source_.substr(at_, 3) == "\"\"\"") {
      last_ = '"';
      skip_to("\"\"\"", at_ + 3);
    } else if (c == '"' && verbatim_) {
      last_ = '"';
      skip_to("\"", at_ + 1);  // a doubled quote starts the next one
    } else if (c == '"' || c == '\'') {
      last_ = '"';
      for (++at_; at_ < source_.size() && source_[at_] != c && source_[at_] != '\n'; ++at_) {
        if (source_[at_] == '\\') ++at_;
      }
      if (at_ < source_.size() && source_[at_] == c) ++at_;
      at_ = std::min(at_, source_.size());
    } else if (const std::size_t cast = c == '*' ? behind_cast() : 0; cast != 0) {
      copy_.blank(at_, cast);
      at_ = cast;
    } else {
      if (c == '{' || c == '(' || c == '[') ++depth_;
      if (c == '}' || c == ')' || c == ']') --depth_;
      verbatim_ = c == '@' || (c == '$' && verbatim_);
      last_ = c;
      ++at_;
      return;
    }
    verbatim_ = verbatim_ && at_ < source_.size() && source_[at_] == '"';
  }

  // Behind the `*(byte*)` at the cursor, 0 where there is none.
  [[nodiscard]] std::size_t behind_cast() const {
    if (source_.substr(at_, 2) != "*(") return 0;
    std::size_t end = at_ + 2;
    while (end < source_.size() && ascii::is_word(source_[end])) ++end;
    return end > at_ + 2 && source_.substr(end, 2) == "*)" ? end + 2 : 0;
  }

  void skip_to(std::string_view end, std::size_t from) {
    const std::size_t found = source_.find(end, from);
    at_ = found == std::string_view::npos ? source_.size() : found + end.size();
  }

  std::string_view source_;
  Copy& copy_;
  std::size_t at_ = 0;
  char last_ = '\0';  // the last sign that is neither blank nor comment
  bool verbatim_ = false;
  int depth_ = 0;
  std::vector<Conditional> conditionals_;
  std::vector<char> before_;  // `last_` at the start of each open conditional
};

}  // namespace

bool paint_over_gaps(Language language, std::string_view source, std::string& painted) {
  Copy copy(source, painted);
  switch (language) {
    case Language::csharp:
      CsharpPainter(source, copy).paint();
      break;
    case Language::kotlin:
      paint_kotlin(source, copy);
      break;
    case Language::swift:
      paint_swift(source, copy);
      break;
    default:
      return false;
  }
  return copy.changed();
}

}  // namespace quarry::syntax
