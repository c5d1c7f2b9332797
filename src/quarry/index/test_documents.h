// Documents made from plain text without any parser, for the tests of the index. Tests only.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "quarry/base/hash.h"
#include "quarry/index/document.h"

namespace quarry::index {

inline text::Term test_term(std::string_view word) {
  return hash64(word);
}

inline corpus::BlobId test_blob(std::string_view content) {
  corpus::BlobId blob;
  for (std::size_t i = 0; i < blob.bytes.size(); ++i) {
    blob.bytes[i] = static_cast<std::uint8_t>(hash64(content, i));
  }
  return blob;
}

// One unit a line; its name is the first word, a word's field is its length modulo the number of body-like
// fields.
inline Document test_document(std::string_view path, std::string_view content, std::uint32_t dimensions = 0) {
  Document document;
  document.path = path;
  document.language = corpus::Language::python;
  document.blob = test_blob(content);
  document.bytes = static_cast<std::uint32_t>(content.size());
  document.text = content;
  std::map<std::tuple<std::uint32_t, text::Term, Field>, std::uint16_t> counts;
  Unit file;
  file.kind = syntax::Kind::file;
  file.name = path.substr(path.rfind('/') + 1);
  file.qualified_name = file.name;
  file.id = hash64(path);
  counts[{0, test_term(file.name), Field::stem}] = 1;
  file.lengths[static_cast<std::size_t>(Field::stem)] = 1;
  document.units.push_back(file);
  std::uint32_t line = 0;
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t end = std::min(content.find('\n', at), content.size());
    ++line;
    Unit unit;
    unit.kind = syntax::Kind::function;
    unit.start_line = unit.end_line = line;
    unit.code = {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)};
    const auto position = static_cast<std::uint32_t>(document.units.size());
    for (std::size_t word = at; word < end;) {
      const std::size_t stop = std::min(content.find(' ', word), end);
      if (stop > word) {
        const std::string_view text = content.substr(word, stop - word);
        if (unit.name.empty()) {
          unit.name = text;
          unit.qualified_name = line % 3 == 0 ? std::string(text) : "Outer." + std::string(text);
          unit.signature = {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(stop)};
          ++counts[{position, test_term(text), Field::name}];
          ++unit.lengths[static_cast<std::size_t>(Field::name)];
        }
        const Field field = text.size() % 5 == 4 ? Field::doc : Field::body;
        ++counts[{position, test_term(text), field}];
        ++unit.lengths[static_cast<std::size_t>(field)];
      }
      word = stop + 1;
    }
    unit.id = hash64(unit.name, hash64(path) + line);
    if (line % 4 == 0) unit.parent = position - 1;
    if (line % 5 == 0 && unit.code.size() > 4) unit.doc = {unit.code.begin + 1, unit.code.begin + 4};
    document.units.push_back(unit);
    at = end + 1;
  }
  document.lines = line;
  for (const auto& [key, count] : counts) {
    document.occurrences.push_back({std::get<1>(key), std::get<0>(key), std::get<2>(key), count});
  }
  for (std::size_t u = 0; u < document.units.size(); ++u) {
    for (std::uint32_t d = 0; d < dimensions; ++d) {
      document.vectors.push_back(static_cast<std::int8_t>(hash64(document.units[u].name, d)));
    }
  }
  return document;
}

}  // namespace quarry::index
