#include "quarry/evaluation/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "quarry/base/test_directory.h"

namespace quarry::evaluation {
namespace {

using testing::HasSubstr;

// A system that has the answer to every `period`-th question at rank 2 and to the others at rank 1.
TaskResult result_with(std::size_t period, std::uint64_t hash = 5) {
  TaskResult result{.task = "t",
                    .layout = "questions",
                    .main = {.kind = Metric::Kind::mrr, .cutoff = 10},
                    .task_hash = hash,
                    .data_hash = 0,
                    .systems = {{.system = "s", .queries = {}}}};
  for (std::size_t i = 0; i < 40; ++i) {
    const bool second = i % period == 0;
    GradedQuery query;
    query.group = std::string(1, i < 20 ? 'a' : 'b');
    query.judged = {.gains = second ? std::vector<std::uint32_t>{0, 1} : std::vector<std::uint32_t>{1},
                    .ideal = {1},
                    .found_at = {second ? 2U : 1U}};
    result.systems[0].queries.push_back(std::move(query));
  }
  return result;
}

class BaselineTest : public testing::Test {
 protected:
  static Result<std::vector<Verdict>> compare_with(const Baseline& baseline, const TaskResult& now) {
    const std::vector<TaskReport> reports{report_on(now, kMetrics, {})};
    return compare(baseline, reports, {});
  }
  static Baseline baseline_from(const TaskResult& before, double tolerance) {
    const std::vector<TaskReport> reports{report_on(before, kMetrics, {})};
    return baseline_of(reports, tolerance);
  }
  static inline const std::vector<Metric> kMetrics = metrics_at(std::vector<std::size_t>{10});
};

TEST_F(BaselineTest, EqualIsOpenAndWorseBeyondTheToleranceIsNot) {
  const TaskResult good = result_with(10);  // MRR .95
  const TaskResult bad = result_with(4);    // MRR .875
  EXPECT_FALSE(compare_with(baseline_from(good, 0), good).value().at(0).worse);
  EXPECT_FALSE(compare_with(baseline_from(bad, 0), good).value().at(0).worse);
  EXPECT_FALSE(compare_with(baseline_from(good, 0.08), bad).value().at(0).worse);
  const auto verdicts = compare_with(baseline_from(good, 0.07), bad).value();
  EXPECT_TRUE(verdicts.at(0).worse);
  EXPECT_TRUE(verdicts[0].paired);
  EXPECT_LE(verdicts[0].interval.low, -0.075);
  EXPECT_GE(verdicts[0].interval.high, -0.075);
  EXPECT_THAT(to_sentence(verdicts[0]), HasSubstr("t mrr@10: 0.8750, before 0.9500: worse by 0.0750"));
  EXPECT_THAT(to_sentence(verdicts[0]), HasSubstr("tolerance 0.0700"));
}

TEST_F(BaselineTest, IsReadBackAsItWasWritten) {
  const TestDirectory folder;
  const TaskResult result = result_with(3);
  const Baseline baseline = baseline_from(result, 0.02);
  const auto back = read_baseline(posix_file_system(), folder.write("b.json", to_json(baseline))).value();
  EXPECT_EQ(back.system, "s");
  ASSERT_EQ(back.measures.size(), 1U);
  EXPECT_EQ(back.measures[0].queries, baseline.measures[0].queries);
  EXPECT_EQ(back.measures[0].tolerance, 0.02);
  EXPECT_EQ(back.measures[0].task_hash, 5U);
  EXPECT_FALSE(compare_with(back, result).value().at(0).worse);
}

TEST_F(BaselineTest, ByHandIsEnoughAndGivesNoInterval) {
  const TestDirectory folder;
  const auto file =
      folder.write("b.json", R"({"measures": [{"task": "t", "metric": "hit@1", "value": 0.99}]})");
  const auto baseline = read_baseline(posix_file_system(), file).value();
  const auto verdicts = compare_with(baseline, result_with(10)).value();
  EXPECT_TRUE(verdicts.at(0).worse);
  EXPECT_FALSE(verdicts[0].paired);
  EXPECT_EQ(verdicts[0].tolerance, kDefaultTolerance);
}

TEST_F(BaselineTest, WhatCannotBeComparedIsAnErrorAndNotOpen) {
  Baseline baseline = baseline_from(result_with(10), 0);
  EXPECT_THAT(compare_with(baseline, result_with(10, 6)).error().message, HasSubstr("--write-baseline"));
  baseline.measures[0].task = "other";
  EXPECT_THAT(compare_with(baseline, result_with(10)).error().message, HasSubstr("other"));
  const TestDirectory folder;
  for (const char* text : {"", "[]", "{}", R"({"measures": []})", R"({"measures": [{"task": "t"}]})",
                           R"({"measures": [{"task": "t", "metric": "map", "value": "x"}]})",
                           R"({"measures": [{"task": "t", "metric": "map", "value": 1, "tolerance": -1}]})",
                           R"({"format": 9, "measures": [{"task": "t", "metric": "map", "value": 1}]})"}) {
    const auto read = read_baseline(posix_file_system(), folder.write("b.json", text));
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr("b.json"));
  }
}

}  // namespace
}  // namespace quarry::evaluation
