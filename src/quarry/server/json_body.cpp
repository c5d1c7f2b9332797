#include "quarry/server/json_body.h"

#include <algorithm>

namespace quarry::server {
namespace {

// Counted before parsing: what is nested too deeply is never built.
std::size_t depth_of(std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text) {
  if (depth_of(text) > kMaxJsonDepth) {
    return fail(ErrorKind::invalid_argument, "the JSON is nested more than {} deep", kMaxJsonDepth);
  }
  auto value = nlohmann::json::parse(text, nullptr, false);
  if (value.is_discarded()) return fail(ErrorKind::invalid_argument, "the body is no valid JSON in UTF-8");
  return value;
}

}  // namespace quarry::server
