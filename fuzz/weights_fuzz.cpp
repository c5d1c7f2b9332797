// Fuzzes files of ranking weights: what is accepted has finite weights and survives being written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "quarry/ranking/linear_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto model = quarry::ranking::parse_model({reinterpret_cast<const char*>(data), size});
  if (!model) {
    if (model.error().message.empty()) std::abort();
    return 0;
  }
  const auto written = quarry::ranking::to_json(*model);
  const auto again = quarry::ranking::parse_model(written);
  if (!again || quarry::ranking::to_json(*again) != written) std::abort();
  return 0;
}
