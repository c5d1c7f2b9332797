#include "quarry/server/mcp/json_rpc.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "quarry/base/json_depth.h"

namespace quarry::server::mcp {
namespace {

TEST(ParseMessage, TellsRequestsNotificationsAndResponses) {
  const auto request = parse_message(R"({"jsonrpc":"2.0","id":"a","method":"ping","params":{"x":1}})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->type, MessageType::request);
  EXPECT_EQ(request->id, "a");
  EXPECT_EQ(request->params["x"], 1);
  const auto notice = parse_message(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->type, MessageType::notification);
  const auto response = parse_message(R"({"jsonrpc":"2.0","id":-3,"result":{}})");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->type, MessageType::response);
}

struct Bad {
  std::string text;
  ErrorCode code;
  bool id_known;
};

TEST(ParseMessage, RefusesWhatIsNoMessageWithTheIdWhereItCanBeRead) {
  const std::vector<Bad> messages{
      {"", ErrorCode::parse_error, false},
      {"{\"jsonrpc\":\"2.0\",\"id\":7", ErrorCode::parse_error, false},
      {"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\xff\"}", ErrorCode::parse_error, false},
      {"[{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}]", ErrorCode::invalid_request, false},
      {"[]", ErrorCode::invalid_request, false},
      {"7", ErrorCode::invalid_request, false},
      {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", ErrorCode::invalid_request, false},
      {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", ErrorCode::invalid_request, false},
      {R"({"jsonrpc":"2.0","id":{},"method":"ping"})", ErrorCode::invalid_request, false},
      {R"({"jsonrpc":"1.0","id":7,"method":"ping"})", ErrorCode::invalid_request, true},
      {R"({"id":7,"method":"ping"})", ErrorCode::invalid_request, true},
      {R"({"jsonrpc":"2.0","id":7})", ErrorCode::invalid_request, true},
      {R"({"jsonrpc":"2.0","id":7,"method":7})", ErrorCode::invalid_request, true},
      {R"({"jsonrpc":"2.0","id":7,"method":"ping","params":[]})", ErrorCode::invalid_request, true}};
  for (const Bad& bad : messages) {
    const auto message = parse_message(bad.text);
    ASSERT_FALSE(message) << bad.text;
    EXPECT_EQ(message.error().error.code, bad.code) << bad.text;
    EXPECT_EQ(message.error().id, bad.id_known ? Json(7) : Json(nullptr)) << bad.text;
  }
}

TEST(ParseMessage, RefusesWhatIsNestedTooDeeply) {
  const auto nested = [](std::size_t levels) {
    return parse_message(R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":)" + std::string(levels, '[') +
                         std::string(levels, ']') + "}}");
  };
  EXPECT_TRUE(nested(kMaxJsonDepth - 2));
  for (const std::size_t levels : {kMaxJsonDepth - 1, std::size_t{1'000'000}}) {
    ASSERT_FALSE(nested(levels));
    EXPECT_EQ(nested(levels).error().error.code, ErrorCode::invalid_request);
  }
  EXPECT_FALSE(parse_message(std::string(1'000'000, '[')));
}

TEST(ParseMessage, RefusesMoreMembersThanItCouldReadInTime) {
  const auto message_of = [](std::size_t members) {
    std::string text = R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a\\\":\":":[)";
    for (std::size_t i = 5; i < members; ++i) text += fmt::format("{}{{\"{}\":0}}", i == 5 ? "" : ",", i);
    return text + "]}}";
  };
  EXPECT_TRUE(parse_message(message_of(kMostMembers)));
  const auto message = parse_message(message_of(kMostMembers + 1));
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().error.code, ErrorCode::invalid_request);
}

TEST(ErrorResponse, HasNoIdWhereNoneIsKnown) {
  const RpcError error{ErrorCode::parse_error, "no"};
  EXPECT_EQ(to_text(error_response(nullptr, error)),
            R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"no"}})");
  EXPECT_EQ(error_response(3, error)["id"], 3);
}

TEST(ToText, IsOneLineOfValidUtf8) {
  EXPECT_EQ(to_text(result_response(1, {{"text", "a\nb\xff"}})),
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"text\":\"a\\nb\xEF\xBF\xBD\"}}");
}

}  // namespace
}  // namespace quarry::server::mcp
