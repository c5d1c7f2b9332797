// What a file's path says to the ranking, in the form in which queries are held against it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "quarry/index/segment.h"

namespace quarry::ranking {

struct FileFacts {
  // Its words in lower case, those of the stem and then those of the folders: each a byte with its size
  // before it.
  std::string words;
  std::uint32_t stem_bytes = 0;  // of `words`
  std::uint32_t lines = 0;
  std::uint32_t unit_count = 0;
  std::uint32_t version_parent = 0;  // bytes of the path before its version folder, where there is one
  std::uint16_t depth = 0;           // folders
  std::uint16_t roles = 0;           // file_role.h
  std::int16_t version = -1;         // of the version folder, v0 to v99; -1: there is none

  [[nodiscard]] std::string_view stem_words() const { return std::string_view(words).substr(0, stem_bytes); }
  [[nodiscard]] std::string_view folder_words() const { return std::string_view(words).substr(stem_bytes); }
};

[[nodiscard]] FileFacts facts_of(const index::FileView& file);

// Takes the next word off the front of stem_words() or folder_words().
inline std::string_view next_word(std::string_view& words) {
  const auto size = static_cast<unsigned char>(words.front());
  const std::string_view word = words.substr(1, size);
  words.remove_prefix(1 + std::size_t{size});
  return word;
}

}  // namespace quarry::ranking
