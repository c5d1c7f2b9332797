// What a loss is asked and what it answers: the gradient of one batch at its pooled vectors.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::training {

enum class LossKind : std::uint8_t {
  info_nce,  // each side picks its partner among all of the batch (van den Oord et al. 2018), both ways
  sigmoid,   // every pair of the batch is judged for itself: partner or not (Zhai et al. 2023)
  margin,    // the hardest wrong partner has to stay below the right one by a margin, both ways
};

struct LossOptions {
  LossKind kind = LossKind::info_nce;
  double temperature = 0.05;  // info_nce, sigmoid
  double bias = -10;          // sigmoid
  double margin = 0.2;        // margin, in units of cosine
  std::vector<std::uint32_t>
      nested;  // further prefixes of the vector that must work alone (Kusupati et al. 2022)
  // Besides, what a query scores the codes with has to have the shape of what a teacher's vectors say of
  // their docs: Kullback-Leibler divergence of the two softmaxes, over the rows that the teacher knows, both
  // ways.
  double teacher_weight = 0;
  double teacher_temperature = 0.05;
};

// Row-major matrices of batch x dimensions, pooled but not normalised. Row i of one belongs to row i of the
// other.
struct LossInput {
  std::span<const float> queries;
  std::span<const float> codes;
  std::uint32_t dimensions = 0;
  // (query, code) of one batch that must not count as negatives of each other; never (i, i).
  std::span<const std::pair<std::uint32_t, std::uint32_t>> masked;
  // What the teacher says of the docs of some rows: unit vectors, of teacher_rows.size() rows (ascending).
  std::span<const std::uint32_t> teacher_rows;
  std::span<const float> teacher;
};

// Not thread-safe.
class Loss {
 public:
  virtual ~Loss() = default;
  // The mean loss over the batch. Writes its gradient at queries and codes, of their sizes.
  [[nodiscard]] virtual Result<double> evaluate(const LossInput& input, std::span<float> at_queries,
                                                std::span<float> at_codes) = 0;
};

}  // namespace quarry::training
