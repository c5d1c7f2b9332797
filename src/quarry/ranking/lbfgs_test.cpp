#include "quarry/ranking/lbfgs.h"

#include <gtest/gtest.h>

#include <cmath>

namespace quarry::ranking {
namespace {

TEST(Minimise, FindsTheValleyOfRosenbrocksFunction) {
  std::size_t asked = 0;
  const auto rosenbrock = [&](std::span<const double> x, std::span<double> gradient) {
    ++asked;
    const double bend = x[1] - x[0] * x[0];
    gradient[0] = -400 * x[0] * bend - 2 * (1 - x[0]);
    gradient[1] = 200 * bend;
    return 100 * bend * bend + (1 - x[0]) * (1 - x[0]);
  };
  const std::vector<double> found = minimise(rosenbrock, {-1.2, 1}, {.most_steps = 200, .tolerance = 1e-8});
  EXPECT_NEAR(found[0], 1, 1e-6);
  EXPECT_NEAR(found[1], 1, 1e-6);
  EXPECT_LT(asked, 80U);
}

TEST(Minimise, ReachesFarAcrossScalesThatDiffer) {
  const auto bowl = [](std::span<const double> x, std::span<double> gradient) {
    double value = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double scale = std::pow(10, static_cast<double>(i) - 2);
      gradient[i] = scale * (x[i] - 50);
      value += 0.5 * scale * (x[i] - 50) * (x[i] - 50);
    }
    return value;
  };
  for (const double value : minimise(bowl, std::vector<double>(5), {.most_steps = 500, .tolerance = 1e-9})) {
    EXPECT_NEAR(value, 50, 1e-4);
  }
}

TEST(Minimise, StaysWhereNothingIsGained) {
  const auto flat = [](std::span<const double>, std::span<double> gradient) {
    gradient[0] = 0;
    return 7.0;
  };
  EXPECT_EQ(minimise(flat, {3}), std::vector<double>{3});
}

TEST(Minimise, KeepsToItsSteps) {
  std::size_t asked = 0;
  const auto slope = [&](std::span<const double> x, std::span<double> gradient) {
    ++asked;
    gradient[0] = -1;
    return -x[0];
  };
  (void)minimise(slope, {0}, {.most_steps = 5, .tolerance = 0});
  EXPECT_LE(asked, 6U + 30U);
}

TEST(Minimise, EndsWhenTold) {
  std::stop_source stop;
  std::size_t asked = 0;
  const auto slope = [&](std::span<const double> x, std::span<double> gradient) {
    if (++asked == 3) stop.request_stop();
    gradient[0] = -1;
    return -x[0];
  };
  (void)minimise(slope, {0}, {.most_steps = 1000, .tolerance = 0, .stop = stop.get_token()});
  EXPECT_EQ(asked, 3U);
}

}  // namespace
}  // namespace quarry::ranking
