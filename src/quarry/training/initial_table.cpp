#include "quarry/training/initial_table.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "quarry/training/random.h"

namespace quarry::training {
namespace {

constexpr std::uint64_t kChanceStream = 0x1217;

// Rows x min(dimensions, columns).
torch::Tensor principal_components(torch::Tensor rows, std::int64_t dimensions) {
  rows = rows - rows.mean(0, true);
  const torch::Tensor covariance = torch::mm(rows.t(), rows);
  const torch::Tensor axes = std::get<1>(torch::linalg_eigh(covariance)).flip(1);  // ascending before
  torch::Tensor kept = axes.narrow(1, 0, std::min(dimensions, axes.size(1)));
  // An axis has no direction of its own: its largest part points up, whatever the library made of it.
  const torch::Tensor largest = kept.gather(0, kept.abs().argmax(0, true));
  kept = kept * torch::where(largest < 0, -torch::ones_like(largest), torch::ones_like(largest));
  return torch::mm(rows, kept);
}

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
    torch::Tensor rows = principal_components(
        torch::from_blob(known.data(), {count, static_cast<std::int64_t>(vectors.dimensions())}), dimensions);
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
