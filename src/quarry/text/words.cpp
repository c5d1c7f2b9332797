#include "quarry/text/words.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace quarry::text {
namespace {

enum Class : std::uint8_t { other, lower, upper, digit, joiner, wide };

constexpr std::array<Class, 256> make_classes() {
  std::array<Class, 256> classes{};
  for (int c = 'a'; c <= 'z'; ++c) classes[static_cast<std::size_t>(c)] = lower;
  for (int c = 'A'; c <= 'Z'; ++c) classes[static_cast<std::size_t>(c)] = upper;
  for (int c = '0'; c <= '9'; ++c) classes[static_cast<std::size_t>(c)] = digit;
  for (int c = 0x80; c <= 0xff; ++c) classes[static_cast<std::size_t>(c)] = wide;
  classes['_'] = joiner;
  classes['$'] = joiner;
  return classes;
}
constexpr std::array<Class, 256> kClasses = make_classes();

Class class_of(char c) {
  return kClasses[static_cast<unsigned char>(c)];
}

// Bytes of the ideograph at the front of `text`, 0 where there is none. Source text is valid UTF-8 by now;
// other bytes are merely grouped differently.
std::size_t ideograph_bytes(std::string_view text) {
  if (text.size() < 3) return 0;
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  if ((byte(0) & 0xf0) == 0xe0) {
    const std::uint32_t point = (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    const bool ideograph = (point >= 0x3040 && point <= 0x30ff) || (point >= 0x3400 && point <= 0x4dbf) ||
                           (point >= 0x4e00 && point <= 0x9fff) || (point >= 0xac00 && point <= 0xd7a3);
    return ideograph ? 3 : 0;
  }
  // Planes 2 and 3 hold ideographs only.
  if (text.size() >= 4 && byte(0) == 0xf0 && (byte(1) & 0xf0) == 0xa0) return 4;
  return 0;
}

// General punctuation, spaces and CJK punctuation: U+2000-206F and U+3000-303F, U+FF00-FF0F.
std::size_t wide_space_bytes(std::string_view text) {
  if (text.size() < 3) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) == 0xe2 && (byte(1) == 0x80 || byte(1) == 0x81)) return 3;
  if (byte(0) == 0xe3 && byte(1) == 0x80) return 3;
  if (byte(0) == 0xef && byte(1) == 0xbc && byte(2) < 0x90) return 3;
  return 0;
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& sorted, std::string_view word) {
  return std::binary_search(sorted.begin(), sorted.end(), word);
}

template <std::size_t N>
constexpr std::array<std::string_view, N> sorted(std::array<std::string_view, N> words) {
  std::sort(words.begin(), words.end());
  return words;
}

constexpr auto kStopWords = sorted(std::to_array<std::string_view>(
    {"a",   "an",    "and",  "are",  "as",    "at",    "be",   "been", "being", "but",  "by",
     "for", "from",  "had",  "has",  "have",  "i",     "if",   "in",   "into",  "is",   "it",
     "its", "me",    "my",   "of",   "on",    "or",    "our",  "so",   "such",  "than", "that",
     "the", "their", "them", "then", "there", "these", "they", "this", "those", "to",   "was",
     "we",  "were",  "will", "with", "would", "you",   "your"}));

constexpr auto kQuestionWords = sorted(std::to_array<std::string_view>(
    {"can",   "could", "did",     "do",  "does",  "how",  "should",  "some",      "what",
     "when",  "where", "which",   "who", "whose", "why",  "someone", "something", "actually",
     "given", "gets",  "happens", "one", "only",  "also", "any",     "each"}));

constexpr auto kKeywordNoise = sorted(std::to_array<std::string_view>(
    {"auto",    "begin",     "bool",   "const",    "def",    "do",   "elif",   "else",     "elsif",
     "end",     "endif",     "esac",   "false",    "fi",     "fn",   "func",   "function", "ifdef",
     "include", "int",       "let",    "local",    "mut",    "new",  "nil",    "none",     "null",
     "private", "protected", "pub",    "public",   "return", "self", "static", "struct",   "then",
     "this",    "true",      "typeof", "unsigned", "val",    "var",  "void"}));

}  // namespace

bool is_identifier_byte(unsigned char byte) {
  return kClasses[byte] != other;
}

std::string_view next_identifier(std::string_view& text) {
  std::size_t begin = 0;
  for (;;) {
    while (begin < text.size() && class_of(text[begin]) == other) ++begin;
    if (begin == text.size()) break;
    if (class_of(text[begin]) != wide) break;
    const std::size_t skip = wide_space_bytes(text.substr(begin));
    if (skip == 0) break;
    begin += skip;
  }
  if (begin == text.size()) {
    text = {};
    return {};
  }
  std::size_t end = begin + ideograph_bytes(text.substr(begin));
  if (end == begin) {
    while (end < text.size()) {
      const Class c = class_of(text[end]);
      if (c == other) break;
      if (c == wide && end > begin) {
        const std::string_view rest = text.substr(end);
        if (ideograph_bytes(rest) != 0 || wide_space_bytes(rest) != 0) break;
      }
      ++end;
    }
  }
  const std::string_view identifier = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return identifier;
}

void split_identifier(std::string_view identifier, std::vector<std::string_view>& words) {
  words.clear();
  std::size_t begin = 0;
  const auto flush = [&](std::size_t end) {
    if (end > begin) words.push_back(identifier.substr(begin, end - begin));
    begin = end;
  };
  for (std::size_t i = 0; i < identifier.size(); ++i) {
    const Class now = class_of(identifier[i]);
    if (now == joiner) {
      flush(i);
      begin = i + 1;
      continue;
    }
    if (i == begin) continue;
    const Class before = class_of(identifier[i - 1]);
    if ((now == digit) != (before == digit)) {
      flush(i);
    } else if (now == upper && before != upper) {
      flush(i);
    } else if (now == lower && before == upper && i - 1 > begin) {
      flush(i - 1);
    }
  }
  flush(identifier.size());
}

bool is_stop_word(std::string_view word) {
  return contains(kStopWords, word);
}
bool is_question_word(std::string_view word) {
  return contains(kQuestionWords, word);
}
bool is_keyword_noise(std::string_view word) {
  return contains(kKeywordNoise, word);
}

}  // namespace quarry::text
