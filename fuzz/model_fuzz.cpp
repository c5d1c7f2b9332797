// Fuzzes the files of a static model: config.json up to the first NUL, tokenizer.json up to the second, and
// the weights. What opens gives vectors of unit length, or zeros.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "quarry/index/test_file_systems.h"
#include "quarry/model/static_encoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  quarry::index::MemoryFileSystem files;
  for (const char* name : {"/m/config.json", "/m/tokenizer.json"}) {
    const auto end = std::min(rest.find('\0'), rest.size());
    files.put(name, std::string(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  files.put("/m/model.safetensors", std::string(rest));
  const auto encoder = quarry::model::StaticEncoder::open(files, "/m");
  if (!encoder) {
    if (encoder.error().message.empty()) std::abort();
    return 0;
  }
  constexpr std::array<std::string_view, 3> kTexts{"up right up", "retryHTTP_request2 \u00fcber", ""};
  for (const auto side : {quarry::model::Side::query, quarry::model::Side::code}) {
    const auto vectors = (*encoder)->encode(kTexts, side);
    if (!vectors || vectors->size() != kTexts.size() * (*encoder)->dimensions()) std::abort();
    for (std::size_t i = 0; i < kTexts.size(); ++i) {
      double length = 0;
      for (std::size_t d = 0; d < (*encoder)->dimensions(); ++d) {
        const double value = (*vectors)[i * (*encoder)->dimensions() + d];
        length += value * value;
      }
      if (!(length == 0 || std::abs(length - 1) < 1e-3)) std::abort();
    }
  }
  return 0;
}
