#include "quarry/model/remote_encoder.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "quarry/base/file_system.h"
#include "quarry/base/test_directory.h"
#include "quarry/model/curl_library.h"
#include "quarry/model/open_encoder.h"
#include "quarry/model/test_server.h"

namespace quarry::model {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using Json = nlohmann::json;

// A vector that tells the text it was made of: its length and 1.
Reply openai_answer(const Request& request) {
  Json data = Json::array();
  const Json body = Json::parse(request.body);
  for (std::size_t i = body["input"].size(); i-- > 0;) {  // in another order than asked
    data.push_back({{"index", i}, {"embedding", {body["input"][i].get<std::string>().size(), 1}}});
  }
  return {.status = 200, .body = Json{{"data", data}}.dump()};
}

Reply inference_answer(const Request& request) {
  if (request.line.starts_with("GET")) {
    return {.status = 200,
            .body = R"({"outputs":[{"name":"other","shape":[-1,9]},{"name":"vector","shape":[-1,2]}]})"};
  }
  const Json input = Json::parse(request.body)["inputs"][0];
  Json data = Json::array();
  for (const Json& text : input["data"]) {
    data.push_back(text.get<std::string>().size());
    data.push_back(1);
  }
  const Json output = {
      {"name", "vector"}, {"datatype", "FP32"}, {"shape", {input["shape"][0], 2}}, {"data", data}};
  return {.status = 200, .body = Json{{"outputs", {output}}}.dump()};
}

RemoteOptions options_of(const Server& server, RemoteKind kind = RemoteKind::openai) {
  RemoteOptions options;
  options.url = server.url();
  options.kind = kind;
  options.model = "small";
  options.first_backoff = std::chrono::milliseconds(1);
  options.total_timeout = std::chrono::milliseconds(2000);
  return options;
}

std::vector<float> unit(float length) {
  const float norm = std::sqrt(length * length + 1);
  return {length / norm, 1 / norm};
}

Result<std::vector<float>> encode(const Encoder& encoder, std::vector<std::string_view> texts,
                                  Side side = Side::query) {
  return encoder.encode(texts, side);
}

TEST(RemoteEncoder, SpeaksOpenAi) {
  const Server server(openai_answer);
  auto options = options_of(server);
  options.batch_texts = 2;
  options.query_prefix = "q:";
  const auto encoder = open_remote_encoder(options).value();
  EXPECT_EQ(encoder->dimensions(), 2U);  // asked of the server
  const auto vectors = encode(*encoder, {"one", "three", "longest"}).value();
  std::vector<float> wanted;
  for (const float length : {5.0F, 7.0F, 9.0F})
    wanted.insert(wanted.end(), {unit(length)[0], unit(length)[1]});
  EXPECT_THAT(vectors, testing::Pointwise(FloatNear(1e-6F), wanted));
  EXPECT_EQ(server.requests().size(), 3U);  // the question for the dimensions, then two batches
  EXPECT_EQ(Json::parse(server.requests()[2].body)["input"], Json::array({"q:longest"}));
  EXPECT_TRUE(encode(*encoder, {}).value().empty());
  EXPECT_TRUE(encode(*encoder, {"bad \xff byte"}, Side::code));
}

TEST(RemoteEncoder, SpeaksOpenInference) {
  const Server server(inference_answer);
  auto options = options_of(server, RemoteKind::open_inference);
  options.output = "vector";
  const auto encoder = open_remote_encoder(options).value();
  EXPECT_EQ(encoder->dimensions(), 2U);
  EXPECT_THAT(encode(*encoder, {"abc"}).value(), testing::Pointwise(FloatNear(1e-6F), unit(3)));
  const auto requests = server.requests();
  EXPECT_EQ(requests[0].line, "GET /v2/models/small HTTP/1.1");
  EXPECT_EQ(requests[1].line, "POST /v2/models/small/infer HTTP/1.1");
  const Json input = Json::parse(requests[1].body)["inputs"][0];
  EXPECT_EQ(input["datatype"], "BYTES");
  EXPECT_EQ(input["shape"], Json::array({1}));
  EXPECT_NE(open_remote_encoder(options).value()->fingerprint(), "");
  options.output = "absent";
  EXPECT_THAT(open_remote_encoder(options).error().message, HasSubstr("no output \"absent\""));
}

TEST(RemoteEncoder, TriesAgainAfterFailures) {
  std::atomic<int> asked{0};
  const Server server([&](const Request& request) -> Reply {
    switch (asked++) {
      case 0:
        return {.status = 500, .body = "broken"};
      case 1:
        return {.status = 429, .body = "slow down", .headers = "Retry-After: 1\r\n"};
      case 2:
        return {.status = 200, .body = "half an answer that ends here", .cut = 4};
      default:
        return openai_answer(request);
    }
  });
  auto options = options_of(server);
  options.dimensions = 2;
  options.longest_wait = std::chrono::milliseconds(60);
  const auto encoder = open_remote_encoder(options).value();
  const auto started = std::chrono::steady_clock::now();
  EXPECT_THAT(encode(*encoder, {"abc"}).value(), testing::Pointwise(FloatNear(1e-6F), unit(3)));
  EXPECT_EQ(asked, 4);
  // Retry-After was honoured, but no longer than allowed.
  EXPECT_GE(std::chrono::steady_clock::now() - started, std::chrono::milliseconds(60));
}

TEST(RemoteEncoder, GivesUpInWords) {
  std::atomic<int> asked{0};
  const Server server(
      [&](const Request&) -> Reply { return ++asked, Reply{.status = 503, .body = "overloaded\nnow"}; });
  auto options = options_of(server);
  options.retries = 2;
  const auto failed = open_remote_encoder(options);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(failed.error().message, HasSubstr("HTTP 503 (3 attempts): overloaded now"));
  EXPECT_EQ(asked, 3);
}

TEST(RemoteEncoder, NobodyThere) {
  std::string url;
  { url = Server(openai_answer).url(); }
  RemoteOptions options;
  options.url = url;
  options.model = "small";
  options.retries = 1;
  options.first_backoff = std::chrono::milliseconds(1);
  const auto failed = open_remote_encoder(options);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(failed.error().message, HasSubstr("is the address right and the server running?"));
}

TEST(RemoteEncoder, SaysWhatToInstallWhereThereIsNoLibcurl) {
  const auto missing = load_curl("libno-such-curl.so.4");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(missing.error().message, testing::AllOf(testing::HasSubstr("libno-such-curl.so.4"),
                                                      testing::HasSubstr("install libcurl4")));
  const auto other = load_curl("libc.so.6");  // a library that is not libcurl
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, testing::HasSubstr("curl_global_init"));
}

TEST(RemoteEncoder, DoesNotWaitForeverNorReadForever) {
  const Server hanging([](const Request&) -> Reply { return {.hang = true}; });
  auto options = options_of(hanging);
  options.total_timeout = std::chrono::milliseconds(100);
  options.retries = 0;
  const auto hung = open_remote_encoder(options);
  ASSERT_FALSE(hung);
  EXPECT_EQ(hung.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(hung.error().message, HasSubstr("no answer within 100 ms"));

  const Server slow([](const Request& request) {
    Reply reply = openai_answer(request);
    reply.pause = std::chrono::milliseconds(50);
    return reply;
  });
  EXPECT_TRUE(open_remote_encoder(options_of(slow)));

  const Server endless([](const Request&) -> Reply { return {.body = std::string(100'000, ' ')}; });
  options = options_of(endless);
  options.max_response_bytes = 10'000;
  const auto long_answer = open_remote_encoder(options);
  ASSERT_FALSE(long_answer);
  EXPECT_EQ(long_answer.error().kind, ErrorKind::limit);
  EXPECT_EQ(endless.requests().size(), 1U);  // asking again would not help
}

TEST(RemoteEncoder, RefusesAnswersThatDoNotFit) {
  std::string body{};
  const Server server([&](const Request&) -> Reply { return {.body = body}; });
  auto options = options_of(server);
  options.dimensions = 2;
  const auto encoder = open_remote_encoder(options).value();
  const auto error = [&](const char* answer) {
    body = answer;
    const auto vectors = encode(*encoder, {"abc"});
    return vectors ? "no error" : vectors.error().message;
  };
  EXPECT_THAT(error(R"({"data":[{"embedding":[1,)"), HasSubstr("not valid JSON, or cut off"));
  EXPECT_THAT(error(R"([])"), HasSubstr("no list \"data\" of 1"));
  EXPECT_THAT(error(R"({"data":[]})"), HasSubstr("no list \"data\" of 1"));
  EXPECT_THAT(error(R"({"data":[{"embedding":[1,2,3]}]})"), HasSubstr("3 dimensions where 2 are expected"));
  EXPECT_THAT(error(R"({"data":[{"embedding":[1,null]}]})"), HasSubstr("not a number"));
  EXPECT_THAT(error(R"({"data":[{"embedding":[1,1e300]}]})"), HasSubstr("range of floats"));
  EXPECT_THAT(error(R"({"data":[{"embedding":[1,2],"index":5}]})"), HasSubstr("wrong \"index\""));
  EXPECT_EQ(error(R"({"data":[{"embedding":[1,2]}]})"), "no error");

  auto inference = options_of(server, RemoteKind::open_inference);
  inference.dimensions = 2;
  const auto other = open_remote_encoder(inference).value();
  const auto inference_error = [&](const char* answer) {
    body = answer;
    const auto vectors = encode(*other, {"abc"});
    return vectors ? "no error" : vectors.error().message;
  };
  EXPECT_THAT(inference_error(R"({"outputs":[{"shape":[2,2],"data":[1,2,3,4]}]})"),
              HasSubstr("2 x 2 for 1 texts"));
  EXPECT_THAT(inference_error(R"({"outputs":[{"shape":[1,3],"data":[1,2,3]}]})"), HasSubstr("3 dimensions"));
  EXPECT_THAT(inference_error(R"({"outputs":[{"shape":[1,2],"data":[1]}]})"), HasSubstr("holds 1 numbers"));
  EXPECT_EQ(inference_error(R"({"outputs":[{"shape":[1,2],"data":[[1,2]]}]})"), "no error");
}

TEST(RemoteEncoder, SendsTheKeyAndSaysWhenItIsNotAccepted) {
  const Server server([](const Request& request) -> Reply {
    if (request.head.find("Authorization: Bearer s3cret") == std::string::npos)
      return {.status = 401, .body = "who?"};
    return openai_answer(request);
  });
  auto options = options_of(server);
  const auto refused = open_remote_encoder(options);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("the key is missing or not accepted"));
  options.key_variable = "QUARRY_TEST_KEY";
  ::unsetenv("QUARRY_TEST_KEY");
  EXPECT_THAT(open_remote_encoder(options).error().message,
              HasSubstr("set the environment variable QUARRY_TEST_KEY"));
  ::setenv("QUARRY_TEST_KEY", "s3cret", 1);
  EXPECT_TRUE(open_remote_encoder(options));
}

TEST(RemoteEncoder, ServesSeveralThreads) {
  const Server server(openai_answer);
  auto options = options_of(server);
  options.dimensions = 2;
  const auto encoder = open_remote_encoder(options).value();
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 5; ++i) good += encode(*encoder, {"a", "bb"}).has_value() ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(good, 20);
}

TEST(RemoteEncoder, OpensByConfigAndByAddress) {
  const Server openai(openai_answer);
  const Server inference(inference_answer);
  const TestDirectory directory;
  directory.write(
      "config.json",
      Json{{"model_type", "quarry-remote"}, {"url", openai.url()}, {"kind", "openai"}, {"model", "small"}}
          .dump());
  EncoderNames names{{"far", directory.path().string()}};
  EXPECT_EQ(open_encoder(posix_file_system(), "far", names).value()->dimensions(), 2U);
  EXPECT_EQ(open_encoder(posix_file_system(), openai.url() + "/v1/embeddings#small").value()->name(),
            "small");
  const auto other = open_encoder(posix_file_system(), inference.url() + "/v2/models/code");
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ((*other)->name(), "code");
  directory.write("config.json",
                  R"({"model_type":"quarry-remote","url":"ftp://x","kind":"openai","model":"m"})");
  EXPECT_THAT(open_encoder(posix_file_system(), "far", names).error().message, HasSubstr("http://"));
  directory.write("config.json",
                  R"({"model_type":"quarry-remote","url":"http://x","kind":"grpc","model":"m"})");
  EXPECT_THAT(open_encoder(posix_file_system(), "far", names).error().message, HasSubstr("\"kind\" must be"));
}

}  // namespace
}  // namespace quarry::model
