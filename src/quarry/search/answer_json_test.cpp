// The JSON shape of an answer, field by field.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "quarry/search/answer.h"

namespace quarry::search {
namespace {

Answer example() {
  SearchResult result;
  result.rank = 1;
  result.score = 0.1F;
  result.id = 0xab;
  result.repository = "requests";
  result.path = "src/requests/sessions.py";
  result.start_line = 282;
  result.end_line = 300;
  result.language = corpus::Language::python;
  result.kind = syntax::Kind::method;
  result.name = "rebuild_auth";
  result.qualified_name = "Session.rebuild_auth";
  result.signature = "def rebuild_auth(self)";
  result.doc = "Strips \"auth\".";
  result.code = "def rebuild_auth(self):\n    pass\n";
  result.why = {{"file.bm25f", 2.5F, 0.3F}, {"prior", 1.0F, -0.2F}};
  Answer answer;
  answer.query = "drop credentials";
  answer.took_ms = 0.12345678;
  answer.index_version = 7;
  answer.model = "default";
  answer.results = {result};
  return answer;
}

TEST(AnswerJson, HasTheFieldsOfTheContractInOrder) {
  // clang-format off
  EXPECT_EQ(to_json(example()).dump(),
            R"json({"query":"drop credentials","took_ms":0.123,"index":{"version":7,"model":"default"},"results":[)json"
            R"json({"rank":1,"score":0.1,"id":"00000000000000ab","repo":"requests","path":"src/requests/sessions.py",)json"
            R"json("start_line":282,"end_line":300,"language":"python","kind":"method","name":"rebuild_auth",)json"
            R"json("qualified_name":"Session.rebuild_auth","signature":"def rebuild_auth(self)","doc":"Strips \"auth\".",)json"
            R"json("code":"def rebuild_auth(self):\n    pass\n","why":{"file.bm25f":{"value":2.5,"contribution":0.3},)json"
            R"json("prior":{"value":1.0,"contribution":-0.2}}}]})json");
  // clang-format on
}

TEST(AnswerJson, AnAnswerWithoutResultsHasAnEmptyList) {
  const auto json = to_json(Answer{});
  EXPECT_TRUE(json["results"].is_array());
  EXPECT_TRUE(json["results"].empty());
}

TEST(AnswerJson, SaysWhyItIsDegradedWhereItIs) {
  auto answer = example();
  EXPECT_FALSE(to_json(answer).contains("degraded"));
  answer.degraded = "ranked by words only";
  EXPECT_EQ(to_json(answer)["degraded"], "ranked by words only");
  EXPECT_FALSE(to_json(answer).contains("not_reranked"));
  answer.not_reranked = "too slow";
  EXPECT_EQ(to_json(answer)["not_reranked"], "too slow");
}

TEST(AnswerJson, EvidenceIsAnObjectEvenWhenThereIsNone) {
  auto answer = example();
  answer.results[0].why.clear();
  EXPECT_TRUE(to_json(answer)["results"][0]["why"].is_object());
}

TEST(AnswerJson, NumbersThatJsonCannotHoldBecomeZero) {
  auto answer = example();
  answer.results[0].score = std::nanf("");
  answer.took_ms = INFINITY;
  const auto json = to_json(answer);
  EXPECT_EQ(json["results"][0]["score"], 0);
  EXPECT_EQ(json["took_ms"], 0);
}

}  // namespace
}  // namespace quarry::search
