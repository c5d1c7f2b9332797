// Code and prose into lower-case words: what Quarry's own tokenizer does before BPE, as one pass over the
// bytes.
//
// The same cut is written in tokenizer.json with standard parts (see kIdentifierNormalizer), so that other
// libraries agree: a space is put where the case says that a word starts (aB -> a b, ABc -> a bc), all is
// lowered, and runs of letters and marks or of numbers are the words; the rest is dropped. HTTPServer2 ->
// http server 2.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "quarry/model/unicode.h"

namespace quarry::model {

// The "normalizer" and "pre_tokenizer" that make other libraries cut words as for_each_identifier_word does.
inline constexpr std::string_view kIdentifierNormalizer =
    R"json({"type":"Sequence","normalizers":[)json"
    R"json({"type":"Replace","pattern":{"Regex":"(?<=\\p{Ll})(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})"},"content":" "},)json"
    R"json({"type":"Lowercase"}]})json";
inline constexpr std::string_view kIdentifierPreTokenizer =
    R"json({"type":"Split","pattern":{"Regex":"[\\p{L}\\p{M}]+|\\p{N}+"},"behavior":"Removed","invert":true})json";

namespace identifier_words {

enum class Class : std::uint8_t { other, lower, upper, digit, beyond_ascii };

inline constexpr std::array<Class, 256> kClasses = [] {
  std::array<Class, 256> classes{};
  for (int c = 'a'; c <= 'z'; ++c) classes[static_cast<std::size_t>(c)] = Class::lower;
  for (int c = 'A'; c <= 'Z'; ++c) classes[static_cast<std::size_t>(c)] = Class::upper;
  for (int c = '0'; c <= '9'; ++c) classes[static_cast<std::size_t>(c)] = Class::digit;
  for (std::size_t c = 0x80; c < 256; ++c) classes[c] = Class::beyond_ascii;
  return classes;
}();

inline Class class_of(char c) {
  return kClasses[static_cast<unsigned char>(c)];
}

// A word of ASCII letters or digits, lowered: in letters the bit 0x20 is the case, in digits it is set
// anyway.
template <class Visit>
bool visit_ascii(std::string_view word, Visit& visit) {
  std::array<char, 64> buffer;
  if (word.size() <= buffer.size()) {
    for (std::size_t i = 0; i < word.size(); ++i) buffer[i] = static_cast<char>(word[i] | 0x20);
    return visit(std::string_view(buffer.data(), word.size()));
  }
  std::string lowered(word);
  for (char& c : lowered) c = static_cast<char>(c | 0x20);
  return visit(std::string_view(lowered));
}

// `run`: ASCII letters and digits only.
template <class Visit>
bool visit_ascii_run(std::string_view run, Visit& visit) {
  const auto end_of = [run](Class wanted, std::size_t at) {
    while (at < run.size() && class_of(run[at]) == wanted) ++at;
    return at;
  };
  for (std::size_t at = 0; at < run.size();) {
    std::size_t end = at;
    if (class_of(run[at]) == Class::upper) {
      end = end_of(Class::upper, at);
      if (end < run.size() && class_of(run[end]) == Class::lower) {
        if (end - at > 1) {  // the last capital starts the next word
          if (!visit_ascii(run.substr(at, end - 1 - at), visit)) return false;
          at = end - 1;
        }
        end = end_of(Class::lower, end);
      }
    } else {
      end = end_of(class_of(run[at]), at);
    }
    if (!visit_ascii(run.substr(at, end - at), visit)) return false;
    at = end;
  }
  return true;
}

// `run`: anything without ASCII separators. Each code point counts by its category; marks have no case.
template <class Visit>
bool visit_unicode_run(std::string_view run, Visit& visit) {
  std::string word;
  const auto flush = [&] {
    const bool go_on = word.empty() || visit(std::string_view(word));
    word.clear();
    return go_on;
  };
  bool in_number = false;
  bool after_lower = false;
  bool after_upper = false;
  for (std::size_t at = 0; at < run.size();) {
    const auto point = unicode::decode(run, at);
    at += point.bytes;
    const bool letter = unicode::is_letter_or_mark(point.value);
    const bool number = unicode::is_number(point.value);
    const bool upper = unicode::is_upper(point.value);
    const bool starts_word = upper && at < run.size() && unicode::is_lower(unicode::decode(run, at).value);
    const bool border = (after_lower && upper) || (after_upper && starts_word);
    if ((!letter && !number) || number != in_number || border) {
      if (!flush()) return false;
    }
    if (letter || number) unicode::append_lower(word, point.value);
    in_number = number;
    after_upper = upper;
    after_lower = unicode::is_lower(point.value);
  }
  return flush();
}

}  // namespace identifier_words

// Calls visit(std::string_view word) for each word in order until it answers false. Any bytes are valid
// input; invalid UTF-8 separates words. The view is valid during the call only.
template <class Visit>
void for_each_identifier_word(std::string_view text, Visit visit) {
  using identifier_words::Class;
  using identifier_words::class_of;
  for (std::size_t at = 0; at < text.size();) {
    if (class_of(text[at]) == Class::other) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    bool ascii = true;
    for (Class found{}; at < text.size() && (found = class_of(text[at])) != Class::other; ++at) {
      ascii &= found != Class::beyond_ascii;
    }
    const std::string_view run = text.substr(begin, at - begin);
    const bool go_on = ascii ? identifier_words::visit_ascii_run(run, visit)  //
                             : identifier_words::visit_unicode_run(run, visit);
    if (!go_on) return;
  }
}

}  // namespace quarry::model
