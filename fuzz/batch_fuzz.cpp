// Fuzzes lines of `quarry search --queries`: text or a JSON object. What comes of one respects the limits of
// a query.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "quarry/cli/batch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto query = quarry::cli::parse_batch_line({reinterpret_cast<const char*>(data), size}, {});
  if (!query) {
    if (query.error().message.empty()) std::abort();
    return 0;
  }
  if (query->text.size() > quarry::search::kMaxQueryBytes) std::abort();
  if (query->limit < 1 || query->limit > quarry::search::kMaxLimit) std::abort();
  return 0;
}
