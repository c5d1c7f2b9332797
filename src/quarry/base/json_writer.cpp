#include "quarry/base/json_writer.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>

#include "quarry/base/utf8.h"

namespace quarry {
namespace {

std::uint64_t eight_bytes(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, 8);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

constexpr std::uint64_t kEach = 0x0101010101010101;
constexpr std::uint64_t kHighest = 0x80 * kEach;

// How many bytes may stand in a string as they are, up to the first that needs an escape. Eight are looked at
// together, where the subtractions set the highest bit of each byte that is wanted (and of others only behind
// the first of them).
std::size_t plain_bytes(std::string_view text) {
  const auto zero_bytes = [](std::uint64_t word) { return (word - kEach) & ~word; };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    const std::uint64_t word = eight_bytes(text.data() + at);
    const std::uint64_t controls = (word - 0x20 * kEach) & ~word;
    const std::uint64_t escaped =
        (controls | zero_bytes(word ^ '"' * kEach) | zero_bytes(word ^ '\\' * kEach)) & kHighest;
    if (escaped != 0) return at + static_cast<std::size_t>(std::countr_zero(escaped)) / 8;
  }
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; };
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

// The letter behind the backslash; 'u' where only digits will do.
constexpr std::array<char, 128> kEscapes = [] {
  std::array<char, 128> letters{};
  letters.fill('u');
  letters['"'] = '"';
  letters['\\'] = '\\';
  letters['\b'] = 'b';
  letters['\f'] = 'f';
  letters['\n'] = 'n';
  letters['\r'] = 'r';
  letters['\t'] = 't';
  return letters;
}();

void append_escape(char c, std::string& out) {
  const char letter = kEscapes[static_cast<std::size_t>(c)];
  const char escape[] = {'\\', letter};
  out.append(escape, 2);
  if (letter != 'u') return;
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  out += "00";
  out += kDigits[static_cast<std::size_t>(c) / 16];
  out += kDigits[static_cast<std::size_t>(c) % 16];
}

// RapidJSON prints a float as the double that it becomes: "0.10000000149011612" for 0.1.
template <class Number, class Writer>
void write_decimal(Number number, Writer& writer) {
  char digits[40];
  const auto end =
      std::to_chars(std::begin(digits), std::end(digits) - 2, std::isfinite(number) ? number : Number{0}).ptr;
  std::string_view text(digits, static_cast<std::size_t>(end - digits));
  if (text.find_first_of(".e") == std::string_view::npos) {
    end[0] = '.';
    end[1] = '0';
    text = {digits, text.size() + 2};
  }
  writer.RawValue(text.data(), text.size(), rapidjson::kNumberType);
}

}  // namespace

void JsonWriter::Writer::write_string(std::string_view valid) {
  Prefix(rapidjson::kStringType);
  std::string& out = os_->string;
  out += '"';
  while (true) {
    const std::size_t plain = plain_bytes(valid);
    out.append(valid.substr(0, plain));
    if (plain == valid.size()) break;
    append_escape(valid[plain], out);
    valid.remove_prefix(plain + 1);
  }
  out += '"';
  EndValue(true);
}

JsonWriter& JsonWriter::key(std::string_view name) {
  writer_.write_string(name);
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  if (utf8::is_valid(text)) {
    writer_.write_string(text);
  } else {
    writer_.write_string(utf8::repair(text).text);
  }
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  write_decimal(number, writer_);
  return *this;
}

JsonWriter& JsonWriter::value(float number) {
  write_decimal(number, writer_);
  return *this;
}

}  // namespace quarry
