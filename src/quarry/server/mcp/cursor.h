// Where a list goes on: opaque to clients, checked when it comes back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "quarry/base/result.h"
#include "quarry/search/query.h"

namespace quarry::server::mcp {

struct Cursor {
  std::uint64_t offset = 0;      // items before
  std::uint64_t version = 0;     // of the index
  std::uint64_t subject = 0;     // a hash of what is listed: a cursor does not fit another query
  search::PlaceOrder best = {};  // of a search whose next page still shows some of its best; else empty
};

[[nodiscard]] std::string to_text(const Cursor& cursor);

// The cursor of the text. ErrorKind::invalid_argument where it is no cursor, belongs to another query, or the
// index has changed since.
[[nodiscard]] Result<Cursor> parse_cursor(std::string_view text, std::uint64_t version,
                                          std::uint64_t subject);

}  // namespace quarry::server::mcp
