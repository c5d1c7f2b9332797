// GPT-2's alphabet of bytes: every byte has a printable letter, so that byte-level BPE works on readable
// strings.
//
// Source: bytes_to_unicode() of OpenAI's encoder. Printable Latin-1 stands for itself; the 68 others take
// U+0100 up.
#pragma once

#include <string>

#include "quarry/model/unicode.h"

namespace quarry::model {

[[nodiscard]] constexpr bool is_own_letter(unsigned char byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

inline void append_byte_letter(std::string& text, unsigned char byte) {
  char32_t letter = byte;
  if (!is_own_letter(byte)) {
    // How many of the bytes below have no letter of their own: 0x00-0x20, 0x7f-0xa0, 0xad.
    letter = byte <= 0x20 ? 0x100U + byte : byte <= 0xa0 ? 0x121U + (byte - 0x7fU) : 0x143U;
  }
  unicode::append(text, letter);
}

}  // namespace quarry::model
