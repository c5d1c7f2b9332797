// Where the next page of an answer begins, as an opaque string that only fits the query and index it came
// from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "quarry/base/result.h"
#include "quarry/search/query.h"

namespace quarry::server {

struct Cursor {
  std::size_t offset = 0;
  std::uint64_t index_version = 0;
  std::string side;
  search::PlaceOrder best;  // Query::best of the pages that follow; empty where they show none of the best
};

// What a query asks for, without its place: pages of one query have one.
[[nodiscard]] std::uint64_t query_key(const search::Query& query);

// Lower-case hex and, after a '-', the side's name; after a '~', the order of the best. A checksum finds
// made-up and tampered ones; it is no secret: who forges one reaches nothing that another offset could not
// show.
[[nodiscard]] std::string format_cursor(const Cursor& cursor, std::uint64_t query_key);
// ErrorKind::invalid_argument where the text is no cursor of this query.
[[nodiscard]] Result<Cursor> parse_cursor(std::string_view text, std::uint64_t query_key);

}  // namespace quarry::server
