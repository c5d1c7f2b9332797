// Fuzzes the reader of model weights: whatever it accepts must lie inside of the input and survive being
// written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "quarry/model/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto parsed = quarry::model::parse_safetensors(bytes);
  if (!parsed) return 0;
  for (const auto& tensor : parsed->tensors) {
    if (tensor.bytes.data() < bytes.data() || tensor.bytes.size() > size) std::abort();
    if (tensor.bytes.data() + tensor.bytes.size() > bytes.data() + size) std::abort();
    (void)quarry::model::to_floats(tensor);
  }
  const auto written = quarry::model::write_safetensors(parsed->tensors, parsed->metadata);
  if (!written) std::abort();
  const auto again = quarry::model::parse_safetensors(std::as_bytes(std::span(*written)));
  if (!again || again->tensors.size() != parsed->tensors.size()) std::abort();
  return 0;
}
