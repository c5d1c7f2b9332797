// Finds identifiers in source and prose and splits them into words: `HTTPServer2` -> http, server, 2.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace quarry::text {

// Longer runs are data (base64, hashes), not words.
inline constexpr std::size_t kMaxIdentifierBytes = 80;

// True for bytes that make up identifiers: ASCII letters, digits, '_', '$' and every byte of a non-ASCII
// character.
[[nodiscard]] bool is_identifier_byte(unsigned char byte);

// Takes the next identifier off the front of `text`, skipping what stands before it; empty at the end. An
// ideograph (Han, kana, Hangul) is an identifier of its own: their scripts put no spaces between words.
[[nodiscard]] std::string_view next_identifier(std::string_view& text);

// The words of one identifier, as views into it with their case kept. Borders are '_', '$', a change from
// lower to upper case, the last capital of an acronym before a lower-case letter, and digits against letters.
void split_identifier(std::string_view identifier, std::vector<std::string_view>& words);

// Words that carry no meaning in a search, English only: "the", "of", "is". Lower case.
[[nodiscard]] bool is_stop_word(std::string_view word);

// Words that a question adds around its subject: "how", "where", "does", "find". Lower case.
[[nodiscard]] bool is_question_word(std::string_view word);

// Words that most functions of some language contain and none is about: "return", "self", "const". Lower
// case.
[[nodiscard]] bool is_keyword_noise(std::string_view word);

}  // namespace quarry::text
