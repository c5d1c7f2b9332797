#include "quarry/server/json_body.h"

namespace quarry::server {

Result<nlohmann::json> parse_json(std::string_view text) {
  if (json_depth(text) > kMaxJsonDepth) {
    return fail(ErrorKind::invalid_argument, "the JSON is nested more than {} deep", kMaxJsonDepth);
  }
  auto value = nlohmann::json::parse(text, nullptr, false);
  if (value.is_discarded()) return fail(ErrorKind::invalid_argument, "the body is no valid JSON in UTF-8");
  return value;
}

}  // namespace quarry::server
