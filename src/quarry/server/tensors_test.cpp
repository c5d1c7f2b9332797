#include "quarry/server/tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

namespace quarry::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

Json request_of(const Json& input) {
  return {{"id", "7"}, {"inputs", Json::array({input})}};
}
Json text_input(const Json& data, const Json& shape) {
  return {{"name", "text"}, {"datatype", "BYTES"}, {"shape", shape}, {"data", data}};
}

TEST(ParseTensorRequest, RefusesBracketsWithoutEnd) {
  const auto bomb = parse_tensor_request(R"({"inputs":)" + std::string(1'000'000, '['), std::nullopt);
  ASSERT_FALSE(bomb);
  EXPECT_THAT(bomb.error().message, HasSubstr("nested"));
}

TEST(ParseTensorRequest, ReadsTextsFlatAndNested) {
  for (const Json& input : {text_input({"a", "b"}, {2}), text_input({"a", "b"}, {2, 1}),
                            text_input(Json::array({Json::array({"a"}), Json::array({"b"})}), {2, 1})}) {
    const auto request = parse_tensor_request(request_of(input).dump(), std::nullopt);
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_THAT(request->texts, ElementsAre("a", "b"));
    EXPECT_EQ(request->id, "7");
    EXPECT_EQ(request->side, model::Side::query);
    EXPECT_FALSE(request->binary_output);
  }
}

TEST(ParseTensorRequest, ReadsBinaryTensors) {
  const std::string binary("\x02\0\0\0hi\0\0\0\0", 10);
  const std::string json = Json{{"inputs",
                                 {{{"name", "text"},
                                   {"datatype", "BYTES"},
                                   {"shape", {2}},
                                   {"parameters", {{"binary_data_size", 10}}}}}},
                                {"parameters", {{"binary_data_output", true}, {"side", "code"}}}}
                               .dump();
  const auto request = parse_tensor_request(json + binary, json.size());
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_THAT(request->texts, ElementsAre("hi", ""));
  EXPECT_TRUE(request->binary_output);
  EXPECT_EQ(request->side, model::Side::code);
  for (std::size_t cut = 1; cut < binary.size(); ++cut) {
    EXPECT_FALSE(parse_tensor_request(json + binary.substr(0, cut), json.size())) << cut;
  }
  EXPECT_FALSE(parse_tensor_request(json + binary, json.size() + binary.size() + 1));
}

TEST(ParseTensorRequest, RefusesWhatTheModelDoesNotTake) {
  Json other_name = text_input({"a"}, {1});
  other_name["name"] = "audio";
  Json other_type = text_input({"a"}, {1});
  other_type["datatype"] = "FP32";
  Json huge = text_input({"a"}, {1});
  huge["shape"] = {std::numeric_limits<std::uint64_t>::max()};
  for (const Json& input : {other_name, other_type, huge, text_input({"a"}, {2}), text_input({"a"}, {1, 2}),
                            text_input({"a"}, {-1}), text_input({"a"}, Json::array()), text_input({1}, {1}),
                            text_input("a", {1}), text_input(Json::array(), {0}), Json(7), Json::object()}) {
    EXPECT_FALSE(parse_tensor_request(request_of(input).dump(), std::nullopt)) << input;
  }
  for (const char* body :
       {"", "[]", "{}", "{\"inputs\":[]}", "{\"inputs\":7}", "{\"inputs\":[{},{}]}", "{\"inputs\""}) {
    EXPECT_FALSE(parse_tensor_request(body, std::nullopt)) << body;
  }
  Json side = request_of(text_input({"a"}, {1}));
  side["parameters"] = {{"side", "left"}};
  EXPECT_THAT(parse_tensor_request(side.dump(), std::nullopt).error().message, HasSubstr("left"));
  Json output = request_of(text_input({"a"}, {1}));
  output["outputs"] = {{{"name", "logits"}}};
  EXPECT_FALSE(parse_tensor_request(output.dump(), std::nullopt));
}

TEST(WriteTensorResponse, KeepsEveryBitOfAFloat) {
  TensorRequest request;
  request.id = "x";
  request.texts = {"a", "b"};
  const std::vector<float> vectors{0.1F, -1.0F / 3, 1e-38F, 0, 1, 0.99999994F};
  const TensorResponse response = write_tensor_response(request, "default", vectors, 3);
  const Json json = Json::parse(response.body);
  EXPECT_EQ(json["model_name"], "default");
  EXPECT_EQ(json["id"], "x");
  const Json& output = json["outputs"][0];
  EXPECT_EQ(output["shape"], Json({2, 3}));
  EXPECT_EQ(output["data"].get<std::vector<float>>(), vectors);

  request.binary_output = true;
  const TensorResponse binary = write_tensor_response(request, "default", vectors, 3);
  ASSERT_TRUE(binary.json_bytes);
  std::vector<float> read(6);
  ASSERT_EQ(binary.body.size() - *binary.json_bytes, 24U);
  std::memcpy(read.data(), binary.body.data() + *binary.json_bytes, 24);
  EXPECT_EQ(read, vectors);
  EXPECT_EQ(
      Json::parse(binary.body.substr(0, *binary.json_bytes))["outputs"][0]["parameters"]["binary_data_size"],
      24);
}

}  // namespace
}  // namespace quarry::server
