// UTF-8 that nobody vouches for: checked, repaired and cut between characters, in one way for all (by
// utfcpp).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace quarry::utf8 {

// Whether a byte goes on with a character that an earlier byte began; true of stray ones as well.
[[nodiscard]] constexpr bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

// How many characters valid text has.
[[nodiscard]] std::size_t code_points(std::string_view text);

// Surrogates, overlong forms and what lies beyond U+10FFFF are not valid.
[[nodiscard]] bool is_valid(std::string_view text);

struct Repaired {
  std::string text;               // valid
  std::size_t invalid_bytes = 0;  // how many of the given bytes were replaced
};
// Valid text is as it was. Of the rest each broken sequence, a byte with the continuations behind it, becomes
// one U+FFFD.
[[nodiscard]] Repaired repair(std::string_view text);

// The first `bytes` of the text, or up to three fewer where valid text would be cut within a character.
[[nodiscard]] std::string_view prefix(std::string_view text, std::size_t bytes);

}  // namespace quarry::utf8
