// quarry eval and quarry tune from outside: tables, JSON, the gate's exit statuses, and input that is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "program.h"
#include "quarry/base/test_directory.h"

namespace quarry::tests {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

class EvalTest : public testing::Test {
 protected:
  EvalTest() {
    directory_.write(
        "set/repos/app/net.py",
        "def connect(host):\n    \"\"\"Opens a socket to a host.\"\"\"\n    return socket(host)\n");
    directory_.write("set/repos/app/disk.py", "def drop(path):\n    os.unlink(path)\n");
    directory_.write("set/repos/tool/parse.go",
                     "package tool\n\n// ParseDate reads a date.\nfunc ParseDate(text string) {}\n");
    directory_.write(
        "set/queries.jsonl",
        "{\"repo\":\"app\",\"language\":\"python\",\"kind\":\"how\",\"query\":\"open a socket\","
        "\"relevant\":[{\"path\":\"net.py\"}]}\n"
        "{\"repo\":\"app\",\"language\":\"python\",\"kind\":\"what\",\"query\":\"delete a file\","
        "\"relevant\":[{\"path\":\"disk.py\"}]}\n"
        "{\"repo\":\"tool\",\"language\":\"go\",\"kind\":\"how\",\"query\":\"read a date\","
        "\"relevant\":[{\"path\":\"parse.go\"}]}\n");
  }
  Outcome quarry(std::vector<std::string> arguments) const {
    return run({std::move(arguments),
                directory_.path(),
                {{"HOME", directory_.path() / "home"}, {"LANG", "C.UTF-8"}, {"PAUSE", "0"}},
                std::nullopt,
                std::nullopt,
                std::nullopt});
  }
  TestDirectory directory_;
};

TEST_F(EvalTest, ATableForPeople) {
  const auto shown = quarry({"eval", "--task", "set", "--ranking", "words,bm25f"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, StartsWith("set: 3 questions over 2 repositories\n"));
  EXPECT_THAT(shown.out, AllOf(HasSubstr("NDCG@10"), HasSubstr("95 % interval"), HasSubstr("against words"),
                               HasSubstr("NDCG@10 by language"), HasSubstr("NDCG@10 by kind")));
  // app: one of two, tool: one of one.
  EXPECT_THAT(shown.out, HasSubstr("words     0.7500"));
}

TEST_F(EvalTest, JsonAndFilesForMachines) {
  const auto shown = quarry({"eval", "--task", "mine=set", "--json", "--per-query", "lines.jsonl",
                             "--write-runs", "runs", "--cutoff", "1,10", "--ranking", "words"});
  ASSERT_EQ(shown.status, 0) << shown.err;
  const auto object = json::parse(shown.out);
  EXPECT_EQ(object["manifest"]["tasks"][0], "mine=set");
  EXPECT_EQ(object["manifest"]["program_hash"].get<std::string>().size(), 16U);
  const auto& result = object["results"][0];
  EXPECT_EQ(result["task"], "mine");
  EXPECT_EQ(result["main"], "ndcg@1");
  EXPECT_EQ(result["queries"], 3);
  EXPECT_NE(result["data_hash"], "0000000000000000");
  EXPECT_EQ(result["systems"][0]["metrics"]["mrr@10"]["mean"], 0.75);
  EXPECT_EQ(result["systems"][0]["by_language"]["go"]["ndcg@1"], 1.0);
  const auto line = json::parse(read_file(directory_.path() / "lines.jsonl")
                                    .substr(0, read_file(directory_.path() / "lines.jsonl").find('\n')));
  EXPECT_EQ(line["id"], "app:1");
  EXPECT_EQ(line["top"][0], "net.py:1-3");
  const auto run = read_file(directory_.path() / "runs/mine.words.run");
  EXPECT_THAT(run, StartsWith("app:1 Q0 net.py:1-3 1 "));

  const auto again = quarry({"eval", "--task", "mine=set", "--run", "runs/mine.words.run", "--json"});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(json::parse(again.out)["results"][0]["systems"][0]["metrics"]["mrr@10"]["mean"], 0.75);
}

TEST_F(EvalTest, TheGateOpensClosesOrRefuses) {
  const auto written =
      quarry({"eval", "--task", "set", "--ranking", "words", "--write-baseline", "base.json"});
  ASSERT_EQ(written.status, 0) << written.err;
  const auto open = quarry({"eval", "--task", "set", "--ranking", "words", "--gate", "base.json"});
  EXPECT_EQ(open.status, 0) << open.err;
  EXPECT_THAT(open.err, HasSubstr("gate: open: set ndcg@10: 0.7500, before 0.7500: equal"));

  // The function that answers the date question loses its name and doc.
  directory_.write("set/repos/tool/parse.go", "package tool\n\nfunc X(text string) {}\n");
  const auto closed = quarry({"eval", "--task", "set", "--ranking", "words", "--gate", "base.json"});
  EXPECT_EQ(closed.status, 1) << closed.err;
  EXPECT_THAT(closed.err, AllOf(HasSubstr("gate: closed: set ndcg@10: "), HasSubstr("worse by"),
                                HasSubstr("interval of the difference"), HasSubstr("tolerance 0.0100")));
  EXPECT_EQ(
      quarry({"eval", "--task", "set", "--ranking", "words", "--gate", "base.json", "--tolerance", "0.9"})
          .status,
      0);

  const auto other = quarry({"eval", "--task", "other=set", "--ranking", "words", "--gate", "base.json"});
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.err, HasSubstr("--task set=PATH"));
  const auto missing = quarry({"eval", "--task", "set", "--ranking", "words", "--gate", "none.json"});
  EXPECT_EQ(missing.status, 2);
  const auto several = quarry({"eval", "--task", "set", "--ranking", "words,bm25f", "--gate", "base.json"});
  EXPECT_EQ(several.status, 2);
  EXPECT_THAT(several.err, HasSubstr("about one system; 2 were named"));
}

TEST_F(EvalTest, WhatIsWrongIsSaid) {
  const std::pair<std::vector<std::string>, const char*> kCases[] = {
      {{"eval"}, "--task PATH"},
      {{"eval", "--task", "nowhere"}, "nowhere"},
      {{"eval", "--task", "set", "--ranking", "vectors", "--model", "no_model"}, "no_model"},
      {{"eval", "--task", "set", "--ranking", "best"}, "best"},
      {{"eval", "--task", "set", "--cutoff", "ten"}, "--cutoff"},
      {{"eval", "--task", "set", "--tolerance", "-1"}, "--tolerance"},
      {{"eval", "--task", "set", "--only", "none"}, "--only"},
      {{"eval", "--qrels", "set/queries.jsonl"}, "--run"},
      {{"eval", "set"}, "one argument too many"},
      {{"tune", "config.yaml"}, "--search"},
      {{"tune", "config.yaml", "--search", "none.yaml", "-o", "out", "--program", "/bin/true"}, "none.yaml"}};
  for (const auto& [words, message] : kCases) {
    const auto outcome = quarry(words);
    EXPECT_EQ(outcome.status, 2) << message;
    EXPECT_THAT(outcome.err, HasSubstr(message));
  }
}

// Twenty thousand questions take minutes to fit; the dump is there when the fit is about to begin.
TEST_F(EvalTest, ASignalEndsAFit) {
  const std::string lines = read_file(directory_.path() / "set/queries.jsonl");
  std::string many;
  for (int i = 0; i < 7000; ++i) many += lines;
  directory_.write("set/many.jsonl", many);
  const auto dump = directory_.path() / "dump.jsonl";
  Running running({{"fit-ranking", "--judgments", "set/many.jsonl", "--repos", "set/repos", "--no-vectors",
                    "--folds", "100", "--dump", dump, "--index", directory_.path() / "indexes"},
                   directory_.path(),
                   {{"HOME", directory_.path() / "home"}},
                   std::nullopt,
                   std::nullopt,
                   std::nullopt});
  for (int wait = 0; wait < 1000 && !std::filesystem::exists(dump); ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ASSERT_TRUE(std::filesystem::exists(dump));
  running.signal(SIGTERM);
  const auto outcome = running.wait(20);
  EXPECT_EQ(outcome.status, 128 + SIGTERM) << outcome.err;
  EXPECT_EQ(outcome.out, "");
}

TEST_F(EvalTest, TuneTriesReportsAndGoesOn) {
  const auto program =
      directory_.write("train",
                       "#!/bin/sh\nfor word; do case $word in rate=*) r=${word#rate=};; esac; done\n"
                       "echo \"step=1 score=$r\"\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  directory_.write("space.yaml",
                   "objective: {metric: score, goal: minimize}\nparameters: {rate: {min: 0.1, max: 0.9}}\n");
  const std::vector<std::string> words{"tune", "c.yaml",    "--search",       "space.yaml", "-o",
                                       "out",  "--program", program.string(), "--trials",   "12"};
  const auto tuned = quarry(words);
  ASSERT_EQ(tuned.status, 0) << tuned.err;
  EXPECT_THAT(tuned.out, AllOf(HasSubstr("finished"), HasSubstr("rate=0.1")));
  EXPECT_THAT(tuned.err, HasSubstr("best: trial "));
  EXPECT_THAT(read_file(directory_.path() / "out/report.html"), HasSubstr("parallel coordinates"));
  const auto again = quarry(words);
  EXPECT_EQ(again.status, 0);
  EXPECT_EQ(again.out, tuned.out);
  EXPECT_EQ(again.err.find("trial 1:"), std::string::npos);
}

}  // namespace
}  // namespace quarry::tests
