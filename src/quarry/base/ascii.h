// Letters, digits and case of ASCII alone: whatever the locale says, and bytes of other characters are left
// as they are. Source code, paths, HTTP and configuration are read with these; words of people are stemmed in
// text/.
#pragma once

#include <string>
#include <string_view>

namespace quarry::ascii {

[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
[[nodiscard]] constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
[[nodiscard]] constexpr bool is_letter(char c) {
  return is_lower(c) || is_upper(c);
}
[[nodiscard]] constexpr bool is_alphanumeric(char c) {
  return is_letter(c) || is_digit(c);
}
// A letter, a digit or "_": what an identifier is made of in most languages.
[[nodiscard]] constexpr bool is_word(char c) {
  return is_alphanumeric(c) || c == '_';
}

// A hexadecimal digit as Quarry itself, git and W3C's traces write them: no capitals.
[[nodiscard]] constexpr bool is_lower_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}
// 0 to 15, capitals or not; -1 for any other character.
[[nodiscard]] constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

[[nodiscard]] constexpr char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
}
[[nodiscard]] constexpr bool is_ascii(std::string_view text) {
  unsigned char bits = 0;
  for (const char c : text) bits |= static_cast<unsigned char>(c);
  return bits < 0x80;
}
inline void make_lower(std::string& text) {
  for (char& c : text) c = to_lower(c);
}
[[nodiscard]] inline std::string lower(std::string_view text) {
  std::string low(text);
  make_lower(low);
  return low;
}

}  // namespace quarry::ascii
