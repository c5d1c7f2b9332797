#include "quarry/base/ordered_pipeline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace quarry {
namespace {

TEST(OrderedPipeline, ConsumesEveryItemInOrderAfterItsProduce) {
  ThreadPool pool(4);
  std::vector<int> made(1000, 0);
  std::vector<std::size_t> seen;
  run_ordered(
      pool, made.size(), 8, [](std::size_t) { return 1; },
      [&](std::size_t i) { made[i] = static_cast<int>(i) + 1; },
      [&](std::size_t i) {
        EXPECT_EQ(made[i], static_cast<int>(i) + 1);
        seen.push_back(i);
        return true;
      });
  ASSERT_EQ(seen.size(), made.size());
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST(OrderedPipeline, HoldsAtMostTheBudget) {
  ThreadPool pool(4);
  std::atomic<int> held{0};
  std::atomic<int> most{0};
  run_ordered(
      pool, 500, 5, [](std::size_t) { return 1; },
      [&](std::size_t) {
        const int now = ++held;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
      },
      [&](std::size_t) {
        --held;
        return true;
      });
  EXPECT_LE(most.load(), 5);
}

TEST(OrderedPipeline, AnItemLargerThanTheBudgetStillRuns) {
  ThreadPool pool(2);
  std::size_t consumed = 0;
  run_ordered(
      pool, 3, 10, [](std::size_t) { return 100; }, [](std::size_t) {},
      [&](std::size_t) { return ++consumed > 0; });
  EXPECT_EQ(consumed, 3U);
}

TEST(OrderedPipeline, StopsWhenConsumeSaysSo) {
  ThreadPool pool(2);
  std::atomic<std::size_t> produced{0};
  std::size_t consumed = 0;
  run_ordered(
      pool, 10'000, 4, [](std::size_t) { return 1; }, [&](std::size_t) { ++produced; },
      [&](std::size_t) { return ++consumed < 10; });
  EXPECT_EQ(consumed, 10U);
  EXPECT_LT(produced.load(), 100U);
}

}  // namespace
}  // namespace quarry
