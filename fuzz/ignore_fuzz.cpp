// Fuzzes ignore files: patterns up to the first NUL, a path after it. Matching ends, and says what stands in
// the file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "quarry/corpus/ignore_rules.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto nul = input.find('\0');
  const std::string_view path = nul == std::string_view::npos ? "src/main.c" : input.substr(nul + 1);
  const auto patterns = quarry::corpus::IgnorePatterns::parse(input.substr(0, nul));
  for (const bool is_folder : {false, true}) {
    const auto* pattern = patterns.match(path, is_folder);
    if (pattern != nullptr && input.find(pattern->written) == std::string_view::npos) std::abort();
    if (pattern != nullptr && pattern->folders_only && !is_folder) std::abort();
  }
  return 0;
}
