// Fuzzes files of ranking weights: what is accepted has finite weights and survives being written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "quarry/ranking/ranking_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto models = quarry::ranking::parse_models({reinterpret_cast<const char*>(data), size});
  if (!models) {
    if (models.error().message.empty()) std::abort();
    return 0;
  }
  const auto written = quarry::ranking::to_json(*models);
  const auto again = quarry::ranking::parse_models(written);
  if (!again || quarry::ranking::to_json(*again) != written) std::abort();
  return 0;
}
