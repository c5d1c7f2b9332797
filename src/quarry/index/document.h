// One analysed file as it enters the index: its units, their terms and vectors, and the text to show.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "quarry/corpus/language.h"
#include "quarry/corpus/source.h"
#include "quarry/syntax/function.h"
#include "quarry/text/term.h"

namespace quarry::index {

// Where in a unit a term occurs. `stem` and `folder` are of the file's path and occur in unit 0 (the file)
// only; `reference` counts uses of symbol_term(name), the other fields count words and identifiers.
enum class Field : std::uint8_t { name, container, signature, doc, body, reference, stem, folder };
inline constexpr std::size_t kFieldCount = 8;

using Lengths = std::array<std::uint16_t, kFieldCount>;  // terms a field, saturating

struct Occurrence {
  text::Term term;
  std::uint32_t unit;  // position in Document::units
  Field field;
  std::uint16_t count;  // >= 1, saturating
};

struct Unit {
  syntax::Kind kind = syntax::Kind::section;
  std::uint64_t id = 0;  // hash of repository, path, qualified name and content
  std::string name;
  std::string qualified_name;
  std::uint32_t parent = 0;  // position in Document::units; 0, the file, for top-level units and for itself
  std::uint32_t start_line = 0;
  std::uint32_t end_line = 0;
  syntax::Range code;  // ranges in Document::text, empty where it does not hold them
  syntax::Range signature;
  syntax::Range doc;
  Lengths lengths{};
};

struct Document {
  std::string path;
  corpus::Language language = corpus::Language::text;
  corpus::BlobId blob;
  std::uint32_t lines = 0;
  std::uint32_t bytes = 0;              // of the source, whatever `text` keeps of it
  std::vector<Unit> units;              // units[0] is the file itself (Kind::file), the rest in source order
  std::vector<Occurrence> occurrences;  // sorted by (unit, term, field), no duplicates
  std::string text;  // the source; without source: the signatures and docs only, one after another
  std::vector<std::int8_t> vectors;  // units.size() x dimensions, empty without a model
  bool complete = true;  // false: the parse was given up, the units are sections; said once, not stored
};

}  // namespace quarry::index
