#include "quarry/training/dual_encoder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "quarry/training/random.h"

namespace quarry::training {
namespace {

constexpr std::uint32_t kVocabulary = 7;
constexpr std::uint32_t kDimensions = 5;

Bags bags(const std::vector<Bag>& texts) {
  Bags result;
  for (const Bag& text : texts) result.add(text);
  return result;
}

DualEncoder random_encoder() {
  DualEncoder encoder(kVocabulary, kDimensions);
  encoder.initialise(3, std::vector<std::uint64_t>(kVocabulary, 1),
                     std::vector<std::uint64_t>(kVocabulary, 2));
  Random random(9);
  for (auto& side : encoder.weights) {
    for (float& weight : side) weight = static_cast<float>(random.normal() * 0.3);
  }
  return encoder;
}

TEST(DualEncoder, PoolsByTheFormula) {
  const DualEncoder encoder = random_encoder();
  std::vector<float> pooled(kDimensions);
  encoder.pool(bags({{{1, 1}, {4, 3}}}), EncoderSide::code, pooled);
  for (std::size_t d = 0; d < kDimensions; ++d) {
    const double expected =
        std::exp(encoder.weights[1][1]) * encoder.table[1 * kDimensions + d] +
        std::exp(encoder.weights[1][4]) * (1 + std::log(3.0)) * encoder.table[4 * kDimensions + d];
    EXPECT_NEAR(pooled[d], expected, 1e-5);
  }
}

// The gradient of sum(pooled * direction) by differences.
TEST(DualEncoder, BackwardIsTheDerivativeOfPool) {
  DualEncoder encoder = random_encoder();
  const Bags queries = bags({{{0, 1}, {3, 2}}, {{3, 1}}});
  const Bags codes = bags({{{1, 1}, {3, 1}, {5, 4}}, {{0, 2}, {6, 1}}});
  Random random(1);
  std::vector<float> at_queries(2 * kDimensions);
  std::vector<float> at_codes(2 * kDimensions);
  for (float& value : at_queries) value = static_cast<float>(random.normal());
  for (float& value : at_codes) value = static_cast<float>(random.normal());
  const auto objective = [&] {
    std::vector<float> pooled(2 * kDimensions);
    double sum = 0;
    encoder.pool(queries, EncoderSide::query, pooled);
    for (std::size_t i = 0; i < pooled.size(); ++i) sum += static_cast<double>(pooled[i]) * at_queries[i];
    encoder.pool(codes, EncoderSide::code, pooled);
    for (std::size_t i = 0; i < pooled.size(); ++i) sum += static_cast<double>(pooled[i]) * at_codes[i];
    return sum;
  };
  const auto slope = [&](float& parameter) {
    const float before = parameter;
    parameter = before + 1e-2F;
    const double up = objective();
    parameter = before - 1e-2F;
    const double down = objective();
    parameter = before;
    return (up - down) / 2e-2;
  };
  SparseGradient gradient;
  encoder.backward(queries, at_queries, codes, at_codes, gradient);
  EXPECT_EQ(gradient.tokens, (std::vector<TokenId>{0, 1, 3, 5, 6}));
  for (std::size_t i = 0; i < gradient.tokens.size(); ++i) {
    const TokenId id = gradient.tokens[i];
    for (std::size_t d = 0; d < kDimensions; ++d) {
      EXPECT_NEAR(gradient.rows[i * kDimensions + d], slope(encoder.table[id * kDimensions + d]), 1e-3);
    }
    for (std::size_t side = 0; side < 2; ++side) {
      EXPECT_NEAR(gradient.weights[side][i], slope(encoder.weights[side][id]), 2e-3);
    }
  }
}

TEST(DualEncoder, UpdateMovesTouchedRowsOnlyAndAgainstTheGradient) {
  DualEncoder encoder = random_encoder();
  const DualEncoder before = encoder;
  SparseGradient gradient;
  gradient.tokens = {2};
  gradient.rows = {1, -1, 0.5F, -2, 3};
  gradient.weights[0] = {1};
  gradient.weights[1] = {0};
  encoder.update(gradient, AdamOptions{}, 0.01, 1, 1);
  for (std::size_t i = 0; i < encoder.table.size(); ++i) {
    const float moved = encoder.table[i] - before.table[i];
    if (i / kDimensions == 2) {
      // The first step of Adam has the length of the rate.
      EXPECT_NEAR(moved, gradient.rows[i % kDimensions] > 0 ? -0.01 : 0.01, 1e-5);
    } else {
      EXPECT_EQ(moved, 0);
    }
  }
  EXPECT_NEAR(encoder.weights[0][2] - before.weights[0][2], -0.02, 1e-5);
  EXPECT_EQ(encoder.weights[1], before.weights[1]);
}

TEST(DualEncoder, RareTokensStartWithTheLargerWeight) {
  DualEncoder encoder(3, 8);
  encoder.initialise(1, std::vector<std::uint64_t>{1000, 10, 0}, std::vector<std::uint64_t>{0, 0, 0});
  EXPECT_LT(encoder.weights[0][0], encoder.weights[0][1]);
  EXPECT_LT(encoder.weights[0][1], encoder.weights[0][2]);
  EXPECT_EQ(encoder.weights[1], std::vector<float>(3, 0.0F));
}

}  // namespace
}  // namespace quarry::training
