// A remote encoder on a real server that hangs, fails and comes back.
#include "quarry/model/guarded_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "quarry/model/remote_encoder.h"
#include "quarry/model/test_server.h"

namespace quarry::model {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

enum class Mood { good, hanging, failing };

// An OpenAI-compatible server of two dimensions in a mood that tests change.
class MoodyServer {
 public:
  MoodyServer()
      : server_([this](const Request& request) -> Reply {
          if (mood == Mood::failing) return {.status = 500};
          if (mood == Mood::hanging) return {.pause = milliseconds(1500)};
          nlohmann::json data = nlohmann::json::array();
          const auto body = nlohmann::json::parse(request.body);
          for (std::size_t i = 0; i < body["input"].size(); ++i)
            data.push_back({{"index", i}, {"embedding", {3, 4}}});
          return {.status = 200, .body = nlohmann::json{{"data", data}}.dump()};
        }) {}

  std::shared_ptr<const Encoder> remote() const {
    RemoteOptions options;
    options.url = server_.url();
    options.model = "small";
    options.retries = 0;
    options.total_timeout = milliseconds(1000);
    options.dimensions = 2;
    return open_remote_encoder(options).value();
  }
  [[nodiscard]] std::size_t asked() const { return server_.requests().size(); }

  std::atomic<Mood> mood{Mood::good};

 private:
  Server server_;
};

Result<std::vector<float>> ask(const Encoder& encoder) {
  const std::string_view text = "open a file";
  return encoder.encode({&text, 1}, Side::query);
}

GuardOptions quick() {
  return {.budget = milliseconds(150), .failures_to_open = 3, .pause = milliseconds(100), .most_pending = 16};
}

TEST(GuardedEncoder, PassesAnswersOn) {
  const MoodyServer server;
  const GuardedEncoder guarded(server.remote(), quick());
  const auto vector = ask(guarded);
  ASSERT_TRUE(vector) << vector.error().message;
  EXPECT_THAT(*vector,
              testing::ElementsAre(testing::FloatNear(0.6F, 1e-6F), testing::FloatNear(0.8F, 1e-6F)));
  EXPECT_EQ(guarded.dimensions(), 2U);
  EXPECT_EQ(guarded.name(), "small");
}

TEST(GuardedEncoder, CanStandForTheModelOfAnIndex) {
  const MoodyServer server;
  const GuardedEncoder guarded(server.remote(), quick(), {.name = "default", .fingerprint = "abc"});
  EXPECT_EQ(guarded.name(), "default");
  EXPECT_EQ(guarded.fingerprint(), "abc");
}

TEST(GuardedEncoder, NeedNotFindItsServerAtTheStart) {
  const auto encoder =
      open_query_encoder("http://127.0.0.1:9/v1/embeddings#small", {"default", "abc"}, 2, milliseconds(100));
  ASSERT_TRUE(encoder) << encoder.error().message;
  EXPECT_EQ((*encoder)->fingerprint(), "abc");
  EXPECT_EQ(ask(**encoder).error().kind, ErrorKind::unavailable);
  EXPECT_FALSE(open_query_encoder("http://127.0.0.1:9/nothing", {"default", "abc"}, 2, milliseconds(100)));
}

TEST(GuardedEncoder, AHangingServerCostsTheBudgetThreeTimesAndThenNothing) {
  MoodyServer server;
  const GuardedEncoder guarded(server.remote(), quick());
  server.mood = Mood::hanging;
  for (int i = 0; i < 3; ++i) {
    const auto began = steady_clock::now();
    const auto vector = ask(guarded);
    const auto took = steady_clock::now() - began;
    ASSERT_FALSE(vector);
    EXPECT_EQ(vector.error().kind, ErrorKind::unavailable);
    EXPECT_GE(took, milliseconds(140));
    EXPECT_LT(took, milliseconds(900));  // not the server's second and a half
  }
  EXPECT_TRUE(guarded.open());
  const auto began = steady_clock::now();
  for (int i = 0; i < 1000; ++i) {
    const auto vector = ask(guarded);
    ASSERT_FALSE(vector);
    EXPECT_THAT(vector.error().message, HasSubstr("3 times in a row"));
  }
  EXPECT_LT(steady_clock::now() - began, milliseconds(140));  // a thousand cost less than one did
}

TEST(GuardedEncoder, ComesBackWhenTheServerDoes) {
  MoodyServer server;
  const GuardedEncoder guarded(server.remote(), quick());
  server.mood = Mood::failing;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(ask(guarded));
  ASSERT_TRUE(guarded.open());
  std::this_thread::sleep_for(milliseconds(400));
  EXPECT_TRUE(guarded.open());    // it was asked again,
  EXPECT_GT(server.asked(), 3U);  // in the background, in vain
  server.mood = Mood::good;
  for (int i = 0; i < 200 && guarded.open(); ++i) std::this_thread::sleep_for(milliseconds(50));
  EXPECT_FALSE(guarded.open());
  EXPECT_TRUE(ask(guarded));
}

TEST(GuardedEncoder, OneFailureNowAndThenIsNoReasonToOpen) {
  MoodyServer server;
  const GuardedEncoder guarded(server.remote(), quick());
  for (int i = 0; i < 6; ++i) {
    server.mood = i % 3 == 2 ? Mood::good : Mood::failing;
    EXPECT_EQ(ask(guarded).has_value(), i % 3 == 2);
  }
  EXPECT_FALSE(guarded.open());
}

TEST(GuardedEncoder, ManyCallersAtOnceWaitNoLongerThanTheBudget) {
  MoodyServer server;
  GuardOptions options = quick();
  options.most_pending = 2;
  options.failures_to_open = 1000;
  const GuardedEncoder guarded(server.remote(), options);
  server.mood = Mood::hanging;
  const auto began = steady_clock::now();
  std::vector<std::thread> callers;
  for (int i = 0; i < 16; ++i) callers.emplace_back([&] { EXPECT_FALSE(ask(guarded)); });
  for (auto& caller : callers) caller.join();
  EXPECT_LT(steady_clock::now() - began, milliseconds(900));
}

}  // namespace
}  // namespace quarry::model
