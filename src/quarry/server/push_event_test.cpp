#include "quarry/server/push_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quarry::server {
namespace {

using testing::Contains;
using testing::HasSubstr;

const std::string kGithubBody =
    R"({"ref":"refs/heads/main","repository":{"full_name":"Acme/Shop","default_branch":"main",)"
    R"("clone_url":"https://github.com/Acme/Shop.git","ssh_url":"git@github.com:Acme/Shop.git"}})";

Request request_of(std::string body, Pairs headers) {
  Request request;
  request.method = Method::post;
  request.headers = std::move(headers);
  request.body = std::move(body);
  return request;
}

TEST(RemoteKey, IsTheSameHoweverARepositoryIsFetched) {
  for (const char* url :
       {"https://github.com/Acme/Shop.git", "https://github.com/Acme/Shop", "https://github.com/Acme/Shop/",
        "https://user:secret@GitHub.com/Acme/Shop.git", "ssh://git@github.com/Acme/Shop.git",
        "ssh://git@github.com:22/Acme/Shop.git", "git@github.com:Acme/Shop.git",
        "git://github.com/Acme/Shop.git", "github.com:Acme/Shop"}) {
    EXPECT_EQ(remote_key(url), "github.com/Acme/Shop") << url;
  }
  EXPECT_EQ(remote_key("file:///srv/git/shop.git"), "/srv/git/shop");
  EXPECT_EQ(remote_key("/srv/git/shop.git"), "/srv/git/shop");
  EXPECT_EQ(remote_key("https://github.com/Acme/p@q"), "github.com/Acme/p@q");
  EXPECT_EQ(remote_key(""), "");
  EXPECT_NE(remote_key("https://github.com/acme/shop"), remote_key("https://github.com/Acme/Shop"));
}

TEST(ReadPushEvent, ChecksGithubsSignature) {
  // printf '%s' "$body" | openssl dgst -sha256 -hmac "It's a Secret to Everybody"; the example of GitHub's
  // manual:
  const WebhookSecrets secrets{.github = "It's a Secret to Everybody", .gitlab = ""};
  const std::string good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const auto event = read_push_event(
      request_of("Hello, World!", {{"x-hub-signature-256", good}, {"x-github-event", "ping"}}), secrets);
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().kind, ErrorKind::invalid_argument);  // signed, and no JSON
  for (const std::string& signature : std::vector<std::string>{
           "", "sha256=", "sha256=00", good.substr(0, good.size() - 1) + "8", good.substr(7),
           "sha1=" + good.substr(7), good + "0", std::string(100'000, 'a')}) {
    const auto refused =
        read_push_event(request_of("Hello, World!", {{"x-hub-signature-256", signature}}), secrets);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::not_found) << signature.substr(0, 100);
  }
}

TEST(ReadPushEvent, ChecksGitlabsToken) {
  const std::string body =
      R"({"object_kind":"push","ref":"refs/heads/dev","project":{"path_with_namespace":"acme/shop","default_branch":"main",)"
      R"("git_http_url":"https://gitlab.example.org/acme/shop.git"}})";
  const WebhookSecrets secrets{.github = "", .gitlab = "token"};
  const auto event = read_push_event(
      request_of(body, {{"x-gitlab-token", "token"}, {"x-gitlab-event", "Push Hook"}}), secrets);
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_TRUE(event->push);
  EXPECT_EQ(event->repository, "acme/shop");
  EXPECT_EQ(event->branch, "dev");
  EXPECT_EQ(event->default_branch, "main");
  EXPECT_THAT(event->remotes, Contains("gitlab.example.org/acme/shop"));
  for (const char* token : {"", "toke", "tokens", "Token"}) {
    EXPECT_FALSE(read_push_event(request_of(body, {{"x-gitlab-token", token}}), secrets)) << token;
  }
}

TEST(ReadPushEvent, NoSecretTakesNoEvent) {
  EXPECT_FALSE(read_push_event(request_of(kGithubBody, {}), {}));
  EXPECT_FALSE(read_push_event(request_of(kGithubBody, {{"x-gitlab-token", ""}}), {}));
  // The signature that an empty key would make.
  EXPECT_FALSE(read_push_event(
      request_of("", {{"x-hub-signature-256",
                       "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"}}),
      {}));
}

TEST(ReadPushEvent, SurvivesBodiesThatMakeNoSense) {
  const WebhookSecrets secrets{.github = "", .gitlab = "t"};
  for (const char* body :
       {"", "[]", "7", "{", "{}", R"({"repository":7,"project":[]})", R"({"repository":{"clone_url":7}})",
        R"({"ref":7,"repository":{"clone_url":"https://h/a/b"},"project":null})"}) {
    const auto event = read_push_event(
        request_of(body, {{"x-gitlab-token", "t"}, {"x-gitlab-event", "Push Hook"}}), secrets);
    if (event) {
      EXPECT_FALSE(event->remotes.empty()) << body;
    }
  }
}

}  // namespace
}  // namespace quarry::server
