// Fuzzes extraction: the first byte chooses the language, the rest is the source. Any bytes give well-formed
// units.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "quarry/corpus/language.h"
#include "quarry/syntax/extractor.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void require_within(quarry::syntax::Range inner, quarry::syntax::Range outer) {
  require(inner.begin <= inner.end);
  if (!inner.empty()) require(outer.begin <= inner.begin && inner.end <= outer.end);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto languages = quarry::corpus::all_languages();
  const auto language = languages[data[0] % languages.size()];
  const std::string_view source(reinterpret_cast<const char*>(data) + 1, size - 1);

  quarry::syntax::ExtractLimits limits;
  limits.deadline = std::chrono::milliseconds(500);
  limits.max_depth = 64;
  quarry::syntax::Extractor extractor(limits);
  const auto parsed = extractor.extract(language, source);

  const quarry::syntax::Range whole{0, static_cast<std::uint32_t>(source.size())};
  for (std::size_t i = 0; i < parsed.functions.size(); ++i) {
    const auto& unit = parsed.functions[i];
    require_within(unit.range, whole);
    require_within(unit.signature, unit.range);
    require_within(unit.doc, whole);
    require(unit.start_line >= 1 && unit.start_line <= unit.end_line);
    require(unit.parent == quarry::syntax::kNoParent || unit.parent < i);
    if (i > 0) require(parsed.functions[i - 1].range.begin <= unit.range.begin);
  }
  for (const auto& reference : parsed.references) require(reference.function < parsed.functions.size());
  return 0;
}
