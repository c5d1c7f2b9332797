// Fuzzes what a file's bytes are taken for: the first byte chooses its name, the rest are its bytes. Text
// that comes out is valid UTF-8 of a bounded size; a file that is left out says why.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "quarry/corpus/content.h"

namespace {

// The length of the well-formed sequence at the front, 0 where there is none (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return tail(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool overlong = lead == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = lead == 0xed && byte(1) > 0x9f;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool overlong = lead == 0xf0 && byte(1) < 0x90;
    const bool beyond = lead == 0xf4 && byte(1) > 0x8f;
    return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array<const char*, 5> kNames{"a.py", "script", "a.min.js", "a.pb.go", "README"};
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto content = quarry::corpus::content_of(kNames[data[0] % kNames.size()], bytes, {});
  if (!content) return 0;
  if (content->blob != quarry::corpus::blob_id_of(bytes)) std::abort();
  if (content->text.size() > 3 * bytes.size()) std::abort();  // U+FFFD has three bytes
  for (std::string_view rest = content->text; !rest.empty();) {
    const auto length = sequence_length(rest);
    if (length == 0) std::abort();
    rest.remove_prefix(length);
  }
  return 0;
}
