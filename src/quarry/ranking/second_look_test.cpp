#include "quarry/ranking/second_look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "quarry/ranking/ranker.h"
#include "quarry/ranking/test_candidates.h"
#include "quarry/ranking/token_rows.h"

namespace quarry::ranking {
namespace {

using testing::ElementsAre;

TEST(TokenRows, ProductsAreThoseOfWholeNumbers) {
  // An odd count, so that what is left over after whole registers counts too.
  constexpr std::size_t kSize = 37;
  std::vector<std::int16_t> row(kSize);
  std::vector<std::int16_t> queries(2 * kSize);
  std::int32_t expected[3] = {};
  for (std::size_t d = 0; d < kSize; ++d) {
    row[d] = static_cast<std::int16_t>(127 - static_cast<int>(d) * 7);
    queries[d] = -127;
    queries[kSize + d] = static_cast<std::int16_t>(d);
    expected[0] += row[d] * queries[d];
    expected[1] += row[d] * queries[kSize + d];
    expected[2] += row[d] * row[d];
  }
  std::vector<std::int32_t> out(3);
  products(row, queries, out);
  EXPECT_THAT(out, ElementsAre(expected[0], expected[1], expected[2]));
}

// Sees how even a unit's number is.
LookAgain even_ones(std::span<const Candidate> candidates) {
  return [candidates](std::uint32_t at) -> Result<LookVector> {
    LookVector numbers{};
    numbers[0] = candidates[at].unit % 2 == 0 ? 1 : 0;
    return numbers;
  };
}

TEST(LookAgain, ReordersTheBestAndLeavesThemBeforeTheRest) {
  LinearModel model;
  model.weights[0] = 1;
  std::vector<Candidate> candidates;
  for (std::uint32_t unit = 0; unit < 30; ++unit) {
    candidates.push_back(candidate(unit, unit, 1 - 0.01F * static_cast<float>(unit)));
  }
  const auto once = units(order(candidates, model, even_ones(candidates), 30).value());
  EXPECT_TRUE(std::is_sorted(once.begin(), once.end())) << "weights of 0 look once";

  model.look[0] = -1;  // even ones are worse
  const auto ranked = order(candidates, model, even_ones(candidates), 30).value();
  const auto twice = units(ranked);
  EXPECT_THAT(std::vector(twice.begin(), twice.begin() + 3), ElementsAre(1, 3, 5));
  EXPECT_THAT(std::vector(twice.begin() + 10, twice.begin() + 12), ElementsAre(0, 2));
  for (std::uint32_t rank = kLooked; rank < 30; ++rank) {
    EXPECT_EQ(twice[rank], rank);
    EXPECT_FALSE(ranked[rank].look);
  }
  EXPECT_EQ((*ranked[0].look)[0], 0);
  EXPECT_NEAR(ranked[0].look->back(), -0.01F, 1e-6F) << "what the first look said, below the best";
}

TEST(LookAgain, CountsAFilesUnitsInTheNewOrder) {
  LinearModel model;
  model.weights[0] = 1;
  model.look[0] = 1;
  model.repeat_penalty = {0.5F, 0.5F, 0.5F, 0.5F};
  const std::vector<Candidate> candidates{candidate(1, 1, 0.9F), candidate(2, 1, 0.8F),
                                          candidate(3, 2, 0.7F)};
  // Unit 2 is the file's best now, so unit 1 is the repeat.
  EXPECT_THAT(units(order(candidates, model, even_ones(candidates), 10).value()), ElementsAre(2, 3, 1));
}

TEST(LookAgain, FailsAsTheLookDoes) {
  LinearModel model;
  model.look[0] = 1;
  const std::vector<Candidate> candidates{candidate(1, 1, 1)};
  const LookAgain damaged = [](std::uint32_t) -> Result<LookVector> {
    return fail(ErrorKind::corrupt, "torn");
  };
  EXPECT_EQ(order(candidates, model, damaged, 10).error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace quarry::ranking
