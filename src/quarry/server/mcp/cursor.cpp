#include "quarry/server/mcp/cursor.h"

#include <array>
#include <charconv>

#include "quarry/search/reranking.h"

namespace quarry::server::mcp {

std::string to_text(const Cursor& cursor) {
  const auto text = fmt::format("{:x}.{:x}.{:x}", cursor.offset, cursor.version, cursor.subject);
  return cursor.best.empty() ? text : text + '.' + search::to_text(cursor.best);
}

Result<Cursor> parse_cursor(std::string_view text, std::uint64_t version, std::uint64_t subject) {
  const auto wrong = [] {
    return fail(ErrorKind::invalid_argument, "cursor: not one that this tool has given");
  };
  std::array<std::uint64_t, 3> parts{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  search::PlaceOrder best;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto [after, error] = std::from_chars(at, end, parts[i], 16);
    const bool last = i + 1 == parts.size();
    if (error != std::errc{} || (after == end ? !last : *after != '.')) return wrong();
    if (last && after != end) {
      auto order = search::parse_place_order(std::string_view(after + 1, end));
      if (!order || order->empty()) return wrong();
      best = *std::move(order);
    }
    if (!last) at = after + 1;
  }
  if (parts[2] != subject) {
    return fail(ErrorKind::invalid_argument, "cursor: it belongs to other arguments; change only the cursor");
  }
  if (parts[1] != version) {
    return fail(ErrorKind::invalid_argument, "cursor: the index has changed since; ask again without it");
  }
  return Cursor{parts[0], parts[1], parts[2], std::move(best)};
}

}  // namespace quarry::server::mcp
