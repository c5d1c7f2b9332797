#include "quarry/preparation/markup.h"

#include <algorithm>
#include <array>

#include "quarry/base/ascii.h"

namespace quarry::preparation {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

constexpr std::array kTags = std::to_array<std::string_view>(
    {"a",       "b",          "blockquote", "br",           "c",        "center",
     "cite",    "code",       "dd",         "del",          "div",      "dl",
     "dt",      "em",         "example",    "font",         "h1",       "h2",
     "h3",      "h4",         "h5",         "h6",           "hr",       "i",
     "img",     "inheritdoc", "ins",        "kbd",          "li",       "list",
     "ol",      "p",          "para",       "param",        "paramref", "pre",
     "remarks", "returns",    "s",          "samp",         "see",      "seealso",
     "small",   "span",       "strong",     "sub",          "summary",  "sup",
     "table",   "tbody",      "td",         "term",         "th",       "thead",
     "tr",      "tt",         "typeparam",  "typeparamref", "u",        "ul",
     "value",   "var",        "item",       "description"});

// "T:System.IO.Stream" -> "Stream"; "#getName(int)" -> "getName".
std::string_view last_name(std::string_view reference) {
  reference = reference.substr(0, reference.find('('));
  const std::size_t at = reference.find_last_of(".#:/");
  return at == std::string_view::npos ? reference : reference.substr(at + 1);
}

// The text of a tag that stands for a name: <see cref="X"/>, <paramref name="x"/>.
std::string_view named_in(std::string_view tag) {
  for (const std::string_view key : {"cref=\"", "name=\"", "langword=\""}) {
    const std::size_t begin = tag.find(key);
    if (begin == std::string_view::npos) continue;
    const std::string_view value = tag.substr(begin + key.size());
    return last_name(value.substr(0, value.find('"')));
  }
  return {};
}

struct Entity {
  std::string_view name;
  std::string_view text;
};
constexpr std::array kEntities = std::to_array<Entity>({{"&lt;", "<"},
                                                        {"&gt;", ">"},
                                                        {"&amp;", "&"},
                                                        {"&quot;", "\""},
                                                        {"&#39;", "'"},
                                                        {"&apos;", "'"},
                                                        {"&nbsp;", " "},
                                                        {"&mdash;", "-"},
                                                        {"&ndash;", "-"}});

class Stripper {
 public:
  explicit Stripper(std::string_view text) : rest_(text) {}

  std::string run() {
    while (!rest_.empty()) {
      if (!(tag() || entity() || inline_tag() || role() || link() || address() || command() || mark())) {
        out_ += rest_.front();
        rest_.remove_prefix(1);
      }
    }
    return out_;
  }

 private:
  void take(std::size_t bytes, std::string_view instead) {
    out_ += instead;
    rest_.remove_prefix(bytes);
  }
  [[nodiscard]] char before() const { return out_.empty() ? ' ' : out_.back(); }

  bool tag() {
    if (rest_[0] != '<') return false;
    const std::size_t end = rest_.find('>');
    if (end == std::string_view::npos || end > 200) return false;
    std::string_view inside = rest_.substr(1, end - 1);
    if (inside.starts_with('/')) inside.remove_prefix(1);
    std::string name =
        ascii::lower(inside.substr(0, std::min<std::size_t>(inside.find_first_of(" \t/"), 16)));
    if (inside.starts_with("http://") || inside.starts_with("https://")) return take(end + 1, ""), true;
    if (std::ranges::find(kTags, name) == kTags.end()) return false;
    // "Vec<p>" and "map<a>" are types.
    if (ascii::is_word(before()) && name.size() == 1 && inside == name && rest_[1] != '/' && name != "p" &&
        name != "b" && name != "i") {
      return false;
    }
    const std::string_view named = named_in(inside);
    const bool breaks = name == "br" || name == "p" || name == "li" || name == "para";
    take(end + 1, breaks ? " " : named);
    return true;
  }

  bool entity() {
    if (rest_[0] != '&') return false;
    for (const Entity& known : kEntities) {
      if (rest_.starts_with(known.name)) return take(known.name.size(), known.text), true;
    }
    return false;
  }

  // {@link Foo#bar label}, {@code x}
  bool inline_tag() {
    if (!rest_.starts_with("{@")) return false;
    const std::size_t end = rest_.find('}');
    if (end == std::string_view::npos) return false;
    std::string_view inside = rest_.substr(2, end - 2);
    const std::size_t gap = inside.find_first_of(" \t");
    const std::string_view kind = inside.substr(0, gap);
    inside = gap == std::string_view::npos ? std::string_view() : inside.substr(gap + 1);
    if (kind.starts_with("link") || kind == "value" || kind == "see") {
      const std::size_t label = inside.find_first_of(" |");
      inside = label == std::string_view::npos ? last_name(inside) : inside.substr(label + 1);
    }
    take(end + 1, kind.starts_with("inherit") ? std::string_view() : inside);
    return true;
  }

  // :class:`~package.Thing`, :ref:`label <target>`
  bool role() {
    if (rest_[0] != ':' || ascii::is_word(before())) return false;
    std::size_t at = 1;
    while (at < rest_.size() && (ascii::is_word(rest_[at]) || rest_[at] == ':' || rest_[at] == '-')) ++at;
    if (at < 3 || at + 1 >= rest_.size() || rest_[at - 1] != ':' || rest_[at] != '`') return false;
    const std::size_t end = rest_.find('`', at + 1);
    if (end == std::string_view::npos) return false;
    std::string_view inside = rest_.substr(at + 1, end - at - 1);
    if (const std::size_t target = inside.find(" <"); target != std::string_view::npos) {
      inside = inside.substr(0, target);
    } else if (inside.starts_with('~')) {
      inside = last_name(inside.substr(1));
    }
    take(end + 1, inside);
    return true;
  }

  // [text](address), [`X`], [[X]], [X][y]
  bool link() {
    if (rest_[0] != '[') return false;
    const bool twice = rest_.starts_with("[[");
    const std::size_t begin = twice ? 2 : 1;
    const std::size_t end = rest_.find(']', begin);
    if (end == std::string_view::npos || end - begin > 200) return false;
    if (twice && !rest_.substr(end).starts_with("]]")) return false;
    const std::string_view inside = rest_.substr(begin, end - begin);
    std::size_t after = end + (twice ? 2 : 1);
    const char next = after < rest_.size() ? rest_[after] : ' ';
    if (next == '(') {
      const std::size_t close = rest_.find(')', after);
      if (close == std::string_view::npos) return false;
      after = close + 1;
    } else if (next == '[') {
      const std::size_t close = rest_.find(']', after);
      if (close == std::string_view::npos) return false;
      after = close + 1;
    } else if (!twice && !inside.starts_with('`')) {
      return false;
    }
    std::string text(inside);
    std::erase(text, '`');
    take(after, text);
    return true;
  }

  bool address() {
    if (!rest_.starts_with("http://") && !rest_.starts_with("https://") && !rest_.starts_with("www."))
      return false;
    std::size_t end = 0;
    while (end < rest_.size() && !is_space(rest_[end]) && rest_[end] != ')' && rest_[end] != '>') ++end;
    take(end, "");
    return true;
  }

  // Doxygen's \c x, \p x, @ref x: the word alone.
  bool command() {
    if ((rest_[0] != '\\' && rest_[0] != '@') || ascii::is_word(before())) return false;
    for (const std::string_view name : {"c ", "p ", "a ", "e ", "b ", "em ", "ref ", "link ", "see "}) {
      if (rest_.substr(1).starts_with(name)) return take(name.size() + 1, ""), true;
    }
    return false;
  }

  bool mark() {
    if (rest_[0] == '`') return take(1, ""), true;
    if (rest_.starts_with("**")) return take(2, ""), true;
    return false;
  }

  std::string_view rest_;
  std::string out_;
};

}  // namespace

std::string without_markup(std::string_view text) {
  const std::string stripped = Stripper(text).run();
  std::string out;
  out.reserve(stripped.size());
  for (const char c : stripped) {
    if (!is_space(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace quarry::preparation
