// The protocol and the tools, over a real index.
#include "quarry/server/mcp/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "quarry/search/test_index.h"
#include "quarry/server/mcp/token_budget.h"

namespace quarry::server::mcp {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ServiceTest : public testing::Test {
 protected:
  Reply send(const std::string& method, Json params) {
    Message message;
    message.id = 1;
    message.method = method;
    message.params = std::move(params);
    return service_.handle(message, scope_, [this] { return index_.engine(); });
  }
  Json one(const std::string& method, Json params) {
    const Reply reply = send(method, std::move(params));
    EXPECT_EQ(reply.messages.size(), 1U);
    return reply.messages.empty() ? Json() : reply.messages.back();
  }
  Json call(const std::string& tool, Json arguments) {
    const Json reply = one("tools/call", {{"name", tool}, {"arguments", std::move(arguments)}});
    EXPECT_TRUE(reply.contains("result")) << reply;
    return reply["result"];
  }
  // The structured content of a call that works.
  Json good(const std::string& tool, Json arguments) {
    const Json result = call(tool, std::move(arguments));
    EXPECT_EQ(result["isError"], false) << result;
    return result["structuredContent"];
  }
  // The message of a call that does not.
  std::string bad(const std::string& tool, Json arguments) {
    const Json result = call(tool, std::move(arguments));
    EXPECT_EQ(result["isError"], true) << result;
    EXPECT_FALSE(result.contains("structuredContent"));
    return result["content"][0]["text"];
  }
  static Json modern(Json params = Json::object()) {
    params["_meta"] = {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                       {"io.modelcontextprotocol/clientCapabilities", Json::object()}};
    return params;
  }

  search::TestIndex index_;
  Scope scope_;
  Service service_{"1.2.3"};
};

TEST_F(ServiceTest, InitializeAgreesOnAVersion) {
  for (const auto& [asked, agreed] : std::vector<std::pair<std::string, std::string>>{
           {"2025-11-25", "2025-11-25"}, {"2025-06-18", "2025-06-18"}, {"1999-01-01", "2025-11-25"}}) {
    const Json reply = one("initialize", {{"protocolVersion", asked},
                                          {"capabilities", Json::object()},
                                          {"clientInfo", {{"name", "t"}, {"version", "1"}}}});
    EXPECT_EQ(reply["result"]["protocolVersion"], agreed);
    EXPECT_EQ(reply["result"]["serverInfo"]["name"], "quarry");
    EXPECT_EQ(reply["result"]["serverInfo"]["version"], "1.2.3");
    EXPECT_TRUE(reply["result"]["capabilities"].contains("tools"));
    EXPECT_FALSE(reply["result"].contains("resultType"));
  }
  EXPECT_EQ(one("initialize", Json::object())["error"]["code"], -32602);
}

TEST_F(ServiceTest, DiscoverNamesVersionsOfBothEras) {
  const Json result = one("server/discover", modern())["result"];
  EXPECT_EQ(result["resultType"], "complete");
  EXPECT_EQ(result["supportedVersions"][0], "2026-07-28");
  EXPECT_THAT(result["supportedVersions"], Contains("2025-11-25"));
  EXPECT_EQ(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "quarry");
  EXPECT_GE(result["ttlMs"].get<int>(), 0);
  EXPECT_EQ(result["cacheScope"], "public");
}

TEST_F(ServiceTest, AModernRequestNeedsItsVersionAndCapabilities) {
  EXPECT_EQ(one("server/discover", Json::object())["error"]["code"], -32602);
  EXPECT_EQ(send("server/discover", Json::object()).http_status, 400U);
  Json params = modern();
  params["_meta"].erase("io.modelcontextprotocol/clientCapabilities");
  EXPECT_EQ(one("tools/list", params)["error"]["code"], -32602);
  params = modern();
  params["_meta"].erase("io.modelcontextprotocol/protocolVersion");
  EXPECT_EQ(one("tools/list", params)["error"]["code"], -32602);
  params = modern();
  params["_meta"]["io.modelcontextprotocol/protocolVersion"] = 7;
  EXPECT_EQ(one("tools/list", params)["error"]["code"], -32602);
  params["_meta"]["io.modelcontextprotocol/protocolVersion"] = "1900-01-01";
  const Reply reply = send("tools/list", params);
  EXPECT_EQ(reply.http_status, 400U);
  EXPECT_EQ(reply.messages[0]["error"]["code"], -32022);
  EXPECT_EQ(reply.messages[0]["error"]["data"]["requested"], "1900-01-01");
  EXPECT_EQ(reply.messages[0]["error"]["data"]["supported"][0], "2026-07-28");
}

TEST_F(ServiceTest, MethodsOfOneEraAreUnknownInTheOther) {
  EXPECT_EQ(one("ping", Json::object())["result"], Json::object());
  const Reply ping = send("ping", modern());
  EXPECT_EQ(ping.messages[0]["error"]["code"], -32601);
  EXPECT_EQ(ping.http_status, 404U);
  EXPECT_EQ(one("initialize", modern({{"protocolVersion", "2025-11-25"}}))["error"]["code"], -32601);
  EXPECT_EQ(one("resources/list", Json::object())["error"]["code"], -32601);
}

TEST_F(ServiceTest, NotificationsAndResponsesGetNoAnswer) {
  Message message;
  message.type = MessageType::notification;
  message.method = "notifications/initialized";
  const auto engine = [this] { return index_.engine(); };
  EXPECT_TRUE(service_.handle(message, scope_, engine).messages.empty());
  EXPECT_EQ(service_.handle(message, scope_, engine).http_status, 202U);
}

TEST_F(ServiceTest, ASubscriptionIsAcknowledgedAndEnded) {
  const Reply reply = send("subscriptions/listen", modern({{"notifications", {{"toolsListChanged", true}}}}));
  ASSERT_EQ(reply.messages.size(), 2U);
  EXPECT_EQ(reply.messages[0]["method"], "notifications/subscriptions/acknowledged");
  EXPECT_EQ(reply.messages[0]["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 1);
  EXPECT_EQ(reply.messages[1]["result"]["resultType"], "complete");
}

TEST_F(ServiceTest, ToolsAreReadOnlyAndListedInAFixedOrder) {
  const Json legacy = one("tools/list", Json::object())["result"];
  const Json now = one("tools/list", modern())["result"];
  EXPECT_EQ(legacy["tools"], now["tools"]);
  EXPECT_FALSE(legacy.contains("ttlMs"));
  EXPECT_EQ(now["cacheScope"], "public");
  std::vector<std::string> names;
  for (const Json& tool : now["tools"]) {
    names.push_back(tool["name"]);
    EXPECT_EQ(tool["annotations"]["readOnlyHint"], true);
    EXPECT_EQ(tool["inputSchema"]["type"], "object");
    EXPECT_EQ(tool["outputSchema"]["type"], "object");
    EXPECT_FALSE(tool["description"].get<std::string>().empty());
  }
  EXPECT_THAT(names, ElementsAre("search", "find_similar", "read_function", "read_file", "list_repositories",
                                 "index_status"));
  EXPECT_EQ(one("tools/list", {{"cursor", "abc"}})["error"]["code"], -32602);
}

TEST_F(ServiceTest, WrongCallsAreErrorsOfTheProtocol) {
  EXPECT_EQ(one("tools/call", {{"name", "no_such_tool"}})["error"]["code"], -32602);
  EXPECT_THAT(one("tools/call", {{"name", "no_such_tool"}})["error"]["message"].get<std::string>(),
              HasSubstr("no_such_tool"));
  EXPECT_EQ(one("tools/call", Json::object())["error"]["code"], -32602);
  EXPECT_EQ(one("tools/call", {{"name", 3}})["error"]["code"], -32602);
  EXPECT_EQ(one("tools/call", {{"name", "search"}, {"arguments", {1, 2}}})["error"]["code"], -32602);
}

TEST_F(ServiceTest, WrongArgumentsAreAnswersThatAModelCanActOn) {
  EXPECT_THAT(bad("search", Json::object()), HasSubstr("query"));
  EXPECT_THAT(bad("search", {{"query", 7}}), HasSubstr("query must be a string"));
  EXPECT_THAT(bad("search", {{"query", ""}}), HasSubstr("query"));
  EXPECT_THAT(bad("search", {{"query", "x"}, {"limit", 0}}), HasSubstr("from 1 to 50"));
  EXPECT_THAT(bad("search", {{"query", "x"}, {"limit", -1}}), HasSubstr("limit"));
  EXPECT_THAT(bad("search", {{"query", "x"}, {"limit", "5"}}), HasSubstr("limit"));
  EXPECT_THAT(bad("search", {{"query", "x"}, {"limit", 1e300}}), HasSubstr("limit"));
  EXPECT_THAT(bad("search", {{"query", "x"}, {"lang", "klingon"}}), HasSubstr("klingon"));
  EXPECT_THAT(bad("search", {{"query", "x"}, {"lang", Json::array({1})}}), HasSubstr("list of strings"));
  EXPECT_THAT(bad("search", {{"query", "x"}, {"colour", "red"}}),
              AllOf(HasSubstr("colour"), HasSubstr("max_tokens")));
  EXPECT_THAT(bad("search", {{"query", "lang:go"}}), HasSubstr("no words"));
  EXPECT_THAT(bad("search", {{"query", std::string(1 << 20, 'q')}}), HasSubstr("8192"));
  EXPECT_THAT(bad("search", {{"query", "x"}, {"cursor", "zzz"}}), HasSubstr("cursor"));
  EXPECT_THAT(bad("read_function", Json::object()), HasSubstr("say which function"));
  EXPECT_THAT(bad("read_function", {{"id", "xyz"}}), HasSubstr("16 hex digits"));
  EXPECT_THAT(bad("read_function", {{"id", "0123456789abcdef"}}), HasSubstr("search again"));
}

TEST_F(ServiceTest, SearchAnswersInTheOneShape) {
  const Json answer = good("search", {{"query", "try again with exponential backoff"}});
  ASSERT_FALSE(answer["results"].empty());
  const Json& first = answer["results"][0];
  EXPECT_EQ(first["qualified_name"], "retry_with_backoff");
  EXPECT_EQ(first["path"], "net/retry.py");
  EXPECT_EQ(first["repo"], "shop");
  EXPECT_EQ(first["start_line"], 4);
  EXPECT_THAT(first["code"].get<std::string>(), HasSubstr("time.sleep"));
  EXPECT_TRUE(first["why"].empty());
  EXPECT_FALSE(good("search", {{"query", "backoff"}, {"explain", true}})["results"][0]["why"].empty());
  const std::string text = call("search", {{"query", "exponential backoff"}})["content"][0]["text"];
  EXPECT_THAT(text,
              AllOf(HasSubstr("net/retry.py:4-11 function retry_with_backoff"), HasSubstr("```python")));
}

TEST_F(ServiceTest, SearchTakesFiltersAsArgumentsAndInTheQuery) {
  for (const Json& arguments :
       {Json{{"query", "backoff"}, {"lang", "go"}}, Json{{"query", "lang:go backoff"}},
        Json{{"query", "backoff"}, {"path", Json::array({"*.go"})}}}) {
    const Json answer = good("search", arguments);
    ASSERT_FALSE(answer["results"].empty()) << arguments;
    for (const Json& result : answer["results"]) EXPECT_EQ(result["language"], "go");
  }
  EXPECT_TRUE(good("search", {{"query", "backoff"}, {"repo", "elsewhere"}})["results"].empty());
}

TEST_F(ServiceTest, PagesShowEveryResultOnce) {
  const Json all = good("search", {{"query", "backoff"}, {"limit", 50}});
  ASSERT_GT(all["results"].size(), 3U);
  EXPECT_FALSE(all.contains("next_cursor"));
  std::vector<std::string> ids;
  Json arguments{{"query", "backoff"}, {"limit", 1}};
  for (int page = 0; page < 20; ++page) {
    const Json answer = good("search", arguments);
    for (const Json& result : answer["results"]) {
      ids.push_back(result["id"]);
      EXPECT_EQ(result["rank"], ids.size());
    }
    if (!answer.contains("next_cursor")) break;
    arguments["cursor"] = answer["next_cursor"];
  }
  EXPECT_EQ(ids.size(), all["results"].size());
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
  // A cursor belongs to its query and its version of the index.
  arguments["query"] = "vault";
  EXPECT_THAT(bad("search", arguments), HasSubstr("cursor"));
  arguments["query"] = "backoff";
  index_.write("shop/new.py", "def backoff_more():\n    return 2\n");
  index_.update();
  EXPECT_THAT(bad("search", arguments), HasSubstr("changed"));
}

TEST_F(ServiceTest, AnswersFitTheirBudget) {
  const Json result = call("search", {{"query", "backoff"}, {"max_tokens", kLeastTokens}});
  EXPECT_LE(result["structuredContent"]["results"].dump().size(), kLeastTokens * kBytesPerToken);
  EXPECT_TRUE(result["structuredContent"].contains("next_cursor"));
}

TEST_F(ServiceTest, FindSimilarLeavesTheFunctionItselfOut) {
  const Json found = good("search", {{"query", "retry_with_backoff"}, {"limit", 1}});
  const Json by_id = good("find_similar", {{"id", found["results"][0]["id"]}});
  const Json by_line = good("find_similar", {{"path", "net/retry.py"}, {"line", 6}});
  ASSERT_FALSE(by_id["results"].empty());
  EXPECT_EQ(by_id["results"], by_line["results"]);
  for (const Json& result : by_id["results"]) EXPECT_NE(result["id"], found["results"][0]["id"]);
}

TEST_F(ServiceTest, ReadFunctionShowsItWithItsSurroundings) {
  const Json answer =
      good("read_function", {{"path", "net/retry.py"}, {"name", "Client.send"}, {"context", 2}});
  EXPECT_EQ(answer["result"]["qualified_name"], "Client.send");
  EXPECT_THAT(answer["result"]["code"].get<std::string>(), HasSubstr("return retry_with_backoff"));
  EXPECT_THAT(answer["before"].get<std::string>(), HasSubstr("class Client:"));
  EXPECT_FALSE(answer["result"].contains("rank"));
  const std::string text =
      call("read_function", {{"path", "net/retry.py"}, {"line", 15}})["content"][0]["text"];
  EXPECT_THAT(text, HasSubstr("   15  "));
  EXPECT_THAT(bad("read_function", {{"path", "net/retry.py"}, {"name", "nope"}}),
              HasSubstr("defines no \"nope\""));
  EXPECT_THAT(bad("read_function", {{"path", "net/retry.py"}}), HasSubstr("say which function"));
}

TEST_F(ServiceTest, ReadFileShowsLinesAndWhereToGoOn) {
  const Json part = good("read_file", {{"path", "net/retry.py"}, {"start_line", 4}, {"end_line", 5}});
  EXPECT_THAT(part["text"].get<std::string>(), StartsWith("def retry_with_backoff"));
  EXPECT_EQ(part["end_line"], 5);
  EXPECT_FALSE(part.contains("next_start_line"));
  std::string long_file;
  for (int i = 0; i < 1000; ++i) long_file += "value_" + std::to_string(i) + " = " + std::to_string(i) + "\n";
  index_.write("shop/long.py", long_file);
  index_.update();
  std::string gathered;
  Json arguments{{"path", "long.py"}, {"max_tokens", 1000}};
  for (int page = 0; page < 100; ++page) {
    const Json answer = good("read_file", arguments);
    const auto text = answer["text"].get<std::string>();
    EXPECT_LE(text.size(), 1000 * kBytesPerToken);
    gathered += text;
    if (!answer.contains("next_start_line")) break;
    arguments["start_line"] = answer["next_start_line"];
  }
  EXPECT_EQ(gathered, long_file);
  EXPECT_THAT(bad("read_file", {{"path", "net/retry.py"}, {"start_line", 400}}), HasSubstr("17 lines"));
  EXPECT_THAT(bad("read_file", {{"path", "net/retry.py"}, {"start_line", 4}, {"end_line", 3}}),
              HasSubstr("before start_line"));
}

TEST_F(ServiceTest, TheOutlineOfAFile) {
  const Json answer = good("read_file", {{"path", "net/retry.py"}, {"outline", true}});
  std::vector<std::string> names;
  for (const Json& entry : answer["outline"]) names.push_back(entry["qualified_name"]);
  EXPECT_THAT(names, AllOf(Contains("retry_with_backoff"), Contains("Client.send")));
  EXPECT_FALSE(answer.contains("text"));
}

TEST_F(ServiceTest, NothingOutsideTheIndexCanBeRead) {
  for (const std::string& path : std::vector<std::string>{
           "../outside.txt", "outside.txt", (index_.folder() / "outside.txt").string(), "/etc/passwd",
           "net/../../outside.txt", "net/%2e%2e/outside.txt", "..\\outside.txt",
           "net/retry.py/../../outside.txt", "./net/retry.py", "net//retry.py", "NET/RETRY.PY",
           std::string("net/retry.py\0.txt", 17), "", "."}) {
    EXPECT_THAT(bad("read_file", {{"path", path}}), Not(HasSubstr("backoff:"))) << path;
    if (!path.empty()) bad("read_function", {{"path", path}, {"line", 1}});
  }
}

TEST_F(ServiceTest, WhatTheCallerMayNotSeeDoesNotExist) {
  const Json vault = good("search", {{"query", "open vault"}});
  ASSERT_EQ(vault["results"][0]["repo"], "secret");
  scope_.repositories = std::vector<std::string>{"shop"};
  EXPECT_EQ(good("list_repositories", Json::object())["repositories"].size(), 1U);
  EXPECT_EQ(good("index_status", Json::object())["repositories"], 1);
  for (const Json& arguments :
       {Json{{"query", "open vault password"}}, Json{{"query", "vault"}, {"repo", "secret"}},
        Json{{"query", "repo:secret vault"}}}) {
    const Json answer = good("search", arguments);
    for (const Json& result : answer["results"]) EXPECT_EQ(result["repo"], "shop") << arguments;
  }
  bad("read_file", {{"path", "vault.py"}});
  bad("read_file", {{"path", "vault.py"}, {"repo", "secret"}});
  bad("read_function", {{"id", vault["results"][0]["id"]}});
  bad("find_similar", {{"id", vault["results"][0]["id"]}});
  const Json alike = good("find_similar", {{"path", "net/retry.py"}, {"line", 5}});
  for (const Json& result : alike["results"]) {
    EXPECT_EQ(result["repo"], "shop");
  }
  scope_.repositories = std::vector<std::string>{};
  EXPECT_TRUE(good("search", {{"query", "backoff"}})["results"].empty());
  EXPECT_TRUE(good("list_repositories", Json::object())["repositories"].empty());
}

TEST_F(ServiceTest, RootsAreForLocalCallersOnly) {
  EXPECT_FALSE(good("list_repositories", Json::object())["repositories"][0].contains("root"));
  scope_.local = true;
  EXPECT_THAT(good("list_repositories", Json::object())["repositories"][0]["root"].get<std::string>(),
              HasSubstr("shop"));
}

TEST_F(ServiceTest, AnIndexThatCannotBeOpenedIsAnAnswer) {
  Message message;
  message.id = 1;
  message.method = "tools/call";
  message.params = {{"name", "search"}, {"arguments", {{"query", "x"}}}};
  const Reply reply = service_.handle(message, scope_, []() -> Result<std::shared_ptr<const search::Engine>> {
    return fail(ErrorKind::busy, "the index is being made");
  });
  EXPECT_EQ(reply.messages[0]["result"]["isError"], true);
  EXPECT_EQ(reply.messages[0]["result"]["content"][0]["text"], "the index is being made");
}

TEST(ServiceWithoutSource, SaysThatTheIndexHoldsNoCode) {
  search::TestIndex index(false);
  const Service service{"1"};
  const auto call = [&](const std::string& tool, Json arguments) {
    Message message;
    message.id = 1;
    message.method = "tools/call";
    message.params = {{"name", tool}, {"arguments", std::move(arguments)}};
    return service.handle(message, {}, [&] { return index.engine(); }).messages[0]["result"];
  };
  EXPECT_EQ(call("search", {{"query", "backoff"}})["isError"], false);
  EXPECT_THAT(call("read_file", {{"path", "net/retry.py"}})["content"][0]["text"].get<std::string>(),
              HasSubstr("holds no source"));
  EXPECT_THAT(
      call("read_function", {{"path", "net/retry.py"}, {"line", 5}})["content"][0]["text"].get<std::string>(),
      HasSubstr("holds no source"));
  EXPECT_EQ(call("read_file", {{"path", "net/retry.py"}, {"outline", true}})["isError"], false);
}

}  // namespace
}  // namespace quarry::server::mcp
