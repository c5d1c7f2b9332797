// The target of a request line taken apart: decoded path segments and parameters, or a refusal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/server/message.h"

namespace quarry::server {

// Fills `segments` and `parameters` of `request` from its `target`. Each segment is decoded once. Of a target
// in absolute form ("http://host:80/path", RFC 9112 3.2.2) the authority takes the place of the Host header.
// Refused (ErrorKind::invalid_argument): any other target that does not begin with '/', an authority that is
// empty or names a user, a broken %-escape, bytes that are no UTF-8, control characters, and in the path
// segments that are "." or "..", or hold '/', '\' or NUL after decoding. A handler therefore never sees a
// path that could climb.
[[nodiscard]] Status parse_target(Request& request);

// %41 -> A; '+' -> space where `plus` (query strings).
[[nodiscard]] Result<std::string> percent_decode(std::string_view text, bool plus);

}  // namespace quarry::server
