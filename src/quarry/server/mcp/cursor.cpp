#include "quarry/server/mcp/cursor.h"

#include <array>
#include <charconv>

namespace quarry::server::mcp {

std::string to_text(const Cursor& cursor) {
  return fmt::format("{:x}.{:x}.{:x}", cursor.offset, cursor.version, cursor.subject);
}

Result<std::uint64_t> offset_of(std::string_view text, std::uint64_t version, std::uint64_t subject) {
  std::array<std::uint64_t, 3> parts{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto [after, error] = std::from_chars(at, end, parts[i], 16);
    const bool last = i + 1 == parts.size();
    if (error != std::errc{} || (last ? after != end : after == end || *after != '.')) {
      return fail(ErrorKind::invalid_argument, "cursor: not one that this tool has given");
    }
    at = last ? after : after + 1;
  }
  if (parts[2] != subject) {
    return fail(ErrorKind::invalid_argument, "cursor: it belongs to other arguments; change only the cursor");
  }
  if (parts[1] != version) {
    return fail(ErrorKind::invalid_argument, "cursor: the index has changed since; ask again without it");
  }
  return parts[0];
}

}  // namespace quarry::server::mcp
