#include "quarry/training/initial_table.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "quarry/training/principal_axes.h"
#include "quarry/training/random.h"

namespace quarry::training {
namespace {

constexpr std::uint64_t kChanceStream = 0x1217;

}  // namespace

Result<std::vector<float>> initial_table(const TextVectors& vectors, std::span<const std::string> pieces,
                                         std::uint32_t dimensions, std::uint64_t seed) {
  std::vector<float> known;
  std::vector<std::size_t> where;
  for (std::size_t piece = 0; piece < pieces.size(); ++piece) {
    const std::uint32_t row = vectors.find(pieces[piece]);
    if (row == TextVectors::kNone) continue;
    known.insert(known.end(), vectors[row].begin(), vectors[row].end());
    where.push_back(piece);
  }
  std::vector<float> table(pieces.size() * dimensions);
  Random random(seed, kChanceStream);
  for (float& value : table)
    value = static_cast<float>(random.normal() / std::sqrt(static_cast<double>(dimensions)));
  if (where.empty()) return table;
  try {
    const auto count = static_cast<std::int64_t>(where.size());
    torch::Tensor rows =
        torch::from_blob(known.data(), {count, static_cast<std::int64_t>(vectors.dimensions())});
    rows = rows - rows.mean(0, true);
    const std::uint32_t kept = std::min(dimensions, vectors.dimensions());
    QUARRY_TRY(std::vector<float> axes,
               principal_axes({rows.data_ptr<float>(), known.size()}, vectors.dimensions(), kept));
    rows = torch::mm(rows, torch::from_blob(axes.data(), {rows.size(1), static_cast<std::int64_t>(kept)}));
    rows = (rows / rows.norm(2, 1).mean().clamp_min(1e-12)).contiguous();
    const auto width = static_cast<std::size_t>(rows.size(1));
    for (std::size_t i = 0; i < where.size(); ++i) {
      float* const to = table.data() + where[i] * dimensions;
      std::fill_n(to, dimensions, 0.0F);
      std::copy_n(rows.data_ptr<float>() + i * width, width, to);
    }
  } catch (const c10::Error& error) {
    return fail(ErrorKind::limit, "libtorch: {}", error.what_without_backtrace());
  }
  return table;
}

}  // namespace quarry::training
