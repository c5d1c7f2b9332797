#include "quarry/base/json_writer.h"

#include <utf8.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>

namespace quarry {
namespace {

constexpr std::uint64_t kEach = 0x0101010101010101ULL;
constexpr std::uint64_t kHigh = 0x80 * kEach;

std::uint64_t load8(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

bool is_ascii(std::string_view text) {
  unsigned char any = 0;
  for (const char c : text) any |= static_cast<unsigned char>(c);
  return any < 0x80;
}

// The high bit of every byte that is zero, and perhaps of bytes after the first of those.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - kEach) & ~word & kHigh;
}

// The bytes among eight that may not stand in a string as they are, a high bit each, and perhaps bytes after
// the first.
constexpr std::uint64_t special_bytes(std::uint64_t word) {
  const std::uint64_t controls = (word - 0x20 * kEach) & ~word & kHigh;
  return controls | zero_bytes(word ^ '"' * kEach) | zero_bytes(word ^ '\\' * kEach);
}

// For each byte what stands after the backslash, 'u' for a number, 0 where the byte may stand as it is.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> escapes{};
  for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['\n'] = 'n';
  escapes['\t'] = 't';
  escapes['\r'] = 'r';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}();
constexpr std::size_t kLongestEscape = 6;

char* put_byte(char c, char* out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  const char escape = kEscapes[byte];
  if (escape == 0) {
    *out++ = c;
    return out;
  }
  *out++ = '\\';
  *out++ = escape;
  if (escape != 'u') return out;
  *out++ = '0';
  *out++ = '0';
  *out++ = kDigits[byte >> 4U];
  *out++ = kDigits[byte & 15U];
  return out;
}

template <class Number>
void append_number(Number number, std::string& out) {
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  out.append(digits, end);
}

template <class Number>
void append_decimal(Number number, std::string& out) {
  const std::size_t begin = out.size();
  append_number(std::isfinite(number) ? number : Number{0}, out);
  if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

}  // namespace

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  text_ += bracket;
  return *this;
}

// What is written last says whether a comma belongs here.
void JsonWriter::separate() {
  if (text_.empty()) return;
  const char last = text_.back();
  if (last != '{' && last != '[' && last != ':') text_ += ',';
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  quote(name);
  text_ += ':';
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  // Source is nearly always ASCII, which needs no look at its characters.
  if (is_ascii(text) || utf8::is_valid(text.begin(), text.end())) {
    quote(text);
  } else {
    std::string valid;
    utf8::replace_invalid(text.begin(), text.end(), std::back_inserter(valid), 0xfffd);
    quote(valid);
  }
  return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) {
  separate();
  append_number(number, text_);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  separate();
  append_decimal(number, text_);
  return *this;
}

JsonWriter& JsonWriter::value(float number) {
  separate();
  append_decimal(number, text_);
  return *this;
}

void JsonWriter::quote(std::string_view text) {
  text_ += '"';
  // By way of a small buffer, eight bytes at a time whether they may stand or not: what comes behind the
  // first that may not is written over.
  constexpr std::size_t kPart = 512;
  std::array<char, kPart * kLongestEscape> buffer;
  for (; !text.empty(); text.remove_prefix(std::min(kPart, text.size()))) {
    const char* at = text.data();
    const char* const end = at + std::min(kPart, text.size());
    char* out = buffer.data();
    while (end - at >= 8) {
      const std::uint64_t word = load8(at);
      std::memcpy(out, &word, sizeof word);
      const std::uint64_t special = special_bytes(word);
      const int plain = special == 0 ? 8 : std::countr_zero(special) / 8;
      at += plain;
      out += plain;
      if (special != 0) out = put_byte(*at++, out);
    }
    while (at < end) out = put_byte(*at++, out);
    text_.append(buffer.data(), out);
  }
  text_ += '"';
}

}  // namespace quarry
