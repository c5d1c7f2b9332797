// The second look with the model in the box, on real code.
#include "quarry/ranking/second_look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "quarry/model/static_encoder.h"
#include "quarry/search/browse.h"
#include "quarry/search/test_index.h"

namespace quarry::search {
namespace {

using testing::Contains;
using testing::Field;
using testing::StartsWith;

std::shared_ptr<const model::StaticEncoder> model_in_the_box() {
  return model::StaticEncoder::open(posix_file_system(), QUARRY_SOURCE_DIR "/models/default").value();
}

float number(const ranking::LookVector& numbers, std::string_view name) {
  const auto at = std::find(ranking::kLookNames.begin(), ranking::kLookNames.end(), name);
  EXPECT_NE(at, ranking::kLookNames.end()) << name;
  return numbers[static_cast<std::size_t>(at - ranking::kLookNames.begin())];
}

class SecondLookTest : public testing::TestWithParam<bool> {
 protected:
  ranking::LookVector look(const std::string& query, const std::string& path, std::uint32_t line) {
    const auto engine = index_.engine().value();
    text::Analyzer analyzer;
    second_look_.ask(query, ranking::read_query(query, analyzer, {}));
    const auto file = find_file(engine->space(), "", path);
    return second_look_.look(engine->space(), *find_unit_at(engine->space(), *file, line)).value();
  }

  std::shared_ptr<const model::StaticEncoder> encoder_ = model_in_the_box();
  TestIndex index_{GetParam(), encoder_};
  ranking::SecondLook second_look_{model::token_vectors_of(encoder_)};
};

TEST_P(SecondLookTest, MeetsEachWordOfTheQueryWhereItStands) {
  const auto numbers = look("retry backoff", "net/retry.py", 4);
  EXPECT_NEAR(number(numbers, "look.name.match"), 1, 1e-3);
  EXPECT_NEAR(number(numbers, "look.all.match"), 1, 1e-3);
  EXPECT_LT(number(numbers, "look.container.match"), 1);
  const auto other = look("parse command line options", "net/retry.py", 4);
  for (const char* name : {"look.name.match", "look.all.match", "look.cosine", "look.least_met"}) {
    EXPECT_LT(number(other, name), number(numbers, name)) << name;
  }
  for (const ranking::LookVector& each : {numbers, other}) {
    for (std::size_t i = 0; i < each.size(); ++i) {
      EXPECT_TRUE(std::abs(each[i]) <= 1.001F) << ranking::kLookNames[i] << " " << each[i];
    }
  }
}

TEST_P(SecondLookTest, IsTheSameHoweverManyWereReadBefore) {
  const auto first = look("wait longer after a failure", "net/backoff.go", 4);
  (void)look("wait longer after a failure", "net/retry.py", 4);
  (void)look("something else", "vault.py", 1);
  EXPECT_EQ(look("wait longer after a failure", "net/backoff.go", 4), first);
}

TEST_P(SecondLookTest, WhatWasReadBeforeNeedNotBeReadAgain) {
  const auto first = look("wait longer after a failure", "net/retry.py", 4);
  const auto other = look("parse command line options", "net/retry.py", 4);
  const auto cache = std::make_shared<ranking::UnitTokensCache>(1);
  second_look_ = ranking::SecondLook(model::token_vectors_of(encoder_), cache);
  EXPECT_EQ(look("wait longer after a failure", "net/retry.py", 4), first);
  const auto space = index_.engine().value();
  const auto file = find_file(space->space(), "", "net/retry.py");
  EXPECT_NE(cache->find(*find_unit_at(space->space(), *file, 4)), nullptr);
  EXPECT_EQ(look("parse command line options", "net/retry.py", 4), other);
  (void)look("parse command line options", "vault.py", 1);
  EXPECT_EQ(look("wait longer after a failure", "net/retry.py", 4), first) << "forgotten in between";
}

TEST_P(SecondLookTest, ReadsTheBodyWhereTheIndexHoldsOne) {
  const auto numbers = look("sleep", "net/retry.py", 4);
  EXPECT_EQ(number(numbers, "look.body.match") > 0.99F, GetParam());
  EXPECT_EQ(number(numbers, "look.window.match") > 0.99F, GetParam());
}

// Rows of any length, with weights that make up for it: the same model, whose numbers are not whole.
TEST_P(SecondLookTest, ATableOfFloatsSaysTheSame) {
  model::StaticModel floats = *encoder_->token_vectors();
  const std::size_t size = floats.dimensions;
  const auto scale = [](std::size_t row) { return 0.01F * static_cast<float>(1 + row % 7); };
  std::vector<float> table(floats.tokenizer.size() * size);
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = scale(i / size) * static_cast<float>(floats.quantized[i]);
  }
  for (model::StaticSide& side : floats.sides) {
    for (std::size_t id = 0; id < side.weights.size(); ++id) side.weights[id] /= scale(id);
  }
  floats.quantized = nullptr;
  floats.floats = reinterpret_cast<const std::byte*>(table.data());
  const auto expected = look("wait longer after a failure", "net/retry.py", 4);
  second_look_ = ranking::SecondLook(std::make_shared<const model::StaticModel>(std::move(floats)));
  const auto numbers = look("wait longer after a failure", "net/retry.py", 4);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_NEAR(numbers[i], expected[i], 0.01F) << ranking::kLookNames[i];
  }
}

TEST_P(SecondLookTest, AQueryOfNoKnownWordFindsNothing) {
  for (const char* query : {"", "\xf0\x9f\x98\x80"}) {
    for (const float value : look(query, "net/retry.py", 4)) EXPECT_TRUE(std::isfinite(value)) << query;
  }
}

TEST_P(SecondLookTest, IsPartOfASearchAndOfItsReasonsUnlessItIsTurnedOff) {
  Query query;
  query.text = "wait longer after a failure";
  query.explain = true;
  const auto is_look = Field(&Evidence::name, StartsWith("look."));
  const Answer answer = index_.engine().value()->search(query).value();
  ASSERT_FALSE(answer.results.empty());
  EXPECT_THAT(answer.results[0].why, Contains(is_look));

  const Answer alike = index_.engine().value()->similar("net/retry.py", 4, query).value();
  ASSERT_FALSE(alike.results.empty());
  for (const SearchResult& result : alike.results) {
    EXPECT_THAT(result.why, testing::Not(Contains(is_look))) << "code is no question";
  }

  auto snapshot = index::Snapshot::open(posix_file_system(), index_.index()).value();
  const auto once = Engine::open(std::move(snapshot),
                                 {.encoder = encoder_, .weights = {}, .view = {}, .second_look = false});
  const Answer plain = once.value()->search(query).value();
  EXPECT_FALSE(plain.results.empty());
  for (const SearchResult& result : plain.results) {
    EXPECT_THAT(result.why, testing::Not(Contains(is_look)));
  }
}

INSTANTIATE_TEST_SUITE_P(Index, SecondLookTest, testing::Values(true, false), [](const auto& with_source) {
  return with_source.param ? "WithSource" : "WithoutSource";
});

}  // namespace
}  // namespace quarry::search
