#include "quarry/evaluation/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace quarry::evaluation {
namespace {

Grouping one_group(std::size_t size) {
  return group_by(std::vector<std::string>(size, "all"));
}

TEST(Statistics, GroupsCountAlike) {
  const std::vector<std::string> names{"large", "large", "large", "small"};
  const std::vector<double> values{1, 1, 1, 0};
  EXPECT_EQ(grouped_mean(values, group_by(names)), 0.5);
}

// Of 200 samples from a known distribution about 95 % of the intervals hold the mean: 1.96 standard errors.
TEST(Statistics, BootstrapIntervalsAgreeWithTheNormalTheory) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal(0.5, 0.2);
  std::vector<double> values(400);
  double sum = 0;
  double squares = 0;
  for (double& value : values) {
    value = normal(random);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / 400;
  const double error = std::sqrt((squares / 400 - mean * mean) / 400);
  const Interval interval = bootstrap(values, one_group(400), {});
  EXPECT_NEAR(interval.low, mean - 1.96 * error, 0.1 * error);
  EXPECT_NEAR(interval.high, mean + 1.96 * error, 0.1 * error);
}

TEST(Statistics, SeveralGroupsAreWhatIsResampled) {
  // Alike within a group, different between: resampling queries would see far more certainty than there is.
  std::vector<std::string> names;
  std::vector<double> values;
  for (int group = 0; group < 4; ++group) {
    for (int i = 0; i < 1000; ++i) {
      names.push_back(std::string(1, static_cast<char>('a' + group)));
      values.push_back(group % 2);
    }
  }
  const Interval interval = bootstrap(values, group_by(names), {});
  EXPECT_EQ(interval.low, 0);
  EXPECT_EQ(interval.high, 1);
}

TEST(Statistics, EqualSeedsGiveEqualIntervals) {
  std::mt19937_64 random(7);
  std::vector<double> values(50);
  for (double& value : values) value = static_cast<double>(random() % 100) / 100;
  const Grouping groups = one_group(50);
  const Sampling other{.samples = 1000, .seed = 2};
  EXPECT_EQ(bootstrap(values, groups, {}).low, bootstrap(values, groups, {}).low);
  EXPECT_EQ(randomisation_test(values, groups, other), randomisation_test(values, groups, other));
}

TEST(Statistics, TheRandomisationTestIsExactOnASmallCase) {
  // Five differences of one sign: 2 of the 32 sign patterns are as extreme.
  const std::vector<double> differences{.1, .2, .3, .1, .2};
  EXPECT_NEAR(randomisation_test(differences, one_group(5), {.samples = 100'000}), 2.0 / 32, 0.004);
  const std::vector<double> nothing(5, 0.0);
  EXPECT_EQ(randomisation_test(nothing, one_group(5), {}), 1);
}

}  // namespace
}  // namespace quarry::evaluation
