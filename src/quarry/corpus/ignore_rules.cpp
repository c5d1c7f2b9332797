#include "quarry/corpus/ignore_rules.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace quarry::corpus {
namespace {

constexpr std::size_t kMaxPatterns = 100'000;
constexpr std::size_t kMaxLine = 4096;
constexpr std::size_t kNowhere = std::string_view::npos;

struct CharacterClass {
  std::string_view name;
  int (*contains)(int);
};
constexpr std::array kClasses = std::to_array<CharacterClass>({
    {"alnum", std::isalnum},
    {"alpha", std::isalpha},
    {"blank", std::isblank},
    {"cntrl", std::iscntrl},
    {"digit", std::isdigit},
    {"graph", std::isgraph},
    {"lower", std::islower},
    {"print", std::isprint},
    {"punct", std::ispunct},
    {"space", std::isspace},
    {"upper", std::isupper},
    {"xdigit", std::isxdigit},
});

// Matches `c` against the bracket that begins at pattern[at] == '['. Moves `at` behind it; kNowhere where it
// is malformed.
bool bracket_matches(std::string_view pattern, std::size_t& at, unsigned char c) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(pattern[i]); };
  std::size_t i = at + 1;
  at = kNowhere;
  bool negated = false;
  if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) {
    negated = true;
    ++i;
  }
  bool matched = false;
  int previous = -1;  // the low end, should a '-' follow
  for (bool first = true;; first = false) {
    if (i >= pattern.size()) return false;
    if (pattern[i] == ']' && !first) break;
    if (pattern[i] == '-' && previous >= 0 && i + 1 < pattern.size() && pattern[i + 1] != ']') {
      ++i;
      if (pattern[i] == '\\' && ++i >= pattern.size()) return false;
      matched = matched || (c >= previous && c <= byte(i));
      previous = -1;
      ++i;
    } else if (pattern[i] == '[' && i + 1 < pattern.size() && pattern[i + 1] == ':') {
      const std::size_t end = pattern.find(']', i + 2);
      if (end == kNowhere) return false;
      if (end == i + 2 || pattern[end - 1] != ':') {  // no ":]": the '[' stands for itself
        matched = matched || c == '[';
        previous = '[';
        ++i;
        continue;
      }
      const std::string_view name = pattern.substr(i + 2, end - 1 - (i + 2));
      bool known = false;
      for (const CharacterClass& entry : kClasses) {
        if (entry.name != name) continue;
        known = true;
        matched = matched || (c < 128 && entry.contains(c) != 0);
      }
      if (!known) return false;
      previous = -1;
      i = end + 1;
    } else {
      if (pattern[i] == '\\' && ++i >= pattern.size()) return false;
      matched = matched || c == byte(i);
      previous = byte(i);
      ++i;
    }
  }
  at = i + 1;
  return matched != negated && c != '/';
}

bool is_wildcard(char c) {
  return c == '*' || c == '?' || c == '[' || c == '\\';
}

std::size_t literal_prefix(std::string_view pattern) {
  std::size_t i = 0;
  while (i < pattern.size() && !is_wildcard(pattern[i])) ++i;
  return i;
}

// Blanks at the end do not count unless a backslash stands before them.
std::string_view without_trailing_blanks(std::string_view line) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      if (i + 1 >= line.size()) return line;  // a lone backslash at the end keeps everything
      ++i;
      end = i + 1;
    } else if (line[i] != ' ') {
      end = i + 1;
    }
  }
  return line.substr(0, end);
}

std::optional<IgnorePattern> parse_line(std::string_view line) {
  IgnorePattern pattern;
  pattern.written = line;
  if (line.starts_with('!')) {
    pattern.negated = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    pattern.folders_only = true;
    line.remove_suffix(1);
  }
  if (line.empty()) return std::nullopt;
  pattern.name_only = line.find('/') == kNowhere;
  if (line.starts_with('/')) line.remove_prefix(1);
  pattern.text = line;
  pattern.literal = static_cast<std::uint32_t>(literal_prefix(line));
  pattern.suffix_only = line.starts_with('*') && literal_prefix(line.substr(1)) == line.size() - 1;
  return pattern;
}

bool pattern_matches(const IgnorePattern& pattern, std::string_view path, std::string_view name) {
  const std::string_view text = pattern.text;
  if (pattern.name_only) {
    if (pattern.literal == text.size()) return name == text;
    if (pattern.suffix_only) return name.ends_with(text.substr(1));
    return glob_matches(text, name);
  }
  const std::string_view literal = text.substr(0, pattern.literal);
  if (!path.starts_with(literal)) return false;
  // git compares the literal part first and globs the rest alone, so that in "a**/b" the stars count as
  // standing at a border; done in the same way to decide the same.
  return glob_matches(text.substr(pattern.literal), path.substr(pattern.literal));
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  // Where to go on when the match fails: behind the last `*` with one more byte taken, else behind the last
  // `**`. Only the last of each kind needs another try: what stood before it has matched the least it can,
  // and a `*` that the text has left through a '/' could end nowhere else.
  std::size_t star_p = kNowhere;
  std::size_t star_t = 0;
  std::size_t stars_p = kNowhere;
  std::size_t stars_t = 0;
  bool stars_at_border = false;  // "**/": go on at starts of components only

  for (;;) {
    bool failed = false;
    if (p < pattern.size() && pattern[p] == '*') {
      std::size_t end = p;
      while (end < pattern.size() && pattern[end] == '*') ++end;
      const bool starts = p == 0 || pattern[p - 1] == '/';
      const bool slash = end < pattern.size() && pattern[end] == '/';
      const bool escaped_slash = pattern.substr(end).starts_with("\\/");
      if (end - p >= 2 && starts && (end == pattern.size() || slash || escaped_slash)) {
        if (end == pattern.size()) return true;
        stars_at_border = slash;
        stars_p = end + (slash ? 1 : 0);
        stars_t = t;
        star_p = kNowhere;
        p = stars_p;
      } else {
        star_p = end;
        star_t = t;
        p = end;
      }
      continue;
    }
    if (t == text.size()) {
      if (p == pattern.size()) return true;
      return false;  // every other try has even less text left, and the rest of the pattern wants some
    }
    if (p == pattern.size()) {
      failed = true;
    } else if (pattern[p] == '[') {
      std::size_t after = p;
      failed = !bracket_matches(pattern, after, static_cast<unsigned char>(text[t]));
      if (after == kNowhere) return false;
      if (!failed) {
        p = after;
        ++t;
      }
    } else if (pattern[p] == '?') {
      failed = text[t] == '/';
      if (!failed) {
        ++p;
        ++t;
      }
    } else {
      const bool escape = pattern[p] == '\\';
      if (escape && p + 1 == pattern.size()) return false;
      failed = pattern[p + (escape ? 1 : 0)] != text[t];
      if (!failed) {
        p += escape ? 2 : 1;
        ++t;
      }
    }
    if (!failed) continue;

    if (star_p != kNowhere && text[star_t] != '/') {
      p = star_p;
      t = ++star_t;
    } else if (stars_p != kNowhere) {
      star_p = kNowhere;
      if (stars_at_border) {
        const std::size_t border = text.find('/', stars_t);
        if (border == kNowhere) return false;
        stars_t = border + 1;
      } else if (++stars_t > text.size()) {
        return false;
      }
      p = stars_p;
      t = stars_t;
    } else {
      return false;
    }
  }
}

IgnorePatterns IgnorePatterns::parse(std::string_view text) {
  IgnorePatterns result;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty() && result.patterns_.size() < kMaxPatterns) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#') || line.size() > kMaxLine) continue;
    if (auto pattern = parse_line(without_trailing_blanks(line)))
      result.patterns_.push_back(*std::move(pattern));
  }
  return result;
}

const IgnorePattern* IgnorePatterns::match(std::string_view path, bool is_folder) const {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (auto pattern = patterns_.rbegin(); pattern != patterns_.rend(); ++pattern) {
    if (pattern->folders_only && !is_folder) continue;
    if (pattern_matches(*pattern, path, name)) return &*pattern;
  }
  return nullptr;
}

IgnoreRules IgnoreRules::with(std::string_view folder, IgnorePatterns patterns) const {
  IgnoreRules rules = *this;
  if (patterns.empty()) return rules;
  rules.last_ =
      std::make_shared<const Node>(Node{last_, folder.empty() ? 0 : folder.size() + 1, std::move(patterns)});
  return rules;
}

const IgnorePattern* IgnoreRules::match(std::string_view path, bool is_folder) const {
  for (const Node* node = last_.get(); node != nullptr; node = node->above.get()) {
    if (path.size() <= node->folder_bytes) continue;  // a folder is not subject to the file in it
    if (const auto* pattern = node->patterns.match(path.substr(node->folder_bytes), is_folder))
      return pattern;
  }
  return nullptr;
}

}  // namespace quarry::corpus
