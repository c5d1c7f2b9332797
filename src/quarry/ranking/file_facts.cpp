#include "quarry/ranking/file_facts.h"

#include <algorithm>
#include <vector>

#include "quarry/base/ascii.h"
#include "quarry/index/path_words.h"
#include "quarry/ranking/file_role.h"
#include "quarry/text/words.h"

namespace quarry::ranking {
namespace {

constexpr std::size_t kMostBytes = 255;  // of a word: its size is a byte

void append_words(std::string_view text, std::string& words) {
  std::vector<std::string_view> parts;
  for (auto id = text::next_identifier(text); !id.empty(); id = text::next_identifier(text)) {
    text::split_identifier(id, parts);
    for (const std::string_view part : parts) {
      const std::string word = ascii::lower(part.substr(0, kMostBytes));
      words += static_cast<char>(word.size());
      words += word;
    }
  }
}

}  // namespace

FileFacts facts_of(const index::FileView& file) {
  FileFacts facts;
  append_words(index::stem_of(file.path), facts.words);
  facts.stem_bytes = static_cast<std::uint32_t>(facts.words.size());
  append_words(index::folder_of(file.path), facts.words);
  facts.words.shrink_to_fit();
  facts.lines = file.lines;
  facts.unit_count = file.unit_count;
  facts.depth = static_cast<std::uint16_t>(std::count(file.path.begin(), file.path.end(), '/'));
  facts.roles = roles_of(file.path, file.language);
  if (const auto version = version_folder(file.path)) {
    facts.version = static_cast<std::int16_t>(version->number);
    facts.version_parent = static_cast<std::uint32_t>(version->parent.size());
  }
  return facts;
}

}  // namespace quarry::ranking
