#include "quarry/evaluation/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "quarry/base/test_directory.h"

namespace quarry::evaluation {
namespace {

using testing::HasSubstr;

TEST(Metrics, ARepeatedFileTakesAPlaceAndGainsNothing) {
  const std::vector<Target> targets{{.path = "a.py", .lines = {}, .function = false},
                                    {.path = "b.py", .lines = {}, .function = false}};
  const std::vector<Place> places{{"a.py", {1, 2}}, {"a.py", {5, 9}}, {"b.py", {1, 1}}};
  const Grades grades = grades_of(judge(places, targets), 10);
  EXPECT_NEAR(grades.ndcg, (1 + 1 / std::log2(4.0)) / (1 + 1 / std::log2(3.0)), 1e-12);
  EXPECT_EQ(grades.mrr, 1);
  EXPECT_EQ(grades.hit, 1);
}

TEST(Metrics, NothingFoundIsZeroAndBeyondTenDoesNotCount) {
  const std::vector<Target> targets{{.path = "x.py", .lines = {}, .function = false}};
  std::vector<Place> places(10, Place{"y.py", {1, 1}});
  places.push_back({"x.py", {1, 1}});
  EXPECT_EQ(grades_of(judge(places, targets), 10).ndcg, 0);
  EXPECT_EQ(grades_of(judge({}, targets), 10).hit, 0);
}

TEST(Metrics, NamesAreReadAndWritten) {
  for (const char* name : {"ndcg@10", "mrr@5", "recall@100", "hit@1", "map"}) {
    EXPECT_EQ(name_of(metric_from_name(name).value()), name);
  }
  for (const char* name : {"", "ndcg", "ndcg@", "ndcg@0", "ndcg@x", "map@10", "err@10", "ndcg@10 "}) {
    EXPECT_FALSE(metric_from_name(name)) << name;
  }
}

TEST(Metrics, GradesCountInProportionAndNothingRelevantIsZero) {
  const Judged judged{.gains = {0, 2, 1}, .ideal = {2, 2, 1}, .found_at = {2, 3}};
  const double ideal = 2 + 2 / std::log2(3.0) + 1 / std::log2(4.0);
  EXPECT_NEAR(value_of({.kind = Metric::Kind::ndcg, .cutoff = 10}, judged),
              (2 / std::log2(3.0) + 1 / std::log2(4.0)) / ideal, 1e-12);
  EXPECT_NEAR(value_of({.kind = Metric::Kind::map, .cutoff = 0}, judged), (1.0 / 2 + 2.0 / 3) / 3, 1e-12);
  EXPECT_EQ(value_of({.kind = Metric::Kind::mrr, .cutoff = 1}, judged), 0);
  EXPECT_EQ(value_of({.kind = Metric::Kind::mrr, .cutoff = 2}, judged), 0.5);
  EXPECT_NEAR(value_of({.kind = Metric::Kind::recall, .cutoff = 2}, judged), 1.0 / 3, 1e-12);
  for (const auto kind : {Metric::Kind::ndcg, Metric::Kind::mrr, Metric::Kind::recall, Metric::Kind::map}) {
    EXPECT_EQ(value_of({.kind = kind, .cutoff = 10}, Judged{.gains = {0}, .ideal = {}, .found_at = {}}), 0);
  }
}

TEST(Metrics, APlaceThatCoversTwoTargetsCountsOnceAndMeetsBoth) {
  const std::vector<Target> targets{{.path = "a.py", .lines = Lines{1, 5}, .function = false},
                                    {.path = "a.py", .lines = Lines{6, 9}, .function = false}};
  const std::vector<Place> places{{"a.py", {4, 7}}};
  const Judged judged = judge(places, targets);
  EXPECT_EQ(value_of({.kind = Metric::Kind::recall, .cutoff = 1}, judged), 1);
  EXPECT_NEAR(value_of({.kind = Metric::Kind::ndcg, .cutoff = 10}, judged), 1 / (1 + 1 / std::log2(3.0)),
              1e-12);
}

TEST(Covers, PathsMatchBySuffixAtASlash) {
  const Target target{.path = "src/net/http.go", .lines = {}, .function = false};
  EXPECT_TRUE(covers({"net/http.go", {1, 1}}, target));
  EXPECT_TRUE(covers({"repo/src/net/http.go", {1, 1}}, target));
  EXPECT_FALSE(covers({"p.go", {1, 1}}, target));
}

TEST(Covers, AFunctionTargetWantsMostOfTheFunctionAndNotAPage) {
  const Target target{.path = "a.c", .lines = Lines{100, 119}, .function = true};
  EXPECT_TRUE(covers({"a.c", {100, 119}}, target));
  EXPECT_TRUE(covers({"a.c", {110, 125}}, target));
  EXPECT_FALSE(covers({"a.c", {111, 125}}, target));
  EXPECT_FALSE(covers({"a.c", {60, 160}}, target));
}

TEST(GroupedMean, RepositoriesCountAlike) {
  GroupedMean mean;
  for (int i = 0; i < 9; ++i) mean.add("large", {.ndcg = 1, .mrr = 1, .hit = 1});
  mean.add("small", {.ndcg = 0, .mrr = 0, .hit = 0});
  EXPECT_EQ(mean.mean().ndcg, 0.5);
}

TEST(ReadQuestions, NamesTheBrokenLine) {
  const TestDirectory folder;
  const auto path = folder.write(
      "q.jsonl", "{\"repo\":\"o/r\",\"query\":\"q\",\"relevant\":[{\"path\":\"a\"}]}\n\n{\"repo\":1}\n");
  const auto questions = read_questions(posix_file_system(), path);
  ASSERT_FALSE(questions);
  EXPECT_THAT(questions.error().message, HasSubstr("q.jsonl:3"));
}

TEST(ReadQuestions, TakesNoLineThatNoFileHas) {
  const TestDirectory folder;
  const auto path = folder.write(
      "q.jsonl",
      R"({"repo":"r","query":"f","relevant":[{"path":"a","name":"f","start":4294967301,"end":4294967305}]})");
  EXPECT_FALSE(read_questions(posix_file_system(), path));  // not lines 5 to 9
}

TEST(ReadQuestions, ReadsBothKinds) {
  const TestDirectory folder;
  const auto path = folder.write(
      "q.jsonl",
      R"({"repo":"o/r","benchmark_root":"src","category":"symbol","query":"q","relevant":[{"path":"a"}],"secondary":[{"path":"b","start_line":3,"end_line":4}]})"
      "\n"
      R"({"repo":"r","root":null,"kind":"how","query":"f","relevant":[{"path":"a","name":"f","start":5,"end":9}]})");
  const auto questions = read_questions(posix_file_system(), path).value();
  ASSERT_EQ(questions.size(), 2U);
  EXPECT_EQ(questions[0].repository, "r");
  EXPECT_EQ(questions[0].root, "src");
  EXPECT_EQ(questions[0].targets.size(), 2U);
  EXPECT_FALSE(questions[0].by_function());
  EXPECT_TRUE(questions[1].by_function());
  EXPECT_EQ(questions[1].root, "");
}

}  // namespace
}  // namespace quarry::evaluation
