#include "quarry/evaluation/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "quarry/base/test_directory.h"
#include "quarry/evaluation/feedback.h"

namespace quarry::evaluation {
namespace {

using testing::HasSubstr;

constexpr const char* kQuestion =
    "{\"repo\":\"o/"
    "r\",\"language\":\"python\",\"kind\":\"how\",\"query\":\"q\",\"relevant\":[{\"path\":\"a.py\"}]}\n";
constexpr const char* kFunctionQuestion =
    "{\"repo\":\"r\",\"query\":\"q\",\"relevant\":[{\"path\":\"a.py\",\"name\":\"f\",\"start\":1,\"end\":2}]}"
    "\n";

class TaskTest : public testing::Test {
 protected:
  Result<std::vector<Task>> read(const std::string& spec, TaskOptions options = {}) {
    return read_tasks(posix_file_system(), spec, options);
  }
  void write_beir(const std::string& name) {
    folder_.write(
        name + "/corpus.jsonl",
        "{\"_id\":\"c0\",\"text\":\"def f():\\n  'doc'\\n  pass\",\"metadata\":{\"language\":\"python\"}}\n"
        "{\"_id\":\"c1\",\"title\":\"t\",\"text\":\"x\"}\n");
    folder_.write(name + "/queries.jsonl",
                  "{\"_id\":\"q0\",\"text\":\"a\"}\n{\"_id\":\"q1\",\"text\":\"b\"}\n");
    folder_.write(name + "/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq0\tc0\t1\n");
    folder_.write(name + "/qrels/train.tsv", "query-id\tcorpus-id\tscore\nq1\tc1\t1\n");
  }
  TestDirectory folder_;
};

TEST_F(TaskTest, BeirTakesTheTestSplitAndItsQueries) {
  write_beir("set");
  const auto tasks = read((folder_.path() / "set").string()).value();
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0].name, "set");
  EXPECT_EQ(name_of(tasks[0].main), "ndcg@10");
  const auto& data = std::get<DocumentTask>(tasks[0].data);
  ASSERT_EQ(data.documents.size(), 2U);
  EXPECT_EQ(data.documents[0].language, corpus::Language::python);
  EXPECT_EQ(data.documents[1].title, "t");
  ASSERT_EQ(data.queries.size(), 1U);
  EXPECT_EQ(data.queries[0].id, "q0");
}

TEST_F(TaskTest, DocsAreRemovedOnRequestAndMakeAnotherTask) {
  write_beir("set");
  const auto whole = read((folder_.path() / "set").string()).value();
  const auto harder = read("hard=" + (folder_.path() / "set").string(), {.remove_docs = true}).value();
  EXPECT_EQ(harder[0].name, "hard");
  EXPECT_EQ(std::get<DocumentTask>(harder[0].data).documents[0].text, "def f():\n  pass");
  EXPECT_NE(harder[0].hash, whole[0].hash);
}

TEST_F(TaskTest, AJudgedDocumentThatIsMissingIsAnError) {
  write_beir("set");
  folder_.write("set/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq0\tc7\t1\n");
  EXPECT_THAT(read((folder_.path() / "set").string()).error().message, HasSubstr("c7"));
  folder_.write("set/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq9\tc0\t1\n");
  EXPECT_THAT(read((folder_.path() / "set").string()).error().message, HasSubstr("q9"));
  folder_.write("set/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq0\tc0\t1\n");
  folder_.write("set/corpus.jsonl", "{\"_id\":\"c0\",\"text\":\"x\"}\nnot json\n");
  EXPECT_THAT(read((folder_.path() / "set").string()).error().message, HasSubstr("corpus.jsonl:2"));
}

TEST_F(TaskTest, CosqaAsPublished) {
  folder_.write("cosqa/code_idx_map.txt", "{\"def a(): pass\": 0, \"def b(): pass\": 12}");
  folder_.write("cosqa/cosqa-retrieval-dev-500.json",
                "[{\"idx\":\"dev-1\",\"doc\":\"how to b\",\"code\":\"def b(): "
                "pass\",\"label\":1,\"retrieval_idx\":12}]");
  const auto tasks = read((folder_.path() / "cosqa").string()).value();
  const auto& data = std::get<DocumentTask>(tasks.at(0).data);
  EXPECT_EQ(tasks[0].layout, "cosqa");
  EXPECT_EQ(data.documents.size(), 2U);
  EXPECT_EQ(data.judgments.at("dev-1").at("12"), 1);
  folder_.write("cosqa/cosqa-retrieval-dev-500.json", "[{\"idx\":\"dev-1\"}]");
  EXPECT_THAT(read((folder_.path() / "cosqa").string()).error().message, HasSubstr("question 1"));
}

TEST_F(TaskTest, TheBenchmarksLayoutIsTwoTasks) {
  folder_.write("bench/dev/queries.jsonl", kQuestion);
  folder_.write("bench/functions.jsonl", kFunctionQuestion);
  const auto tasks = read((folder_.path() / "bench").string() + "/").value();
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_EQ(tasks[0].name, "bench.files");
  EXPECT_EQ(name_of(tasks[0].main), "ndcg@10");
  EXPECT_EQ(tasks[1].name, "bench.functions");
  EXPECT_EQ(name_of(tasks[1].main), "mrr@10");
  EXPECT_EQ(std::get<PlaceTask>(tasks[1].data).repositories, folder_.path() / "bench/dev/repos");
}

TEST_F(TaskTest, NothingKnownSaysWhatIsLookedFor) {
  folder_.write("empty/readme", "");
  EXPECT_THAT(read((folder_.path() / "empty").string()).error().message, HasSubstr("corpus.jsonl"));
  EXPECT_FALSE(read((folder_.path() / "nowhere").string()));
  EXPECT_THAT(read(folder_.write("none.jsonl", "\n").string()).error().message,
              HasSubstr("no judged questions"));
}

TEST_F(TaskTest, FeedbackBecomesQuestionsOfWhatWasCalledGood) {
  const auto file = folder_.write(
      "feedback.jsonl",
      "{\"query\":\"open a "
      "socket\",\"repo\":\"net\",\"path\":\"a.c\",\"start_line\":3,\"end_line\":9,\"verdict\":\"good\"}\n"
      "{\"query\":\"open a socket\",\"repo\":\"net\",\"path\":\"b.c\",\"verdict\":\"bad\"}\n"
      "{\"query\":\"sampled only\",\"repo\":\"net\"}\n"
      "{\"query\":\"looked at\",\"repo\":\"net\",\"path\":\"a.c\",\"verdict\":\"click\"}\n"
      "{\"query\":\"nobody liked it\",\"repo\":\"net\",\"path\":\"c.c\",\"verdict\":false}\n"
      "{\"query\":\"second thought\",\"repo\":\"net\",\"path\":\"c.c\",\"verdict\":\"up\"}\n"
      "{\"query\":\"second thought\",\"repo\":\"net\",\"path\":\"c.c\",\"verdict\":\"down\"}\n");
  const auto feedback = read_feedback(posix_file_system(), file).value();
  ASSERT_EQ(feedback.questions.size(), 1U);
  EXPECT_EQ(feedback.questions[0].repository, "net");
  ASSERT_EQ(feedback.questions[0].targets.size(), 1U);
  EXPECT_TRUE(feedback.questions[0].by_function());
  EXPECT_EQ(feedback.without_verdict, 2U);
  EXPECT_EQ(feedback.unanswered, 2U);
  const auto tasks = read(file.string(), {.repositories = "/src"}).value();
  EXPECT_EQ(tasks.at(0).layout, "feedback");
  const auto broken =
      folder_.write("broken.jsonl", "{\"query\":\"q\",\"path\":\"a\",\"verdict\":\"perhaps\"}\n");
  EXPECT_THAT(read(broken.string()).error().message, HasSubstr("broken.jsonl:1"));
}

}  // namespace
}  // namespace quarry::evaluation
