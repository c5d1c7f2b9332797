#include "quarry/preparation/english.h"

#include <algorithm>
#include <array>
#include <string>

#include "quarry/base/ascii.h"

namespace quarry::preparation {
namespace {

constexpr std::size_t kLongText = 12;  // words

constexpr std::array kEnglish = std::to_array<std::string_view>(
    {"a",    "an",      "and",    "are",  "as",     "at",    "be",      "been",  "but",  "by",   "can",
     "do",   "does",    "each",   "for",  "from",   "get",   "gets",    "given", "has",  "have", "if",
     "in",   "into",    "is",     "it",   "its",    "new",   "no",      "not",   "of",   "on",   "only",
     "or",   "returns", "set",    "sets", "should", "so",    "that",    "the",   "then", "this", "to",
     "used", "using",   "value",  "was",  "when",   "where", "whether", "which", "will", "with", "you",
     "all",  "any",     "return", "use",  "than",   "there", "these"});

// Words that English does not have as well.
constexpr std::array kForeign = std::to_array<std::string_view>(
    {"el",   "los",   "las",  "una",  "del", "para",  "por",   "que", "con",  "este", "esta",  "como", "es",
     "su",   "si",    "le",   "la",   "les", "une",   "des",   "est", "pour", "dans", "qui",   "avec", "sur",
     "ou",   "et",    "du",   "au",   "der", "das",   "und",   "ist", "ein",  "eine", "nicht", "mit",  "auf",
     "wird", "von",   "zu",   "den",  "dem", "sind",  "uma",   "os",  "da",   "em",   "na",    "com",  "ao",
     "um",   "se",    "il",   "di",   "che", "della", "sono",  "dei", "gli",  "het",  "een",   "van",  "voor",
     "niet", "wordt", "zijn", "jest", "nie", "oraz",  "przez", "dla"});

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

bool is_english(std::string_view text) {
  std::size_t letters = 0;
  std::size_t others = 0;
  std::size_t words = 0;
  std::size_t english = 0;
  std::size_t foreign = 0;
  std::string word;
  const auto end_word = [&] {
    if (word.empty()) return;
    ++words;
    if (holds(kEnglish, word)) ++english;
    if (holds(kForeign, word)) ++foreign;
    word.clear();
  };
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xC3 && byte < 0xE2) ++others;  // a letter of two bytes, or one of the scripts up to U+1FFF
    if (byte >= 0xE3 && byte < 0xEF) ++others;  // ideographs, kana, Hangul
    if (ascii::is_letter(c)) {
      ++letters;
      word += ascii::to_lower(c);
    } else {
      end_word();
    }
  }
  end_word();
  if (others * 20 > letters + others) return false;
  if (foreign >= 2 && foreign >= english) return false;
  return words < kLongText || english > 0;
}

}  // namespace quarry::preparation
