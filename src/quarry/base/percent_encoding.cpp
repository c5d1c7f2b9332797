#include "quarry/base/percent_encoding.h"

#include <fmt/core.h>

#include "quarry/base/ascii.h"

namespace quarry {

std::string percent_encode_path(std::string_view path) {
  constexpr std::string_view kPlain = "-._~/";
  std::string encoded;
  for (const char c : path) {
    if (ascii::is_alphanumeric(c) || kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace quarry
