#include "quarry/evaluation/evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "quarry/base/test_directory.h"
#include "quarry/evaluation/report.h"

namespace quarry::evaluation {
namespace {

using testing::HasSubstr;

// Texts about files in one direction and about sockets in the other: enough to tell rankers apart.
class ToyEncoder final : public model::Encoder {
 public:
  const std::string& name() const override { return name_; }
  const std::string& fingerprint() const override { return name_; }
  std::uint32_t dimensions() const override { return 8; }
  Result<std::vector<float>> encode(std::span<const std::string_view> texts, model::Side) const override {
    std::vector<float> rows;
    for (const std::string_view text : texts) {
      std::vector<float> row(8);
      const bool file = text.find("unlink") != std::string_view::npos || text == "remove a file";
      row[file ? 0 : 1] = 1;
      rows.insert(rows.end(), row.begin(), row.end());
    }
    return rows;
  }

 private:
  std::string name_ = "toy";
};

class EvaluationTest : public testing::Test {
 protected:
  EvaluationTest() {
    options_.work = folder_.path() / "work";
    options_.threads = 1;
    folder_.write("repos/app/src/net.py",
                  "def connect(host):\n    \"\"\"Opens a socket to a host.\"\"\"\n    return socket(host)\n");
    folder_.write("repos/app/src/disk.py", "def drop(path):\n    os.unlink(path)\n");
    folder_.write("repos/queries.jsonl",
                  "{\"repo\":\"app\",\"root\":\"src\",\"language\":\"python\",\"query\":\"open a socket\","
                  "\"relevant\":[{\"path\":\"src/net.py\"}]}\n"
                  "{\"repo\":\"app\",\"root\":\"src\",\"language\":\"python\",\"query\":\"remove a file\","
                  "\"relevant\":[{\"path\":\"src/disk.py\"}]}\n");
  }
  Task places() {
    return read_tasks(posix_file_system(), (folder_.path() / "repos/queries.jsonl").string(),
                      {.repositories = folder_.path() / "repos"})
        .value()
        .at(0);
  }
  static double mrr(const SystemResult& system) {
    return grouped_mean(values_of(system, {.kind = Metric::Kind::mrr, .cutoff = 10}), grouping_of(system));
  }
  TestDirectory folder_;
  EvaluationOptions options_;
  std::shared_ptr<const model::Encoder> encoder_ = std::make_shared<ToyEncoder>();
};

TEST_F(EvaluationTest, PlacesAreSearchedWithTheProductAndEachSystemForItself) {
  const std::vector<System> systems{
      {.name = "words", .ranker = Ranker::words, .encoder = nullptr, .weights = {}},
      {.name = "vectors", .ranker = Ranker::vectors, .encoder = encoder_, .weights = {}}};
  const auto result = evaluate(posix_file_system(), places(), systems, options_).value();
  ASSERT_EQ(result.systems.size(), 2U);
  ASSERT_EQ(result.systems[0].queries.size(), 2U);
  const GradedQuery& socket = result.systems[0].queries[0];
  ASSERT_FALSE(socket.found.empty());
  EXPECT_EQ(socket.found[0].id, "src/net.py:1-3");
  EXPECT_EQ(socket.group, "app");
  EXPECT_EQ(result.systems[0].queries[1].found.size(), 0U);  // no word in common
  EXPECT_EQ(mrr(result.systems[0]), 0.5);
  EXPECT_EQ(mrr(result.systems[1]), 1.0);
  EXPECT_NE(result.data_hash, 0U);
}

TEST_F(EvaluationTest, ArchivesAreUnpackedFirst) {
  const std::string repos = (folder_.path() / "repos").string();
  ASSERT_EQ(
      std::system(
          ("cd " + repos + "/app && tar --zstd -cf ../app.tar.zst src && rm -r src && rmdir ../app").c_str()),
      0);
  const std::vector<System> systems{
      {.name = "words", .ranker = Ranker::words, .encoder = nullptr, .weights = {}}};
  EXPECT_EQ(mrr(evaluate(posix_file_system(), places(), systems, options_).value().systems[0]), 0.5);
  std::filesystem::remove(folder_.path() / "repos/app.tar.zst");
  options_.work = folder_.path() / "elsewhere";
  EXPECT_THAT(evaluate(posix_file_system(), places(), systems, options_).error().message,
              HasSubstr("app.tar.zst"));
  folder_.write("repos/app.tar.zst", "no archive");
  EXPECT_THAT(evaluate(posix_file_system(), places(), systems, options_).error().message,
              HasSubstr("cannot unpack"));
}

TEST_F(EvaluationTest, DocumentsAreRankedByTheirTextsAndByTheIndex) {
  folder_.write(
      "set/corpus.jsonl",
      "{\"_id\":\"net\",\"text\":\"def connect(host):\\n    'Opens a socket.'\\n    return socket(host)\","
      "\"metadata\":{\"language\":\"python\"}}\n"
      "{\"_id\":\"disk\",\"text\":\"def drop(path):\\n    os.unlink(path)\"}\n");
  folder_.write("set/queries.jsonl",
                "{\"_id\":\"1\",\"text\":\"open a socket\"}\n{\"_id\":\"2\",\"text\":\"remove a file\"}\n");
  folder_.write("set/qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\tnet\t1\n2\tdisk\t1\n");
  const Task task = read_tasks(posix_file_system(), (folder_.path() / "set").string(), {}).value().at(0);
  const std::vector<System> systems{
      {.name = "words", .ranker = Ranker::words, .encoder = nullptr, .weights = {}},
      {.name = "hybrid", .ranker = Ranker::hybrid, .encoder = encoder_, .weights = {}},
      {.name = "vectors", .ranker = Ranker::vectors, .encoder = encoder_, .weights = {}}};
  const auto result = evaluate(posix_file_system(), task, systems, options_).value();
  EXPECT_EQ(mrr(result.systems[0]), 0.5);
  EXPECT_EQ(mrr(result.systems[2]), 1.0);
  EXPECT_EQ(result.systems[0].queries[0].found.at(0).id, "net");
  EXPECT_EQ(result.systems[1].queries[0].found.at(0).id, "net");
}

TEST_F(EvaluationTest, ARunThatWasWrittenGradesAsItDid) {
  const Task task = places();
  const std::vector<System> systems{
      {.name = "vectors", .ranker = Ranker::vectors, .encoder = encoder_, .weights = {}}};
  const auto result = evaluate(posix_file_system(), task, systems, options_).value();
  const auto file = folder_.write("x.run", to_trec(run_of(result.systems[0])));
  std::vector<NamedRun> runs{read_run(posix_file_system(), file).value()};
  const auto judged = judge_runs(task, runs).value();
  EXPECT_EQ(mrr(judged.systems[0]), mrr(result.systems[0]));
  runs[0].run.erase(runs[0].run.begin());
  EXPECT_EQ(mrr(judge_runs(task, runs).value().systems[0]), 0.5);
  runs[0].run = {{"other", {{"a", 1}}}};
  EXPECT_THAT(judge_runs(task, runs).error().message, HasSubstr("none of the 2 queries"));
  runs[0].run = {{"app:1", {{"a", 1}}}};
  EXPECT_THAT(judge_runs(task, runs).error().message, HasSubstr("'a' is no place"));
}

TEST_F(EvaluationTest, StoppingIsAnError) {
  std::stop_source stop;
  stop.request_stop();
  options_.stop = stop.get_token();
  const std::vector<System> systems{
      {.name = "words", .ranker = Ranker::words, .encoder = nullptr, .weights = {}}};
  const auto result = evaluate(posix_file_system(), places(), systems, options_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
}

}  // namespace
}  // namespace quarry::evaluation
