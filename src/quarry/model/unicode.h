// Code points, their categories and normal forms: what tokenizers need of Unicode, through utf8proc
// (Unicode 15.0).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace quarry::model::unicode {

// The code point at text[at] and how many bytes it takes. An invalid sequence answers U+FFFD and the one
// byte, so every loop over any bytes ends.
struct CodePoint {
  char32_t value = 0;
  std::uint32_t bytes = 1;
};
[[nodiscard]] CodePoint decode(std::string_view text, std::size_t at);
void append(std::string& text, char32_t code_point);

[[nodiscard]] bool is_lower(char32_t code_point);            // Ll
[[nodiscard]] bool is_upper(char32_t code_point);            // Lu
[[nodiscard]] bool is_letter_or_mark(char32_t code_point);   // L*, M*
[[nodiscard]] bool is_mark(char32_t code_point);             // M*
[[nodiscard]] bool is_nonspacing_mark(char32_t code_point);  // Mn
[[nodiscard]] bool is_number(char32_t code_point);           // N*
[[nodiscard]] bool is_punctuation(char32_t code_point);  // P*, and all ASCII punctuation ($+<=>^`|~ are S*)
[[nodiscard]] bool is_other(char32_t code_point);        // Cc, Cf, Co
[[nodiscard]] bool is_whitespace(char32_t code_point);   // the property White_Space

void append_lower(std::string& text, char32_t code_point);  // its full lower case mapping, without context

enum class Form : std::uint8_t { nfc, nfd, nfkc, nfkd };
// `text` must be valid UTF-8.
[[nodiscard]] std::string normalized(std::string_view text, Form form);

}  // namespace quarry::model::unicode
