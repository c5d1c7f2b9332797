#include "quarry/ranking/ranking_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace quarry::ranking {
namespace {

using testing::HasSubstr;

RankingModel some_model(float shift) {
  RankingModel model;
  model.subject.weights[0] = 1.5F + shift;
  model.subject.repeat_penalty = {0.5F, 0.75F, 1, 1.25F};
  model.behaviour.weights[kFeatureCount - 1] = -0.25F;
  model.gate.weights[1] = 2;
  model.gate.bias = -1;
  return model;
}

TEST(RankingModel, TheWeightsInTheBoxParseAndWeighSomething) {
  FeatureVector ones;
  ones.fill(1);
  EXPECT_NE(default_models().words.subject.score(ones), 0.0F);
  EXPECT_NE(default_models().words.behaviour.score(ones), 0.0F);
  ASSERT_TRUE(default_models().vectors);
  EXPECT_NE(default_models().vectors->behaviour.weights[static_cast<std::size_t>(Feature::vector_unit)],
            0.0F);
}

TEST(RankingModel, QueryFeatureNamesAreUnique) {
  EXPECT_EQ(std::set(kQueryFeatureNames.begin(), kQueryFeatureNames.end()).size(), kQueryFeatureCount);
}

TEST(RankingModel, RoundTripsThroughJson) {
  RankingModels models{.words = some_model(0), .vectors = some_model(1)};
  const auto again = parse_models(to_json(models));
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_TRUE(again->vectors);
  EXPECT_EQ(again->words.subject.weights, models.words.subject.weights);
  EXPECT_EQ(again->words.subject.repeat_penalty, models.words.subject.repeat_penalty);
  EXPECT_EQ(again->vectors->subject.weights, models.vectors->subject.weights);
  EXPECT_EQ(again->vectors->behaviour.weights, models.vectors->behaviour.weights);
  EXPECT_EQ(again->vectors->gate.weights, models.vectors->gate.weights);
  EXPECT_EQ(again->vectors->gate.bias, -1);
}

TEST(RankingModel, RefusesWhatItDoesNotUnderstand) {
  EXPECT_FALSE(parse_models("no json"));
  EXPECT_EQ(parse_models(R"({"format": 1})").error().kind, ErrorKind::version_mismatch);
  EXPECT_FALSE(parse_models(R"({"format": 2})"));
  const std::string good = to_json({.words = some_model(0), .vectors = {}});
  ASSERT_TRUE(parse_models(good));
  const auto broken = [&](std::string_view what, std::string_view with) {
    std::string text = good;
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    text.replace(at, what.size(), with);
    const auto parsed = parse_models(text);
    return parsed ? std::string() : parsed.error().message;
  };
  EXPECT_THAT(broken("file.bm25f", "file.bm25"), HasSubstr("file.bm25"));
  EXPECT_THAT(broken("query.one_word", "query.none"), HasSubstr("query.none"));
  EXPECT_THAT(broken("1.5", "\"x\""), HasSubstr("number"));
  EXPECT_THAT(broken("1.25", "1e99"), HasSubstr("finite"));
  EXPECT_THAT(broken("\"gate\"", "\"gait\""), HasSubstr("gate"));
  EXPECT_THAT(broken("repeat_penalty", "penalty"), HasSubstr("repeat_penalty"));
}

TEST(RankingModel, BlendsFromSubjectToBehaviour) {
  RankingModel model = some_model(0);
  model.behaviour.repeat_penalty = {0.1F, 0.1F, 0.1F, 0.1F};
  EXPECT_EQ(model.blend(0).weights, model.subject.weights);
  EXPECT_EQ(model.blend(1).weights, model.behaviour.weights);
  EXPECT_FLOAT_EQ(model.blend(0.5F).weights[0], 0.75F);
  EXPECT_FLOAT_EQ(model.blend(0.5F).repeat_penalty[0], 0.3F);
}

TEST(RankingModel, WithoutWeightsForVectorsThoseForWordsDecide) {
  RankingModels models{.words = some_model(0), .vectors = {}};
  EXPECT_EQ(&models.choose(true), &models.words);
  models.vectors = some_model(1);
  EXPECT_EQ(&models.choose(true), &*models.vectors);
  EXPECT_EQ(&models.choose(false), &models.words);
}

}  // namespace
}  // namespace quarry::ranking
