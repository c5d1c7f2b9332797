#include "quarry/training/torch_loss.h"

#include <gtest/gtest.h>

#include "quarry/training/random.h"

namespace quarry::training {
namespace {

// The gradient of the teacher's term against differences of the loss, some rows unknown to it.
TEST(TorchLoss, TheTeachersGradientIsTheDerivative) {
  LossOptions options;
  options.temperature = 0.5;
  options.teacher_weight = 2;
  options.teacher_temperature = 0.3;
  options.nested = {3};
  const auto loss = make_torch_loss(options, 1);
  constexpr std::uint32_t kRows = 5;
  constexpr std::uint32_t kWidth = 6;
  Random random(5);
  const auto chance = [&](std::size_t n) {
    std::vector<float> values(n);
    for (float& value : values) value = static_cast<float>(random.normal());
    return values;
  };
  std::vector<float> queries = chance(kRows * kWidth);
  const std::vector<float> codes = chance(kRows * kWidth);
  const std::vector<std::uint32_t> rows{0, 2, 3};
  const std::vector<float> teacher{1, 0, 0.6F, 0.8F, 0, 1};
  std::vector<float> at_queries(queries.size());
  std::vector<float> at_codes(codes.size());
  std::vector<float> unused_a(queries.size());
  std::vector<float> unused_b(codes.size());
  const LossInput input{queries, codes, kWidth, {}, rows, teacher};
  const double value = loss->evaluate(input, at_queries, at_codes).value();
  options.teacher_weight = 0;
  EXPECT_NE(value, make_torch_loss(options, 1)->evaluate(input, unused_a, unused_b).value());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const float before = queries[i];
    queries[i] = before + 1e-2F;
    const double up = loss->evaluate(input, unused_a, unused_b).value();
    queries[i] = before - 1e-2F;
    const double down = loss->evaluate(input, unused_a, unused_b).value();
    queries[i] = before;
    EXPECT_NEAR(at_queries[i], (up - down) / 2e-2, 2e-3) << i;
  }
}

}  // namespace
}  // namespace quarry::training
