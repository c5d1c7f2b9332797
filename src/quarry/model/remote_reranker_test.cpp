// Rerankers on real servers: both shapes of the API, and servers that answer slowly, wrongly, too much or not
// at all.
#include "quarry/model/remote_reranker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "quarry/model/guarded_reranker.h"
#include "quarry/model/test_server.h"

namespace quarry::model {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

// The longer a text, the better; the best first, as servers answer.
Reply documents_answer(const Request& request) {
  const Json body = Json::parse(request.body);
  Json results = Json::array();
  for (std::size_t i = 0; i < body["documents"].size(); ++i)
    results.push_back({{"index", i}, {"relevance_score", body["documents"][i].get<std::string>().size()}});
  std::sort(results.begin(), results.end(), [](const Json& a, const Json& b) {
    return a["relevance_score"].get<int>() > b["relevance_score"].get<int>();
  });
  return {.body = Json{{"id", "1"}, {"model", "m"}, {"results", results}}.dump()};
}

Reply texts_answer(const Request& request) {
  const Json body = Json::parse(request.body);
  Json results = Json::array();
  for (std::size_t i = body["texts"].size(); i-- > 0;)
    results.push_back({{"index", i}, {"score", -0.5 * static_cast<double>(i)}});
  return {.body = results.dump()};
}

RemoteRerankerOptions options_of(const std::string& address) {
  RemoteRerankerOptions options = reranker_options_of(address).value();
  options.first_backoff = milliseconds(1);
  options.total_timeout = milliseconds(2000);
  return options;
}

Result<std::vector<float>> score(const Reranker& reranker, std::vector<std::string_view> texts) {
  return reranker.score("close a file", texts);
}

TEST(RemoteReranker, AsksForDocumentsAsCohereDoes) {
  const Server server(documents_answer);
  const auto reranker = open_remote_reranker(options_of(server.url() + "/v1/rerank#small")).value();
  EXPECT_EQ(reranker->name(), "small");
  EXPECT_TRUE(server.requests().empty());  // nothing is asked before there is a question
  EXPECT_THAT(score(*reranker, {"aa", "a", "bad \xff byte"}).value(), ElementsAre(2, 1, 12));
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].line, "POST /v1/rerank HTTP/1.1");
  const Json body = Json::parse(server.requests()[0].body);
  EXPECT_EQ(body, (Json{{"model", "small"},
                        {"query", "close a file"},
                        {"documents", {"aa", "a", "bad \xEF\xBF\xBD byte"}},
                        {"top_n", 3}}));
  EXPECT_TRUE(score(*reranker, {}).value().empty());
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(RemoteReranker, AsksForTextsAsTextEmbeddingsInferenceDoes) {
  const Server server(texts_answer);
  const auto reranker = open_remote_reranker(options_of(server.url() + "/rerank")).value();
  EXPECT_THAT(score(*reranker, {"a", "b", "c"}).value(), ElementsAre(0, -0.5, -1));
  const Json body = Json::parse(server.requests()[0].body);
  EXPECT_EQ(body["texts"], (Json{"a", "b", "c"}));
  EXPECT_EQ(body["truncate"], true);
  EXPECT_FALSE(body.contains("documents"));
}

TEST(RemoteReranker, ReadsItsAddress) {
  const auto shape = [](const char* address) { return reranker_options_of(address).value().shape; };
  EXPECT_EQ(shape("http://h/rerank"), RerankShape::texts);
  EXPECT_EQ(shape("https://h:8000/rerank#m"), RerankShape::documents);
  EXPECT_EQ(shape("https://h/v1/rerank"), RerankShape::documents);
  EXPECT_EQ(shape("https://h/v2/rerank#rerank-v3.5"), RerankShape::documents);
  EXPECT_EQ(shape("http://h/v1/reranking"), RerankShape::documents);
  EXPECT_EQ(reranker_options_of("http://h/v1/rerank#org/m").value().model, "org/m");
  for (const char* wrong : {"", "rerank", "ftp://h/rerank", "http://h", "http://h/v1/embeddings#m"})
    EXPECT_THAT(reranker_options_of(wrong).error().message, HasSubstr("http(s)://HOST/v1/rerank#MODEL"));
}

TEST(RemoteReranker, RefusesAnswersThatDoNotFit) {
  std::string body;
  const Server server([&](const Request&) -> Reply { return {.body = body}; });
  const auto documents = open_remote_reranker(options_of(server.url() + "/v1/rerank#m")).value();
  const auto texts = open_remote_reranker(options_of(server.url() + "/rerank")).value();
  const auto error = [&](const Reranker& reranker, const char* answer) {
    body = answer;
    const auto scores = score(reranker, {"a", "b"});
    EXPECT_TRUE(scores || scores.error().kind == ErrorKind::corrupt);
    return scores ? "no error" : scores.error().message;
  };
  EXPECT_THAT(error(*documents, R"({"results":[{"index":0,)"), HasSubstr("not valid JSON, or cut off"));
  EXPECT_THAT(error(*documents, R"([{"index":0,"score":1},{"index":1,"score":2}])"),
              HasSubstr("no list \"results\""));
  EXPECT_THAT(error(*documents, R"({"results":[]})"), HasSubstr("0 scores for 2 texts"));
  EXPECT_THAT(error(*documents, R"({"results":[{"index":0,"relevance_score":1}]})"),
              HasSubstr("1 scores for 2 texts"));
  EXPECT_THAT(error(*documents, R"({"results":[{"index":0,"relevance_score":1},7,{}]})"),
              HasSubstr("3 scores for 2 texts"));
  EXPECT_THAT(error(*documents, R"({"results":[{"index":0,"relevance_score":1},7]})"),
              HasSubstr("wrong \"index\""));
  const auto with = [&](const char* index, const char* number) {
    return error(*documents, fmt::format(R"({{"results":[{{"index":0,"relevance_score":1}},)"
                                         R"({{"index":{},"relevance_score":{}}}]}})",
                                         index, number)
                                 .c_str());
  };
  EXPECT_EQ(with("1", "2"), "no error");
  EXPECT_THAT(with("0", "2"), HasSubstr("entry 1 of the answer has a wrong \"index\""));  // twice the same
  EXPECT_THAT(with("2", "2"), HasSubstr("wrong \"index\""));                              // out of range
  EXPECT_THAT(with("-1", "2"), HasSubstr("wrong \"index\""));
  EXPECT_THAT(with("1.0", "2"), HasSubstr("wrong \"index\""));
  EXPECT_THAT(with("99999999999999999999999", "2"), HasSubstr("wrong \"index\""));
  EXPECT_THAT(with("1", "null"), HasSubstr("no number \"relevance_score\""));  // how a NaN is often written
  EXPECT_THAT(with("1", "\"2\""), HasSubstr("no number"));
  EXPECT_THAT(with("1", "NaN"), HasSubstr("not valid JSON"));
  EXPECT_THAT(with("1", "1e300"), HasSubstr("range of floats"));
  EXPECT_THAT(error(*texts, R"({"results":[]})"), HasSubstr("is no list"));
  EXPECT_THAT(error(*texts, R"([{"index":0,"relevance_score":1},{"index":1,"relevance_score":1}])"),
              HasSubstr("no number \"score\""));
  EXPECT_EQ(error(*texts, R"([{"index":1,"score":1},{"index":0,"score":1}])"), "no error");
}

TEST(RemoteReranker, GivesUpOnServersThatRefuseHangOrNeverEnd) {
  std::atomic<int> asked{0};
  const Server refusing(
      [&](const Request&) -> Reply { return ++asked, Reply{.status = 503, .body = "overloaded"}; });
  auto options = options_of(refusing.url() + "/v1/rerank#m");
  options.retries = 1;
  const auto refused = score(*open_remote_reranker(options).value(), {"a", "b"});
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("HTTP 503 (2 attempts): overloaded"));
  EXPECT_EQ(asked, 2);

  const Server hanging([](const Request&) -> Reply { return {.hang = true}; });
  options = options_of(hanging.url() + "/v1/rerank#m");
  options.total_timeout = milliseconds(100);
  options.retries = 0;
  EXPECT_THAT(score(*open_remote_reranker(options).value(), {"a", "b"}).error().message,
              HasSubstr("no answer within 100 ms"));

  const Server endless([](const Request&) -> Reply { return {.body = std::string(100'000, ' ')}; });
  options = options_of(endless.url() + "/v1/rerank#m");
  options.max_response_bytes = 10'000;
  EXPECT_EQ(score(*open_remote_reranker(options).value(), {"a", "b"}).error().kind, ErrorKind::limit);
  EXPECT_EQ(endless.requests().size(), 1U);  // asking again would not help
}

TEST(RemoteReranker, TakesItsKeyFromTheEnvironment) {
  const Server server([](const Request& request) -> Reply {
    if (request.head.find("Authorization: Bearer s3cret") == std::string::npos)
      return {.status = 401, .body = "who?"};
    return documents_answer(request);
  });
  const std::string address = server.url() + "/v1/rerank#m";
  ::unsetenv("QUARRY_RERANKER_KEY");
  EXPECT_THAT(score(*open_remote_reranker(options_of(address)).value(), {"a", "b"}).error().message,
              HasSubstr("the key is missing or not accepted"));
  ::setenv("QUARRY_RERANKER_KEY", "s3cret", 1);
  const auto options = options_of(address);
  EXPECT_TRUE(score(*open_remote_reranker(options).value(), {"a", "b"}));
  ::unsetenv("QUARRY_RERANKER_KEY");
  EXPECT_THAT(open_remote_reranker(options).error().message,
              HasSubstr("set the environment variable QUARRY_RERANKER_KEY"));
}

TEST(GuardedReranker, WaitsNoLongerThanItsBudgetAndComesBack) {
  std::atomic<bool> slow{false};
  const Server server([&](const Request& request) {
    Reply reply = documents_answer(request);
    if (slow) reply.pause = milliseconds(1500);
    return reply;
  });
  const GuardedReranker guarded(
      open_remote_reranker(options_of(server.url() + "/v1/rerank#m")).value(),
      {.budget = milliseconds(150), .failures_to_open = 3, .pause = milliseconds(50)});
  EXPECT_THAT(score(guarded, {"aa", "a"}).value(), ElementsAre(2, 1));
  slow = true;
  for (int i = 0; i < 3; ++i) {
    const auto began = steady_clock::now();
    const auto scores = score(guarded, {"aa", "a"});
    ASSERT_FALSE(scores);
    EXPECT_EQ(scores.error().kind, ErrorKind::unavailable);
    EXPECT_THAT(scores.error().message, HasSubstr("the reranker m did not answer within 150 ms"));
    EXPECT_LT(steady_clock::now() - began, milliseconds(900));  // not the server's second and a half
  }
  EXPECT_TRUE(guarded.open());
  EXPECT_THAT(score(guarded, {"aa", "a"}).error().message, HasSubstr("3 times in a row"));
  slow = false;
  for (int i = 0; i < 200 && guarded.open(); ++i) std::this_thread::sleep_for(milliseconds(50));
  EXPECT_THAT(score(guarded, {"aa", "a"}).value(), ElementsAre(2, 1));
}

TEST(GuardedReranker, NeedNotFindItsServerAtTheStart) {
  const auto reranker = open_guarded_reranker("http://127.0.0.1:9/v1/rerank#m", milliseconds(100));
  ASSERT_TRUE(reranker) << reranker.error().message;
  EXPECT_EQ(score(**reranker, {"a", "b"}).error().kind, ErrorKind::unavailable);
  EXPECT_FALSE(open_guarded_reranker("http://127.0.0.1:9/nothing", milliseconds(100)));
}

}  // namespace
}  // namespace quarry::model
