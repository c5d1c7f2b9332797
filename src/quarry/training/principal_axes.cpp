#include "quarry/training/principal_axes.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "quarry/training/vector_math.h"

namespace quarry::training {
namespace {

constexpr std::size_t kCodes = 20'000;
constexpr std::size_t kAtATime = 4096;  // rows of the table that are turned in one product

torch::Tensor tensor(std::span<const float> values, std::uint32_t columns) {
  // Read only; libtorch has no view of constant memory.
  return torch::from_blob(
      const_cast<float*>(values.data()),
      {static_cast<std::int64_t>(values.size() / columns), static_cast<std::int64_t>(columns)});
}

std::vector<float> vectors_of_codes(const DualEncoder& encoder, const Dataset& dataset) {
  const std::size_t step = std::max<std::size_t>(1, dataset.size() / kCodes);
  Bags bags;
  for (std::size_t i = 0; i < dataset.size(); i += step) {
    const Example example = dataset[i];
    bags.add(Bag(example.code.begin(), example.code.end()));
  }
  const std::size_t dimensions = encoder.dimensions();
  std::vector<float> vectors(bags.size() * dimensions);
  encoder.pool(bags, EncoderSide::code, vectors);
  for (std::size_t row = 0; row < bags.size(); ++row) {
    float* vector = vectors.data() + row * dimensions;
    const float norm = std::sqrt(dot(vector, vector, dimensions));
    if (norm > 0) std::for_each_n(vector, dimensions, [norm](float& value) { value /= norm; });
  }
  return vectors;
}

}  // namespace

Result<std::vector<float>> principal_axes(std::span<const float> rows, std::uint32_t dimensions,
                                          std::uint32_t kept) {
  try {
    const torch::Tensor all = tensor(rows, dimensions);
    const torch::Tensor axes =
        std::get<1>(torch::linalg_eigh(torch::mm(all.t(), all))).flip(1);  // ascending before
    torch::Tensor first = axes.narrow(1, 0, kept);
    // An axis has no direction of its own: its largest part points up, whatever the library made of it.
    const torch::Tensor largest = first.gather(0, first.abs().argmax(0, true));
    first = (first * torch::where(largest < 0, -torch::ones_like(largest), torch::ones_like(largest)))
                .contiguous();
    return std::vector<float>(first.data_ptr<float>(), first.data_ptr<float>() + first.numel());
  } catch (const c10::Error& error) {
    return fail(ErrorKind::limit, "libtorch: {}", error.what_without_backtrace());
  }
}

Result<DualEncoder> turned(const DualEncoder& encoder, const Dataset& dataset, std::uint32_t kept) {
  QUARRY_TRY(const std::vector<float> axes,
             principal_axes(vectors_of_codes(encoder, dataset), encoder.dimensions(), kept));
  DualEncoder result(encoder.vocabulary(), kept);
  for (std::size_t side = 0; side < 2; ++side) result.weights[side] = encoder.weights[side];
  try {
    const torch::Tensor turn = tensor(axes, kept);
    for (std::size_t row = 0; row < encoder.vocabulary(); row += kAtATime) {
      const std::size_t rows = std::min<std::size_t>(kAtATime, encoder.vocabulary() - row);
      const torch::Tensor part =
          torch::mm(
              tensor(
                  std::span(encoder.table).subspan(row * encoder.dimensions(), rows * encoder.dimensions()),
                  encoder.dimensions()),
              turn)
              .contiguous();
      std::copy_n(part.data_ptr<float>(), rows * kept, result.table.data() + row * kept);
    }
  } catch (const c10::Error& error) {
    return fail(ErrorKind::limit, "libtorch: {}", error.what_without_backtrace());
  }
  return result;
}

}  // namespace quarry::training
