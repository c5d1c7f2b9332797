#include "quarry/ranking/linear_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "quarry/ranking/fit.h"
#include "quarry/ranking/ranker.h"
#include "quarry/ranking/test_candidates.h"

namespace quarry::ranking {
namespace {

using testing::ElementsAre;

TEST(LinearModel, FeatureNamesAreUnique) {
  EXPECT_EQ(std::set(kFeatureNames.begin(), kFeatureNames.end()).size(), kFeatureCount);
}

TEST(Order, ThinsRepeatsOfAFileButKeepsThem) {
  LinearModel model;
  model.weights[0] = 1;
  const std::vector<Candidate> candidates{candidate(1, 1, 0.9F), candidate(2, 1, 0.8F),
                                          candidate(4, 1, 0.75F), candidate(3, 2, 0.7F)};
  EXPECT_THAT(units(order(candidates, model, {}, 10).value()), ElementsAre(1, 2, 4, 3));
  model.repeat_penalty = {0.15F, 0.3F, 0.45F, 0.6F};
  EXPECT_THAT(units(order(candidates, model, {}, 10).value()), ElementsAre(1, 3, 2, 4));
  EXPECT_THAT(units(order(candidates, model, {}, 2).value()), ElementsAre(1, 3));
}

TEST(Order, TiesBreakByUnit) {
  LinearModel model;
  const std::vector<Candidate> candidates{candidate(7, 1, 0), candidate(3, 2, 0), candidate(5, 3, 0)};
  EXPECT_THAT(units(order(candidates, model, {}, 10).value()), ElementsAre(3, 5, 7));
}

TEST(Fit, LearnsWhichFeatureAnswersAndItsScale) {
  // Feature 0 is noise, feature 1 is larger for the right answer, on a scale of hundreds.
  std::vector<JudgedQuery> queries;
  for (std::uint32_t q = 0; q < 40; ++q) {
    JudgedQuery query;
    query.by_file = q % 2 == 0;
    query.group = std::to_string(q);
    for (std::uint32_t c = 0; c < 20; ++c) {
      const bool right = c == q % 20;
      query.candidates.push_back(candidate(c, c, static_cast<float>((c * 7919 + q * 104729) % 97) / 97,
                                           right ? 300 : 100 + static_cast<float>(c)));
      query.relevant.push_back(right ? 1 : 0);
    }
    queries.push_back(std::move(query));
  }
  std::vector<const JudgedQuery*> all;
  for (const JudgedQuery& query : queries) all.push_back(&query);
  FitOptions options;
  options.function_weight = 0.5F;
  const LinearModel model = fit_weights(all, options);
  EXPECT_GT(model.weights[1], 0);
  EXPECT_GT(model.weights[1] * 100, std::abs(model.weights[0]));
  for (const JudgedQuery& query : queries) {
    const auto right = static_cast<std::uint32_t>(std::find(query.relevant.begin(), query.relevant.end(), 1) -
                                                  query.relevant.begin());
    EXPECT_EQ(order(query.candidates, model, {}, 1).value()[0].candidate.unit, right);
  }
}

TEST(Fit, QueriesWithoutAnAnswerAmongTheirCandidatesTeachNothing) {
  JudgedQuery hopeless;
  hopeless.candidates = {candidate(1, 1, 1), candidate(2, 2, 0)};
  hopeless.relevant = {0, 0};
  const LinearModel model = fit_weights({&hopeless}, {});
  EXPECT_EQ(model.weights, FeatureVector{});
}

TEST(Fit, TheGateTellsBehavioursFromSubjects) {
  // Behaviours are long and meet no name; one feature is a constant, which must not matter.
  std::vector<JudgedQuery> queries(60);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    queries[q].by_file = q % 3 != 0;
    queries[q].query[0] = (queries[q].by_file ? 0.3F : 0.8F) + 0.01F * static_cast<float>(q % 7);
    queries[q].query[3] = queries[q].by_file ? 0.9F : 0.2F;
    queries[q].query[5] = 1;
  }
  std::vector<const JudgedQuery*> all;
  for (const JudgedQuery& query : queries) all.push_back(&query);
  const Gate gate = fit_gate(all);
  for (const JudgedQuery& query : queries) {
    if (query.by_file) {
      EXPECT_LT(gate.open(query.query), 0.1F);
    } else {
      EXPECT_GT(gate.open(query.query), 0.9F);
    }
  }
}

TEST(Fit, AmongLoneFunctionsEveryQueryIsABehaviour) {
  // Subjects and behaviours differ in every way but the last.
  std::vector<JudgedQuery> queries(60);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    queries[q].by_file = q % 3 != 0;
    queries[q].query[0] = (queries[q].by_file ? 0.3F : 0.8F) + 0.01F * static_cast<float>(q % 7);
  }
  std::vector<const JudgedQuery*> all;
  for (const JudgedQuery& query : queries) all.push_back(&query);
  const Gate gate = fit_gate(all);
  for (const JudgedQuery& query : queries) {
    EXPECT_EQ(gate.open(query.query) > 0.5F, !query.by_file);
    EXPECT_GT(gate.open(among_lone_functions(query.query)), 0.9F);
  }
}

// Twenty queries to which the first two features say the same: all there is to know.
std::vector<JudgedQuery> told_twice() {
  std::vector<JudgedQuery> queries(20);
  for (std::uint32_t q = 0; q < queries.size(); ++q) {
    for (std::uint32_t c = 0; c < 5; ++c) {
      const float value = c == q % 5 ? 1.0F : 0.0F;
      queries[q].candidates.push_back(candidate(c, c, value, value));
      queries[q].relevant.push_back(c == q % 5 ? 1 : 0);
    }
  }
  return queries;
}

TEST(Fit, TrustedFeaturesAreDampedLess) {
  const std::vector<JudgedQuery> queries = told_twice();
  std::vector<const JudgedQuery*> all;
  for (const JudgedQuery& query : queries) all.push_back(&query);
  const std::array trusted{static_cast<Feature>(1)};
  const LinearModel model = fit_weights(all, {.l2 = 0.03F, .trusted = trusted, .function_weight = 0});
  EXPECT_GT(model.weights[0], 0);
  EXPECT_GT(model.weights[1], 5 * model.weights[0]);
}

TEST(Fit, FeaturesThatTheQueriesSayNothingAboutWeighNothing) {
  const std::vector<JudgedQuery> queries = told_twice();
  std::vector<const JudgedQuery*> all;
  for (const JudgedQuery& query : queries) all.push_back(&query);
  const std::array unheard{static_cast<Feature>(1)};
  const LinearModel model = fit_weights(all, {.l2 = 0.03F, .unheard = unheard, .function_weight = 0});
  EXPECT_GT(model.weights[0], 0);
  EXPECT_EQ(model.weights[1], 0);
}

TEST(Fit, WithOneKindOfQueryTheGateStandsStill) {
  JudgedQuery only;
  only.query[0] = 0.7F;
  EXPECT_EQ(fit_gate({&only}).open(only.query), 0.5F);
}

}  // namespace
}  // namespace quarry::ranking
