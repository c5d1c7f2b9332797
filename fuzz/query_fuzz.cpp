// Fuzzes the query parser: any text is a query or an error in words, and what is kept respects the limits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "quarry/search/query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  quarry::search::Query query;
  const auto status = quarry::search::parse_query({reinterpret_cast<const char*>(data), size}, query);
  if (!status && status.error().message.empty()) std::abort();
  if (status && (size > quarry::search::kMaxQueryBytes || query.text.size() > size)) std::abort();
  return 0;
}
