#include "quarry/base/utf8.h"

#include <utf8.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace quarry::utf8 {
namespace {

constexpr bool is_ascii(char byte) {
  return static_cast<unsigned char>(byte) < 0x80;
}

// How many bytes in front are ASCII; eight are looked at together.
std::size_t leading_ascii(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & 0x8080808080808080U) != 0) break;
  }
  while (at < text.size() && is_ascii(text[at])) ++at;
  return at;
}

}  // namespace

std::size_t code_points(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, is_continuation));
}

// utfcpp looks at one character after another; source is nearly all ASCII, which needs no such look.
bool is_valid(std::string_view text) {
  while (true) {
    text.remove_prefix(leading_ascii(text));
    if (text.empty()) return true;
    const auto others = std::ranges::find_if(text, is_ascii);
    if (!::utf8::is_valid(text.begin(), others)) return false;
    text.remove_prefix(static_cast<std::size_t>(others - text.begin()));
  }
}

Repaired repair(std::string_view text) {
  Repaired repaired;
  repaired.text.reserve(text.size() + text.size() / 8);
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const bad = ::utf8::find_invalid(at, end);
    repaired.text.append(at, bad);
    if (bad == end) break;
    at = std::find_if_not(bad + 1, end, is_continuation);
    repaired.invalid_bytes += static_cast<std::size_t>(at - bad);
    repaired.text += "\xEF\xBF\xBD";
  }
  return repaired;
}

std::string_view prefix(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && is_continuation(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

}  // namespace quarry::utf8
