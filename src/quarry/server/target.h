// The target of a request line taken apart: decoded path segments and parameters, or a refusal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/server/message.h"

namespace quarry::server {

// Fills `segments` and `parameters` of `request` from its `target`. Each segment is decoded once. Refused
// (ErrorKind::invalid_argument): a target that does not begin with '/', a broken %-escape, bytes that are no
// UTF-8, control characters, and in the path segments that are "." or "..", or hold '/', '\' or NUL after
// decoding. A handler therefore never sees a path that could climb.
[[nodiscard]] Status parse_target(Request& request);

// %41 -> A; '+' -> space where `plus` (query strings).
[[nodiscard]] Result<std::string> percent_decode(std::string_view text, bool plus);

[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace quarry::server
