#include "quarry/training/config.h"

#include <gmock/gmock.h>

#include "quarry/base/file_system.h"

namespace quarry::training {
namespace {

using ::testing::HasSubstr;

std::string reason(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
  const auto config = parse_config(yaml, overrides);
  return config ? "accepted" : config.error().message;
}

TEST(TrainConfig, ReadsTheShippedFiles) {
  for (const char* name : {"static.yaml", "smoke.yaml", "transformer.yaml"}) {
    const auto text =
        posix_file_system().read(std::filesystem::path(QUARRY_SOURCE_DIR) / "configs" / name, 1 << 20);
    ASSERT_TRUE(text) << text.error().message;
    const auto config = parse_config(*text);
    ASSERT_TRUE(config) << name << ": " << config.error().message;
    EXPECT_GT(config->views.size(), 3U);
  }
}

TEST(TrainConfig, TakesOverridesInOrder) {
  const auto config = parse_config("steps: 10\noptimizer: {warmup: 2}\n",
                                   {"optimizer.rate=1e-4", "steps=20", "steps=30", "loss.nested=[16, 32]",
                                    "views=[{query: name, target: signature}]", "loss.kind=margin"});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->steps, 30U);
  EXPECT_DOUBLE_EQ(config->rate, 1e-4);
  EXPECT_EQ(config->loss.kind, LossKind::margin);
  EXPECT_EQ(config->loss.nested, (std::vector<std::uint32_t>{16, 32}));
  ASSERT_EQ(config->views.size(), 1U);
  EXPECT_EQ(config->views[0].query, QueryPart::name);
  EXPECT_EQ(config->views[0].target, CodePart::signature);
}

TEST(TrainConfig, NamesWhatIsWrong) {
  EXPECT_THAT(reason("stepz: 3"), HasSubstr("unknown key \"stepz\""));
  EXPECT_THAT(reason("optimizer: {lr: 3}"), HasSubstr("unknown key \"optimizer.lr\""));
  EXPECT_THAT(reason("optimizer: 3"), HasSubstr("unknown key \"optimizer\""));
  EXPECT_THAT(reason("steps: many"), HasSubstr("steps: not a value of the right type"));
  EXPECT_THAT(reason("steps: 1.5"), HasSubstr("steps: 1.5 is not a whole number"));
  EXPECT_THAT(reason("loss: {temperature: 0}"), HasSubstr("loss.temperature: 0 is not between"));
  EXPECT_THAT(reason("loss: {temperature: .nan}"), HasSubstr("loss.temperature"));
  EXPECT_THAT(reason("loss: {kind: best}"), HasSubstr("none of info_nce, sigmoid, margin"));
  EXPECT_THAT(reason("architecture: rnn"), HasSubstr("none of static, transformer"));
  EXPECT_THAT(reason("views: [{wait: 1}]"), HasSubstr("views[0]: unknown key \"wait\""));
  EXPECT_THAT(reason("views: [{weight: 0}]"), HasSubstr("weight above zero"));
  EXPECT_THAT(reason("steps: 50\noptimizer: {warmup: 50}"), HasSubstr("optimizer.warmup"));
  EXPECT_THAT(reason("batch: {size: 16, group: 32}"), HasSubstr("batch.group"));
  EXPECT_THAT(reason("loss: {nested: [256]}"), HasSubstr("loss.nested"));
  EXPECT_THAT(reason("model: {index_dimensions: 128}"), HasSubstr("model.index_dimensions"));
  EXPECT_EQ(reason("model: {index_dimensions: 128}\nloss: {nested: [128]}"), "accepted");
  EXPECT_EQ(reason("model: {index_dimensions: 128, written: 192}"), "accepted");
  EXPECT_THAT(reason("model: {index_dimensions: 128, written: 64}"), HasSubstr("model.index_dimensions"));
  EXPECT_THAT(reason("architecture: transformer\nmodel: {initial_share: 0.3}"),
              HasSubstr("model.initial_share"));
  EXPECT_THAT(reason("model: {written: 512}"), HasSubstr("model.written"));
  EXPECT_THAT(reason("teacher: {weight: 1}"), HasSubstr("no teacher.vectors"));
  EXPECT_THAT(reason("a: [1"), HasSubstr("not valid YAML"));
  EXPECT_THAT(reason("- 1"), HasSubstr("not a list of keys"));
  EXPECT_THAT(reason("", {"steps"}), HasSubstr("key=value"));
}

TEST(TrainConfig, CanonicalTextHoldsWhatDecidesTheResult) {
  const auto text = [](const std::vector<std::string>& overrides) {
    return canonical_text(parse_config("", overrides).value());
  };
  EXPECT_EQ(text({}), text({"data.pairs=/elsewhere", "checkpoint.every=7", "validation.every=9"}));
  EXPECT_NE(text({}), text({"optimizer.rate=0.5"}));
  EXPECT_NE(text({}), text({"views=[{hidden: 0.5}]"}));
}

TEST(TrainConfig, RateRisesThenFallsToZero) {
  for (const char* schedule : {"linear", "cosine"}) {
    const TrainConfig config =
        parse_config("steps: 100\noptimizer: {warmup: 10}", {std::string("optimizer.schedule=") + schedule})
            .value();
    EXPECT_DOUBLE_EQ(rate_factor(config, 1), 0.1);
    EXPECT_DOUBLE_EQ(rate_factor(config, 10), 1);
    for (std::uint64_t step = 11; step <= 100; ++step)
      EXPECT_LT(rate_factor(config, step), rate_factor(config, step - 1));
    EXPECT_GT(rate_factor(config, 100), 0);
    EXPECT_LT(rate_factor(config, 100), 0.02);
  }
}

}  // namespace
}  // namespace quarry::training
