// Short ways to write the JSON Schemas (2020-12) of tools.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "quarry/server/mcp/json_rpc.h"

namespace quarry::server::mcp {

[[nodiscard]] Json string_schema(std::string_view description = {});
[[nodiscard]] Json integer_schema(std::int64_t least, std::string_view description = {});
[[nodiscard]] Json bounded_schema(std::uint64_t least, std::uint64_t most, std::uint64_t fallback,
                                  std::string_view description);
[[nodiscard]] Json flag_schema(std::string_view description);
[[nodiscard]] Json texts_schema(std::string_view description);  // a string or a list of strings
[[nodiscard]] Json list_schema(Json items);
// No other members than these; `required` names those that are always there.
[[nodiscard]] Json object_schema(Json properties, std::vector<std::string_view> required);

// Pieces that several tools share.
[[nodiscard]] Json tokens_schema(std::uint64_t fallback);
[[nodiscard]] Json
result_schema();  // search::SearchResult, as docs/answer.schema.json has it, and lines_left_out
[[nodiscard]] Json answer_schema();  // of search and find_similar

}  // namespace quarry::server::mcp
