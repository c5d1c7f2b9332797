#include "quarry/training/principal_axes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "quarry/training/initial_table.h"
#include "quarry/training/test_run.h"
#include "quarry/training/vector_math.h"

namespace quarry::training {
namespace {

TEST(InitialTable, KeepsWhoIsNearWhomAndPutsMostIntoTheFirstDimensions) {
  // Two groups of pieces, far apart along a direction that no axis has, and one piece that is not known.
  TextVectors vectors(3);
  std::vector<std::string> pieces;
  for (int i = 0; i < 6; ++i) {
    const float side = i % 2 == 0 ? 1.0F : -1.0F;
    const auto jitter = static_cast<float>(i) * 0.01F;
    pieces.push_back(std::string(1, static_cast<char>('a' + i)));
    vectors.add(pieces.back(), std::vector<float>{5 + side, 2 + side + jitter, side - jitter});
  }
  pieces.emplace_back("unknown");
  const auto table = initial_table(vectors, pieces, 2, 1);
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->size(), 14U);
  double length = 0;
  for (std::size_t piece = 0; piece < 6; ++piece) {
    const float* row = table->data() + piece * 2;
    EXPECT_GT(std::abs(row[0]), 5 * std::abs(row[1]));
    EXPECT_EQ(row[0] > 0, (table->at(0) > 0) == (piece % 2 == 0));
    length += std::sqrt(dot(row, row, 2)) / 6;
  }
  EXPECT_NEAR(length, 1, 1e-4);
  EXPECT_NE(table->at(12), 0);
  // More dimensions than the vectors have: zeros.
  const auto wide = initial_table(vectors, pieces, 5, 1).value();
  EXPECT_EQ(wide[3], 0);
  EXPECT_EQ(wide[4], 0);
}

TEST(PrincipalAxes, TurningKeepsCosinesAndPutsMostIntoTheFirstDimensions) {
  const TestRun f;
  DualEncoder encoder = f.encoder();
  SingleWorker worker;
  ASSERT_TRUE(run(f, encoder, worker).status);
  const auto whole = turned(encoder, f.data.train, 16);
  ASSERT_TRUE(whole) << whole.error().message;
  Bags bags;
  for (std::size_t i = 0; i < 50; ++i) {
    const Example example = f.data.train[i];
    bags.add(Bag(example.code.begin(), example.code.end()));
  }
  std::vector<float> before(bags.size() * 16);
  std::vector<float> after(before.size());
  encoder.pool(bags, EncoderSide::code, before);
  whole->pool(bags, EncoderSide::code, after);
  double first = 0;
  double last = 0;
  for (std::size_t row = 0; row < bags.size(); ++row) {
    for (std::size_t other = 0; other < row; ++other) {
      const float then = dot(before.data() + row * 16, before.data() + other * 16, 16);
      EXPECT_NEAR(dot(after.data() + row * 16, after.data() + other * 16, 16), then,
                  1e-3F * (1 + std::abs(then)));
    }
    first += dot(after.data() + row * 16, after.data() + row * 16, 4);
    last += dot(after.data() + row * 16 + 12, after.data() + row * 16 + 12, 4);
  }
  EXPECT_GT(first, 3 * last);
  const auto part = turned(encoder, f.data.train, 6);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->dimensions(), 6U);
  for (std::size_t row = 0; row < encoder.vocabulary(); ++row) {
    EXPECT_NEAR(part->table[row * 6 + 5], whole->table[row * 16 + 5], 1e-5F);
  }
  EXPECT_GT(validate(f.data.held_out, *part, 50, 80)->mrr, 0.3);
}

}  // namespace
}  // namespace quarry::training
