#include "quarry/evaluation/trec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "quarry/base/test_directory.h"

namespace quarry::evaluation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Judgments, TrecAndBeirLayoutsSayTheSame) {
  const TestDirectory folder;
  const auto trec = folder.write("a.qrels", "q1 0 d1 2\nq1 0 d2 0\nq2\t0\td1\t1\r\n");
  const auto beir = folder.write("b.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq2\td1\t1\n");
  const auto judgments = read_judgments(posix_file_system(), trec).value();
  EXPECT_EQ(judgments, read_judgments(posix_file_system(), beir).value());
  EXPECT_EQ(judgments.at("q1").at("d1"), 2);
}

TEST(Judgments, BrokenLinesAreNamed) {
  const TestDirectory folder;
  for (const auto* text : {"q1 0 d1 1\nq1 0 d1 1\n", "q1 0 d1 1\nq1 0 d2\textra 1 2\n",
                           "q1 0 d1 1\nq1 0 d2 x\n", "h h h\nq1 d1 x\n"}) {
    const auto judgments = read_judgments(posix_file_system(), folder.write("q", text));
    ASSERT_FALSE(judgments) << text;
    EXPECT_THAT(judgments.error().message, HasSubstr("q:2: "));
  }
}

TEST(Run, IsReadBackAsItWasWritten) {
  const TestDirectory folder;
  NamedRun run{.name = "my system", .run = {{"q1", {{"d 2", 0.30000001F}, {"d1", -1e-7F}}}, {"q2", {}}}};
  const auto back = read_run(posix_file_system(), folder.write("r", to_trec(run))).value();
  EXPECT_EQ(back.name, "my_system");
  ASSERT_EQ(back.run.at("q1").size(), 2U);
  EXPECT_EQ(back.run.at("q1")[0].document, "d_2");
  EXPECT_EQ(back.run.at("q1")[0].score, 0.30000001F);
  EXPECT_EQ(back.run.at("q1")[1].score, -1e-7F);
}

TEST(Run, BrokenLinesAreNamed) {
  const TestDirectory folder;
  for (const auto* text : {"q Q0 d 1 1 n\nq Q0 d 1 1\n", "q Q0 d 1 1 n\nq Q0 e 2 high n\n",
                           "q Q0 d 1 1 n\nq Q0 d 2 0 n\n", "q Q0 d 1 1 n\nq Q0 e 2 nan n\n"}) {
    const auto run = read_run(posix_file_system(), folder.write("r", text));
    ASSERT_FALSE(run) << text;
    EXPECT_THAT(run.error().message, HasSubstr("r:2: "));
  }
}

TEST(Judge, OrdersByScoreAndEqualScoresByIdBackwards) {
  const std::vector<Retrieved> found{{"a", 1}, {"c", 1}, {"b", 2}};
  const Judged judged = judge(found, {{"a", 3}, {"c", 1}, {"never", 2}, {"b", -1}});
  EXPECT_THAT(judged.gains, ElementsAre(0, 1, 3));
  EXPECT_THAT(judged.ideal, ElementsAre(3, 2, 1));
  EXPECT_THAT(judged.found_at, ElementsAre(2, 3));
}

}  // namespace
}  // namespace quarry::evaluation
