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

// A row that is read soon: nothing of the table need be in any cache.
inline void prefetch_row(const model::StaticModel& model, model::TokenId token) {
  const std::size_t bytes = model.dimensions * (model.quantized != nullptr ? 1 : sizeof(float));
  const char* const row = (model.quantized != nullptr ? reinterpret_cast<const char*>(model.quantized)
                                                      : reinterpret_cast<const char*>(model.floats)) +
                          model.row(token) * bytes;
  for (std::size_t at = 0; at < bytes; at += 64) __builtin_prefetch(row + at);
}

// out[q] = row . queries[q] for rows of `row.size()` numbers one after the other; the last of `out`, which
// has one more than there are queries: row . row.
void products(std::span<const std::int16_t> row, std::span<const std::int16_t> queries,
              std::span<std::int32_t> out);

}  // namespace quarry::ranking
