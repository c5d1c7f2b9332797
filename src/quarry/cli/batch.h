// A file of queries, one a line: plain text, or a JSON object with filters of its own.
#pragma once

#include <string_view>

#include "quarry/base/result.h"
#include "quarry/search/query.h"

namespace quarry::cli {

// `line` is a query as one would type it, or {"query": "...", "lang", "path", "repo", "kind": a string or a
// list of strings, "limit", "offset": numbers}; other fields are ignored. What the line does not set is as in
// `defaults`. ErrorKind::invalid_argument says what is wrong with the line.
[[nodiscard]] Result<search::Query> parse_batch_line(std::string_view line, const search::Query& defaults);

}  // namespace quarry::cli
