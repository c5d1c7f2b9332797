// Any bytes in any language: extraction must end, stay inside the source and keep the order that function.h
// promises.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "quarry/syntax/extractor.h"
#include "quarry/syntax/grammar.h"

namespace {

using quarry::syntax::Function;
using quarry::syntax::Kind;
using quarry::syntax::kNoParent;
using quarry::syntax::Range;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  static const auto languages = quarry::syntax::languages_with_grammar();
  static quarry::syntax::Extractor extractor;
  // Beyond the grammars: Markdown, reStructuredText, SQL and plain text.
  const std::size_t choice = data[0] % (languages.size() + 4);
  const auto language =
      choice < languages.size()
          ? languages[choice]
          : std::array{quarry::corpus::Language::markdown, quarry::corpus::Language::restructuredtext,
                       quarry::corpus::Language::sql,
                       quarry::corpus::Language::text}[choice - languages.size()];
  const std::string_view source(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto file = extractor.extract(language, source);
  std::uint32_t last = 0;
  for (std::size_t i = 0; i < file.functions.size(); ++i) {
    const Function& unit = file.functions[i];
    for (const Range range : {unit.range, unit.signature, unit.doc})
      require(range.begin <= range.end && range.end <= source.size());
    require(unit.range.begin >= last && unit.start_line >= 1 && unit.start_line <= unit.end_line);
    last = unit.range.begin;
    if (unit.parent == kNoParent) continue;
    require(unit.parent < i && unit.kind != Kind::section);
    const Function& parent = file.functions[unit.parent];
    require(parent.range.begin <= unit.range.begin && unit.range.end <= parent.range.end);
  }
  for (const auto& reference : file.references) {
    require(reference.function < file.functions.size());
    require(reference.name.data() >= source.data() &&
            reference.name.data() + reference.name.size() <= source.data() + source.size());
  }
  return 0;
}
