// The built program from outside: exit statuses, formats, batches, configuration, signals, and input that is
// wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "json_schema.h"
#include "program.h"
#include "quarry/base/test_directory.h"

namespace quarry::tests {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class CliTest : public testing::Test {
 protected:
  CliTest() {
    std::signal(SIGPIPE,
                SIG_IGN);  // a program that ended early is a failed expectation, not the end of the tests
    directory_.write("code/files.py",
                     "def concatenate_files(paths, target):\n"
                     "    \"\"\"Joins the content of several files into one.\"\"\"\n"
                     "    for path in paths:\n"
                     "        target.write(open(path).read())\n"
                     "\n"
                     "def remove_file(path):\n"
                     "    \"\"\"Deletes a file from disk.\"\"\"\n"
                     "    os.unlink(path)\n");
    directory_.write("code/net/retry.go",
                     "package net\n\n// Retry calls f again with exponential backoff until it succeeds.\n"
                     "func Retry(f func() error) error {\n\treturn nil\n}\n");
    directory_.write("code/image.png", std::string("\x89PNG\0\0", 6));
  }

  Start start(std::vector<std::string> arguments) const {
    return {std::move(arguments),
            directory_.path() / "code",
            // With vectors every query finds something; bad_input_test.cpp runs the program with them.
            {{"HOME", directory_.path() / "home"}, {"LANG", "C.UTF-8"}, {"QUARRY_NO_VECTORS", "true"}},
            std::nullopt,
            std::nullopt,
            std::nullopt};
  }
  Outcome quarry(std::vector<std::string> arguments) const { return run(start(std::move(arguments))); }
  Outcome quarry_with(std::map<std::string, std::string> variables,
                      std::vector<std::string> arguments) const {
    auto how = start(std::move(arguments));
    for (auto& [name, value] : variables) how.variables[name] = value;
    return run(how);
  }
  // Enough files that indexing them takes a while.
  void write_many_files(int count) const {
    for (int i = 0; i < count; ++i) {
      std::string text;
      for (int j = 0; j < 200; ++j) {
        const auto name = std::to_string(i) + "_" + std::to_string(j);
        text +=
            "def function_" + name + "(argument):\n    return argument + other_" + name + "(argument)\n\n";
      }
      directory_.write("code/many/file" + std::to_string(i) + ".py", text);
    }
  }

  TestDirectory directory_;
};

TEST_F(CliTest, SearchIndexesFirstAndFindsTheFunction) {
  const auto found = quarry({"search", "join files together"});
  EXPECT_EQ(found.status, 0) << found.err;
  EXPECT_THAT(found.out, StartsWith("files.py:1-4: function concatenate_files"));
  EXPECT_EQ(found.err, "");  // quiet when right
}

TEST_F(CliTest, ExitStatusesAreThoseOfRipgrep) {
  EXPECT_EQ(quarry({"search", "join files"}).status, 0);
  const auto nothing = quarry({"search", "zyxwvut"});
  EXPECT_EQ(nothing.status, 1) << nothing.err;
  EXPECT_EQ(nothing.out, "");
  const auto wrong = quarry({"search", "x", "no-such-folder"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.err, AllOf(StartsWith("quarry: "), HasSubstr("no-such-folder")));
}

TEST_F(CliTest, ASearchSeesFilesThatChanged) {
  ASSERT_EQ(quarry({"search", "files"}).status, 0);
  directory_.write("code/velocity.py", "def compute_velocities(particles):\n    pass\n");
  EXPECT_EQ(quarry({"search", "--no-refresh", "compute velocities"}).status, 1);
  EXPECT_THAT(quarry({"search", "compute velocities"}).out, StartsWith("velocity.py:1-2"));
  std::filesystem::remove(directory_.path() / "code/velocity.py");
  EXPECT_EQ(quarry({"search", "compute velocities"}).status, 1);
}

TEST_F(CliTest, JsonFitsItsSchema) {
  const auto schema = json::parse(read_file(QUARRY_SOURCE_DIR "/docs/answer.schema.json"));
  for (const auto& words : {std::vector<std::string>{"search", "--json", "files"},
                            {"search", "--json", "--explain", "files"},
                            {"search", "--format", "json", "zyxwvut"},
                            {"similar", "--json", "files.py:2"}}) {
    const auto outcome = quarry(words);
    const auto answer = json::parse(outcome.out, nullptr, false);
    ASSERT_FALSE(answer.is_discarded()) << outcome.out << outcome.err;
    EXPECT_EQ(check_schema(schema, answer), "");
  }
  const auto answer = json::parse(quarry({"search", "--json", "join files"}).out);
  const auto& first = answer["results"][0];
  EXPECT_EQ(first["path"], "files.py");
  EXPECT_EQ(first["start_line"], 1);
  EXPECT_EQ(first["end_line"], 4);
  EXPECT_EQ(first["kind"], "function");
  EXPECT_EQ(first["language"], "python");
  EXPECT_EQ(first["doc"], "Joins the content of several files into one.");
}

TEST_F(CliTest, FiltersHoldInFlagsAndInTheQuery) {
  for (const auto& words : {std::vector<std::string>{"search", "--json", "lang:go path:net/ retry"},
                            {"search", "--json", "--lang", "go", "retry"},
                            {"search", "--json", "--path", "net/", "retry"}}) {
    const auto outcome = quarry(words);
    const auto results = json::parse(outcome.out, nullptr, false);
    ASSERT_FALSE(results.is_discarded()) << outcome.err;
    ASSERT_FALSE(results["results"].empty());
    for (const auto& result : results["results"]) EXPECT_EQ(result["path"], "net/retry.go");
  }
  EXPECT_THAT(quarry({"search", "lang:klingon retry"}).err, HasSubstr("klingon"));
}

TEST_F(CliTest, VimgrepIsPathLineColumnText) {
  const auto outcome = quarry({"search", "-f", "vimgrep", "-n", "1", "join files"});
  EXPECT_EQ(outcome.out, "files.py:1:1:def concatenate_files(paths, target)\n") << outcome.err;
}

TEST_F(CliTest, PathsAreAsSeenFromTheCurrentFolder) {
  auto how = start({"search", "-f", "vimgrep", "-n", "1", "join files", "code"});
  how.folder = directory_.path();
  EXPECT_THAT(run(how).out, StartsWith("code/files.py:1:1:"));
  how.folder = "/";
  how.arguments.back() = directory_.path() / "code";
  EXPECT_THAT(run(how).out,
              HasSubstr((directory_.path() / "code/files.py").lexically_relative("/").string() + ":1:1:"));
}

TEST_F(CliTest, ABatchAnswersInOrderAsQueriesCome) {
  ASSERT_EQ(quarry({"index", "-q", "."}).status, 0);
  auto how = start({"search", "--queries", "-"});
  how.input = "";
  Running running(how);
  running.send("join files\n");
  EXPECT_EQ(json::parse(running.read_line(), nullptr, false).value("query", ""),
            "join files");  // before the next one
  running.send("{\"query\": \"retry\", \"lang\": \"go\", \"limit\": 1}\n{\"query\": 3}\nzyxwvut\n");
  running.close_input();
  const auto outcome = running.wait();
  const auto lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 3U) << outcome.err;
  EXPECT_EQ(json::parse(lines[0])["results"][0]["path"], "net/retry.go");
  EXPECT_TRUE(json::parse(lines[1]).contains("error"));
  EXPECT_TRUE(json::parse(lines[2])["results"].empty());
  EXPECT_EQ(outcome.status, 2);
}

TEST_F(CliTest, SimilarTakesPathsFromTheCurrentFolder) {
  const auto outcome = quarry({"similar", "-f", "vimgrep", "files.py:2"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, Not(HasSubstr("concatenate_files")));
  auto how = start({"similar", "-f", "vimgrep", "code/files.py:2", "code"});
  how.folder = directory_.path();
  EXPECT_EQ(run(how).status, 0);
  EXPECT_THAT(quarry({"similar", "files.py"}).err, HasSubstr("FILE:LINE"));
  EXPECT_EQ(quarry({"similar", "nothing.py:3"}).status, 2);
}

TEST_F(CliTest, SimilarSearchesTheRepositoryOfAFileThatLiesElsewhere) {
  const auto twins = [&](const std::string& folder) {
    directory_.write(folder + "/deep/one.py", "def parse_header(line):\n    return line.split(':')\n");
    directory_.write(folder + "/two.py", "def parse_header_line(line):\n    return line.split(';')\n");
  };
  // A git repository: from its top.
  twins("other");
  ASSERT_EQ(std::system(("git init -q " + (directory_.path() / "other").string()).c_str()), 0);
  const auto file = (directory_.path() / "other/deep/one.py:1").string();
  const auto outcome = quarry({"similar", "-f", "vimgrep", file});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("other/two.py:1"), Not(HasSubstr("files.py"))));
  // A plain folder: the indexed one around the file.
  twins("plain");
  ASSERT_EQ(quarry({"index", "../plain"}).status, 0);
  EXPECT_THAT(quarry({"similar", "-f", "vimgrep", "../plain/deep/one.py:1"}).out,
              HasSubstr("plain/two.py:1"));
  // One that is not indexed: its own folder.
  twins("fresh");
  directory_.write("fresh/deep/three.py", "def parse_headers(lines):\n    return lines.split(':')\n");
  const auto near = quarry({"similar", "-f", "vimgrep", "../fresh/deep/one.py:1"});
  EXPECT_THAT(near.out, AllOf(HasSubstr("fresh/deep/three.py:1"), Not(HasSubstr("two.py")))) << near.err;
}

TEST_F(CliTest, ARefreshKeepsTheRulesThatAnIndexWasMadeBy) {
  directory_.write("code/node_modules/left/pad.js", "function leftPad(text) { return ' ' + text; }\n");
  directory_.write("code/.gitignore", "secret/\n");
  directory_.write("code/secret/key.py", "def derive_secret_key(salt):\n    pass\n");
  ASSERT_EQ(quarry({"index", "--no-default-rules", "--no-ignore", "--max-file-size", "1K", "."}).status, 0);
  directory_.write("code/big.py", "def enormous(argument):\n    pass\n" + std::string(2000, '#') + "\n");
  directory_.write("code/new.py", "def newcomer():\n    pass\n");
  EXPECT_EQ(quarry({"search", "newcomer"}).status, 0);  // it was refreshed
  EXPECT_THAT(quarry({"search", "left pad"}).out, HasSubstr("node_modules/left/pad.js"));
  EXPECT_THAT(quarry({"search", "derive secret key"}).out, HasSubstr("secret/key.py"));
  EXPECT_EQ(quarry({"search", "enormous"}).status, 1);
  // A flag overrules what is remembered, and so does `quarry index`, which says what is to be indexed.
  EXPECT_EQ(quarry({"search", "--max-file-size", "4M", "enormous"}).status, 0);
  EXPECT_EQ(quarry({"index", "."}).status, 0);
  EXPECT_EQ(quarry({"search", "left pad"}).status, 1);
  EXPECT_THAT(quarry({"search", "derive secret key"}).out, Not(HasSubstr("secret/key.py")));
}

TEST_F(CliTest, ListFilesShowsLanguagesAndReasons) {
  const auto text = quarry({"index", "--list-files", "."});
  EXPECT_THAT(text.out, AllOf(HasSubstr("python"), HasSubstr("net/retry.go"), HasSubstr("-binary")));
  const auto report = json::parse(quarry({"index", "--list-files", "--json", "."}).out);
  EXPECT_EQ(report["files"].size(), 2U);
  EXPECT_EQ(report["skipped"][0]["path"], "image.png");
  EXPECT_FALSE(
      std::filesystem::exists(directory_.path() / "home/.cache/quarry/indexes"));  // nothing was indexed
}

TEST_F(CliTest, IndexReportsAndStatusTells) {
  const auto report = json::parse(quarry({"index", "--json", "."}).out);
  EXPECT_EQ(report["files"], 2);
  EXPECT_EQ(report["parsed"], 2);
  EXPECT_EQ(json::parse(quarry({"index", "--json", "."}).out)["parsed"], 0);  // nothing is parsed twice
  const auto status = json::parse(quarry({"status", "--json"}).out);
  EXPECT_EQ(status["repositories"][0]["languages"]["python"]["files"], 1);
  EXPECT_EQ(status["repositories"][0]["skipped"]["binary"], 1);
  EXPECT_TRUE(status["model"].is_null());
  EXPECT_THAT(quarry({"status"}).out, AllOf(HasSubstr("no vectors"), HasSubstr("python")));
  EXPECT_THAT(quarry({"status", "--all"}).out, HasSubstr("code-"));
  EXPECT_THAT(quarry({"index", "-v", "."}).err, HasSubstr("skipped image.png (binary"));
}

TEST_F(CliTest, SeveralRepositoriesInOneIndex) {
  directory_.write("other/main.py", "def start_server(port):\n    pass\n");
  const auto index = (directory_.path() / "index").string();
  ASSERT_EQ(quarry({"index", "--index", index, ".", "../other"}).status, 0);
  EXPECT_THAT(quarry({"search", "-i", index, "start the server"}).out, HasSubstr("[other, "));
  EXPECT_EQ(quarry({"search", "-i", index, "--repo", "code", "start the server", "-n", "1", "--json"})
                .out.find("other"),
            std::string::npos);
  EXPECT_EQ(quarry({"search", "-i", index, "x", "."}).status, 2);  // both say where
}

TEST_F(CliTest, ARepositoryThatCannotBeReadKeepsNoOtherFromBeingIndexed) {
  directory_.write("other/main.py", "def start_server(port):\n    pass\n");
  const auto outcome = quarry({"index", "-i", "../index", "../missing", "../other"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("cannot read ../missing"));
  EXPECT_THAT(quarry({"search", "-i", "../index", "start the server"}).out, HasSubstr("main.py"));
}

TEST_F(CliTest, ALargeSegmentGetsAGraphAndCanDoWithout) {
  const auto model = std::string(QUARRY_SOURCE_DIR) + "/models/default";
  ASSERT_EQ(
      quarry({"index", "-q", "-i", "../index", "--vectors", "--model", model, "--graph-units", "2", "."})
          .status,
      0);
  const auto search = [&] {
    auto answer = json::parse(
        quarry({"search", "-i", "../index", "--vectors", "--model", model, "--json", "join files"}).out);
    answer.erase("took_ms");
    return answer;
  };
  const auto with = search();
  EXPECT_FALSE(with["results"].empty());
  std::vector<std::filesystem::path> graphs;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path() / "index/segments")) {
    if (entry.path().extension() == ".graph") graphs.push_back(entry.path());
  }
  ASSERT_EQ(graphs.size(), 1U);
  EXPECT_EQ(json::parse(quarry({"status", "-i", "../index", "--json"}).out)["graphs"], 1);
  EXPECT_THAT(quarry({"status", "-i", "../index"}).out,
              HasSubstr("in 1 segment, 1 with a graph of its vectors"));
  auto bytes = read_file(graphs[0]);
  bytes[40] = static_cast<char>(bytes[40] ^ 1);
  std::ofstream(graphs[0], std::ios::binary) << bytes;
  EXPECT_EQ(quarry({"verify", "-i", "../index"}).status, 2);
  std::filesystem::remove(graphs[0]);
  EXPECT_EQ(quarry({"verify", "-i", "../index"}).status, 0);
  EXPECT_EQ(json::parse(quarry({"status", "-i", "../index", "--json"}).out)["graphs"], 0);
  EXPECT_EQ(search(), with);
}

TEST_F(CliTest, AnIndexWithoutSourceHoldsNoCode) {
  ASSERT_EQ(quarry({"index", "--no-source", "."}).status, 0);
  const auto answer = json::parse(quarry({"search", "--json", "join files"}).out);
  EXPECT_EQ(answer["results"][0]["code"], "");
  EXPECT_NE(answer["results"][0]["signature"], "");
}

TEST_F(CliTest, VerifyFindsAFlippedBit) {
  ASSERT_EQ(quarry({"index", "-q", "-i", "../index", "."}).status, 0);
  EXPECT_THAT(quarry({"verify", "-i", "../index"}).out, HasSubstr("every checksum holds"));
  // The largest file is the segment.
  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path() / "index")) {
    if (entry.is_regular_file() &&
        (largest.empty() || entry.file_size() > std::filesystem::file_size(largest))) {
      largest = entry.path();
    }
  }
  auto bytes = read_file(largest);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(largest, std::ios::binary) << bytes;
  const auto outcome = quarry({"verify", "-i", "../index"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr(largest.filename().string()));
}

TEST_F(CliTest, WhatIsNoIndexIsRefused) {
  EXPECT_EQ(quarry({"search", "-i", ".", "x"}).status, 2);
  EXPECT_EQ(quarry({"verify", "-i", "../nowhere"}).status, 2);
  const auto outcome = quarry({"index", "-i", ".", "."});  // a folder full of other things
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(std::filesystem::exists(directory_.path() / "code/files.py"));
}

TEST_F(CliTest, QueriesThatMakeNoSense) {
  EXPECT_EQ(quarry({"search", ""}).status, 1);
  EXPECT_EQ(quarry({"search", " ... "}).status, 1);
  const auto chinese = quarry({"search", "把文件连接在一起"});
  EXPECT_THAT(chinese.status, testing::AnyOf(0, 1)) << chinese.err;
  auto how = start({"search", "--queries", "-"});
  how.input = std::string(1U << 20, 'x') + "\njoin files\n";  // too long for an argument
  const auto outcome = run(how);
  const auto lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 2U) << outcome.err;
  EXPECT_TRUE(json::parse(lines[0]).contains("error"));
  EXPECT_FALSE(json::parse(lines[1])["results"].empty());
  const auto long_query = quarry({"search", std::string(100000, 'x')});
  EXPECT_EQ(long_query.status, 2);
  EXPECT_LT(long_query.err.size(), 1000U);
}

TEST_F(CliTest, WrongFlagsAreExplained) {
  EXPECT_THAT(quarry({"search", "x", "--limti", "3"}).err, HasSubstr("did you mean '--limit'?"));
  EXPECT_THAT(quarry({"search", "x", "-n", "0"}).err,
              HasSubstr("--limit: '0' is not a whole number from 1 to 1000"));
  EXPECT_THAT(quarry({"serach", "x"}).err, HasSubstr("did you mean 'search'?"));
  EXPECT_EQ(quarry({"search"}).status, 2);
  EXPECT_EQ(quarry({"search", "--bogus"}).status, 2);
}

TEST_F(CliTest, ConfigurationVariablesAndFlags) {
  directory_.write("home/.config/quarry/config.yaml", "search:\n  format: vimgrep\n  limit: 1\n");
  EXPECT_EQ(lines_of(quarry({"search", "file"}).out).size(), 1U);
  EXPECT_EQ(lines_of(quarry_with({{"QUARRY_LIMIT", "2"}}, {"search", "file"}).out).size(), 2U);
  EXPECT_THAT(quarry_with({{"QUARRY_FORMAT", "text"}}, {"search", "--json", "file"}).out, StartsWith("{"));
  EXPECT_THAT(quarry({"config", "search"}).out, HasSubstr("config.yaml:3"));
  directory_.write("home/.config/quarry/config.yaml", "search:\n  limti: 1\n");
  const auto wrong = quarry({"search", "file"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.err, AllOf(HasSubstr("config.yaml:2: limti"), HasSubstr("did you mean 'limit'?")));
  EXPECT_EQ(quarry({"search", "--config", "", "file"}).status, 0);  // the way around it
}

TEST_F(CliTest, ARepositoryCannotConfigureTheProgramThatSearchesIt) {
  directory_.write("code/.quarry.yaml", "format: vimgrep\n");
  directory_.write("code/config.yaml", "format: vimgrep\n");
  EXPECT_THAT(quarry({"search", "-n", "1", "join files"}).out, HasSubstr("function concatenate_files"));
}

TEST_F(CliTest, HelpVersionManAndCompletions) {
  EXPECT_THAT(quarry({"--version"}).out, testing::MatchesRegex("quarry [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_THAT(quarry({"--help"}).out, HasSubstr("Subcommands"));
  EXPECT_THAT(quarry({"search", "-h"}).out, HasSubstr("--limit"));
  EXPECT_THAT(quarry({"man"}).out, StartsWith(".TH QUARRY 1"));
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    const auto script = quarry({"completion", shell});
    EXPECT_EQ(script.status, 0);
    // The shell itself judges its script, where it is installed.
    const auto path = directory_.write("completion", script.out);
    const std::string check =
        std::string("command -v ") + shell + " >/dev/null || exit 0; " + shell + " -n " + path.string();
    EXPECT_EQ(std::system(check.c_str()), 0) << shell;
  }
  EXPECT_EQ(quarry({"completion", "tcsh"}).status, 2);
}

TEST_F(CliTest, BashCompletesFlagsAndValues) {
  const auto script = directory_.write("completion.bash", quarry({"completion", "bash"}).out);
  const auto completions = [&](const std::string& words, int at) {
    const auto out = directory_.path() / "replies";
    const std::string command = "bash -c 'source " + script.string() + "; COMP_WORDS=(" + words +
                                "); COMP_CWORD=" + std::to_string(at) +
                                "; _quarry; printf \"%s\\n\" \"${COMPREPLY[@]}\"' > " + out.string();
    EXPECT_EQ(std::system(command.c_str()), 0);
    return lines_of(read_file(out));
  };
  EXPECT_THAT(completions("quarry sea", 1), testing::ElementsAre("search"));
  EXPECT_THAT(completions("quarry search --lim", 2), testing::ElementsAre("--limit"));
  EXPECT_THAT(completions("quarry search --lang pyth", 3), testing::ElementsAre("python"));
  EXPECT_THAT(completions("quarry search --kind m", 3), testing::ElementsAre("method"));
}

TEST_F(CliTest, AReaderThatGoesAwayIsNoError) {
  ASSERT_EQ(quarry({"index", "-q", "."}).status, 0);
  auto how = start({"search", "--queries", "-"});
  how.input = "";
  Running running(how);
  running.send("join files\n");
  ASSERT_NE(running.read_line(), "");
  running.close_output();
  for (int i = 0; i < 100; ++i) running.send("join files\n");
  running.close_input();
  const auto outcome = running.wait();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
}

TEST_F(CliTest, AFullOutputIsAnError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  auto how = start({"search", "join files"});
  how.out_file = "/dev/full";
  const auto outcome = run(how);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("cannot write the output: No space left"));
}

TEST_F(CliTest, CtrlCLeavesTheIndexAsItWas) {
  ASSERT_EQ(quarry({"index", "-q", "."}).status, 0);
  const auto before = json::parse(quarry({"status", "--json"}).out);
  write_many_files(400);
  Running running(start({"index", "-j", "1", "."}));
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  running.signal(SIGINT);
  const auto outcome = running.wait();
  if (outcome.status == 0) GTEST_SKIP() << "the machine was done before the signal came";
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  const auto after = json::parse(quarry({"status", "--json"}).out);
  EXPECT_EQ(after["version"], before["version"]);
  EXPECT_EQ(after["repositories"], before["repositories"]);
  EXPECT_EQ(quarry({"verify"}).status, 0);
  EXPECT_EQ(quarry({"search", "--no-refresh", "join files"}).status, 0);
}

TEST_F(CliTest, WatchRefreshesAndEndsCleanly) {
  Running running(start({"watch", "--debounce", "20"}));
  EXPECT_THAT(running.read_line(), HasSubstr("2 files parsed"));
  directory_.write("code/new.py", "def compute_velocities(particles):\n    pass\n");
  EXPECT_THAT(running.read_line(), HasSubstr("1 file parsed, 0 removed, 3 files in all"));
  EXPECT_EQ(quarry({"search", "--no-refresh", "compute velocities"}).status, 0);
  running.signal(SIGINT);
  const auto outcome = running.wait();
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST_F(CliTest, ACacheThatCannotBeWrittenIsNamedWithTheWayOut) {
  if (::geteuid() == 0) {
    // Root may write everywhere but into a file.
    directory_.write("home/.cache", "not a folder");
  } else {
    std::filesystem::create_directories(directory_.path() / "home");
    std::filesystem::permissions(directory_.path() / "home",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  }
  const auto outcome = quarry({"search", "join files"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr(".cache"), HasSubstr("--index DIR")));
  std::filesystem::permissions(directory_.path() / "home", std::filesystem::perms::owner_all);
}

// A file system of 256 KB: the index does not fit, the message says so and the old version stays.
TEST_F(CliTest, AFullDiskLosesNothing) {
  const auto disk = directory_.path() / "disk";
  std::filesystem::create_directories(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=256k") != 0)
    GTEST_SKIP() << "needs the right to mount a small tmpfs";
  const auto index = (disk / "index").string();
  EXPECT_EQ(quarry({"index", "-q", "-i", index, "."}).status, 0);
  write_many_files(100);
  const auto outcome = quarry({"index", "-q", "-i", index, "."});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("No space left"));
  EXPECT_EQ(quarry({"search", "-i", index, "join files"}).status, 0);
  EXPECT_EQ(quarry({"verify", "-i", index}).status, 0);
  ::umount2(disk.c_str(), MNT_DETACH);
}

TEST_F(CliTest, AnIndexOfAnotherVersionInTheCacheIsMadeAnew) {
  ASSERT_EQ(quarry({"index", "."}).status, 0);
  const auto indexes = directory_.path() / "home/.cache/quarry/indexes";
  const auto manifest = std::filesystem::directory_iterator(indexes)->path() / "manifest";
  std::ofstream(manifest, std::ios::trunc) << "quarry index manifest 1 of another time";
  const auto refused = quarry({"search", "-i", manifest.parent_path().string(), "join files"});
  EXPECT_EQ(refused.status, 2);
  const auto outcome = quarry({"search", "join files"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("making it anew"));
  EXPECT_EQ(quarry({"verify"}).status, 0);
}

TEST_F(CliTest, NoEscapeSequenceOfARepositoryReachesTheTerminal) {
  directory_.write("code/evil\x1b[31m.py", "def evil_function():\n    return '\x1b]0;owned\x07'\n");
  const auto outcome = quarry({"search", "evil function"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace quarry::tests
