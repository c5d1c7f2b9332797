// Products of token vectors as the second look needs them: one row of the table against all tokens of a
// query.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "quarry/model/static_model.h"

namespace quarry::ranking {

// A token's row in whole numbers from -127 to 127, whatever the table holds. Returns what 1 stands for in the
// table.
[[nodiscard]] float read_row(const model::StaticModel& model, model::TokenId token,
                             std::span<std::int16_t> row);

// out[q] = row . queries[q] for rows of `row.size()` numbers one after the other; the last of `out`, which
// has one more than there are queries: row . row.
void products(std::span<const std::int16_t> row, std::span<const std::int16_t> queries,
              std::span<std::int32_t> out);

}  // namespace quarry::ranking
