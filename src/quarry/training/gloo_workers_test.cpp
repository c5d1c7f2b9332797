#include "quarry/training/gloo_workers.h"

#include <gmock/gmock.h>

#include <map>

#include "quarry/training/test_run.h"

namespace quarry::training {
namespace {

using ::testing::HasSubstr;

TEST(Workers, TwoWithHalfTheBatchHaveTheLossCurveOfOne) {
  const TestRun f;
  SingleWorker alone;
  DualEncoder single = f.encoder();
  const Outcome one = run(f, single, alone);
  ASSERT_TRUE(one.status);

  std::vector<DualEncoder> encoders(2, f.encoder());
  const auto outcomes =
      run_two_workers(0, std::chrono::seconds(60),
                      [&](std::uint32_t rank, Workers& workers) { return run(f, encoders[rank], workers); });
  for (const Outcome& outcome : outcomes) {
    ASSERT_TRUE(outcome.status) << outcome.status.error().message;
    ASSERT_EQ(outcome.losses.size(), one.losses.size());
    for (std::size_t step = 0; step < one.losses.size(); ++step) {
      EXPECT_NEAR(outcome.losses[step], one.losses[step], 1e-3 * one.losses[step]) << "step " << step + 1;
    }
  }
  EXPECT_EQ(encoders[0].table, encoders[1].table);
}

TEST(Workers, ALostWorkerEndsTheRunWithACheckpoint) {
  const TestRun f;
  const auto outcomes =
      run_two_workers(1, std::chrono::seconds(5), [&](std::uint32_t rank, Workers& workers) {
        DualEncoder encoder = f.encoder();
        if (rank == 1) return run(f, encoder, workers, {}, 7);
        return run(f, encoder, workers, {f.checkpoint(), false});
      });
  const Status& end = outcomes[0].status;
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(end.error().message, HasSubstr("step 8: worker 0 of 2 lost another worker"));
  EXPECT_THAT(end.error().message, HasSubstr("holds step 7"));
}

TEST(Workers, ReadsTheEnvironmentOfTorchrun) {
  std::map<std::string, std::string> environment;
  const auto lookup = [&](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  };
  EXPECT_EQ(worker_place(lookup)->size, 1U);
  environment = {{"WORLD_SIZE", "4"}, {"RANK", "3"}, {"MASTER_ADDR", "head"}, {"MASTER_PORT", "1234"}};
  const auto place = worker_place(lookup);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->rank, 3U);
  EXPECT_EQ(place->master, "head");
  EXPECT_EQ(place->port, 1234);
  environment["RANK"] = "4";
  EXPECT_THAT(worker_place(lookup).error().message, HasSubstr("RANK"));
  environment["RANK"] = "x";
  EXPECT_THAT(worker_place(lookup).error().message, HasSubstr("\"x\" is not a number"));
}

}  // namespace
}  // namespace quarry::training
