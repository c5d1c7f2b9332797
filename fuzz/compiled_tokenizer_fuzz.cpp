// Fuzzes tokenizer.bin with its checksum made right, so that reading goes past it: what is adopted encodes
// any text to ids of its vocabulary, within the bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "quarry/base/hash.h"
#include "quarry/model/compiled_tokenizer.h"
#include "quarry/model/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Of the header: the hashes of tokenizer.json and of what follows the header.
  constexpr std::size_t kSourceHash = 8;
  constexpr std::size_t kPayloadHash = 16;
  constexpr std::size_t kHeader = 64;
  constexpr std::uint64_t kSource = 1;
  std::vector<std::uint64_t> aligned((size + 7) / 8);
  if (size > 0) std::memcpy(aligned.data(), data, size);
  const auto bytes = std::as_writable_bytes(std::span(aligned)).first(size);
  if (size >= kHeader) {
    const std::uint64_t payload = quarry::hash64(bytes.subspan(kHeader));
    std::memcpy(&bytes[kSourceHash], &kSource, sizeof kSource);
    std::memcpy(&bytes[kPayloadHash], &payload, sizeof payload);
  }
  const auto tokenizer = quarry::model::adopt_compiled_tokenizer(bytes, kSource, nullptr);
  if (!tokenizer || !tokenizer->has_value()) {
    if (!tokenizer && tokenizer.error().message.empty()) std::abort();
    return 0;
  }
  const std::string_view own(reinterpret_cast<const char*>(data), size);
  for (const std::string_view text : {std::string_view("retryHTTP_request2 \u00fcber"), own.substr(0, 512)}) {
    for (const auto id : (*tokenizer)->encode(text)) {
      if (id >= (*tokenizer)->size()) std::abort();
    }
  }
  return 0;
}
