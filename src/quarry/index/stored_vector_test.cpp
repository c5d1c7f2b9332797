#include "quarry/index/stored_vector.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace quarry::index {
namespace {

std::vector<float> random_vector(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> spread;
  std::vector<float> vector(size);
  for (float& value : vector) value = spread(random);
  return vector;
}

double product(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * double{b[i]};
  return sum;
}

TEST(StoredVector, RotationKeepsLengthsAndAngles) {
  for (const std::size_t size : {1U, 2U, 3U, 64U, 70U, 128U, 384U}) {
    std::vector<float> a = random_vector(size, 1);
    std::vector<float> b = random_vector(size, 2);
    const double length = product(a, a);
    const double angle = product(a, b);
    rotate(a);
    rotate(b);
    EXPECT_NEAR(product(a, a), length, 1e-4 * length) << size;
    EXPECT_NEAR(product(a, b), angle, 1e-4 * length) << size;
  }
}

TEST(StoredVector, NoComponentCarriesMostOfAVector) {
  for (const std::size_t size : {64U, 70U, 128U}) {
    for (std::size_t lone = 0; lone < size; ++lone) {
      std::vector<float> vector(size);
      vector[lone] = 1;
      rotate(vector);
      for (const float value : vector) EXPECT_LT(std::abs(value), 0.5F) << size << ' ' << lone;
    }
  }
}

TEST(StoredVector, IsTheSameEverywhere) {
  // A stored index depends on these signs: they must never change.
  std::vector<float> vector{1, 0, 0, 0, 0, 0, 0, 0};
  std::vector<std::int8_t> stored(8);
  store_vector(vector, stored);
  std::vector<float> last{0, 0, 0, 0, 0, 0, 0, 1};
  std::vector<std::int8_t> stored_last(8);
  store_vector(last, stored_last);
  EXPECT_EQ(std::abs(int{stored[0]}), 45);  // 127 / sqrt(8)
  EXPECT_EQ(stored, std::vector<std::int8_t>(8, stored[0]));
  EXPECT_EQ(stored_last[1], -stored_last[0]);
}

}  // namespace
}  // namespace quarry::index
