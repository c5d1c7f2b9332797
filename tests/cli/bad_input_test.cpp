// What nobody would give on purpose: files, folders and repositories that are broken, hostile or in motion,
// indexes that are damaged or foreign. Each is a message or a counted skip; never a crash, a hang, a wrong
// answer or a lost index.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <thread>

#include "program.h"
#include "quarry/base/test_directory.h"

namespace quarry::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

std::string repeat(std::string_view text, std::size_t count) {
  std::string result;
  result.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

class BadInput : public testing::Test {
 protected:
  BadInput() {
    std::signal(SIGPIPE, SIG_IGN);
    directory_.write("code/good.py", "def find_the_needle(haystack):\n    return haystack.index('needle')\n");
  }

  Start start(std::vector<std::string> arguments) const {
    return {.arguments = std::move(arguments),
            .folder = code(),
            .variables = {{"HOME", (directory_.path() / "home").string()}, {"LANG", "C.UTF-8"}},
            .input = std::nullopt,
            .out_file = std::nullopt,
            .user = std::nullopt};
  }
  Outcome quarry(std::vector<std::string> arguments) const { return run(start(std::move(arguments))); }
  fs::path code() const { return directory_.path() / "code"; }
  void git(const std::string& command) const {
    const auto line =
        "cd " + code().string() +
        " && git -c user.name=a -c user.email=a@b -c protocol.file.allow=always -c init.defaultBranch=main " +
        command + " >/dev/null 2>&1";
    ASSERT_EQ(std::system(line.c_str()), 0) << line;
  }
  void write(const std::string& name, const std::string& text) const {
    directory_.write("code/" + name, text);
  }

  // The one good function is found, whatever lies around it.
  void expect_needle_found() const {
    const auto outcome = quarry({"search", "--no-refresh", "-f", "vimgrep", "find the needle"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("good.py:1:"));
  }

  TestDirectory directory_;
};

TEST_F(BadInput, OddFilesAreIndexedOrNamedWithTheReason) {
  write("empty.py", "");
  write("blank.py", "\n\n \t\n");
  write("huge.py", "");
  fs::resize_file(code() / "huge.py", 200U << 20);
  write("squeezed.js", "var a=1;" + repeat("function f(a){return a};", 20000));
  write("nul.py", std::string("def hidden_by_nul():\n    pass\n\0\n", 33));
  write("late_nul.py", repeat("# a comment of some length\n", 400) + std::string("x = '\0'\n", 8) +
                           "def after_a_late_nul():\n    pass\n");
  write("invalid.py", "# \xff\xfe\ndef beside_invalid_bytes():\n    return '\xc3\x28'\n");
  std::string garbage;
  for (int i = 0; i < 4000; ++i) garbage += static_cast<char>(0x80 + i * 7 % 128);
  write("garbage.py", garbage);
  std::string wide = "\xff\xfe";
  for (const char c : std::string_view("class Wide { void WrittenInSixteenBits() { } }\r\n"))
    wide += {c, '\0'};
  write("wide.cs", wide);
  write("lines.go", "package p\r\n\r\n// Ends lines as Windows does.\r\nfunc CarriageReturns() {\r\n}\r\n");
  write("deep.py",
        "x = " + repeat("(", 100000) + repeat(")", 100000) + "\ndef beside_deep_nesting():\n    pass\n");
  write("deep.js", repeat("function f(){", 100000));
  ASSERT_EQ(::symlink("loop_b", (code() / "loop_a").c_str()), 0);
  ASSERT_EQ(::symlink("loop_a", (code() / "loop_b").c_str()), 0);
  ASSERT_EQ(::symlink("..", (code() / "upwards").c_str()), 0);
  ASSERT_EQ(::mkfifo((code() / "pipe.py").c_str(), 0600), 0);

  const auto report = quarry({"index", "-v", "--json", "."});
  ASSERT_EQ(report.status, 0) << report.err;
  const auto counted = json::parse(report.out);
  std::map<std::string, std::string> reasons;
  for (const auto& skip : counted["skipped"]) reasons[skip["path"]] = skip["reason"];
  EXPECT_EQ(reasons["huge.py"], "too large");
  EXPECT_EQ(reasons["squeezed.js"], "minified");
  EXPECT_EQ(reasons["nul.py"], "binary");
  EXPECT_EQ(reasons["garbage.py"], "encoding");
  for (const auto* link : {"loop_a", "loop_b", "upwards"}) EXPECT_EQ(reasons[link], "symlink") << link;
  EXPECT_EQ(reasons["pipe.py"], "unreadable");
  for (const auto& [path, reason] : reasons)
    EXPECT_THAT(report.err, HasSubstr("skipped " + path + " (" + reason));
  for (const auto& [query, place] : std::map<std::string, std::string>{
           {"find the needle", "good.py:1:"},
           {"after a late nul", "late_nul.py:402:"},
           {"beside invalid bytes", "invalid.py:2:"},
           {"written in sixteen bits", "wide.cs:1:"},
           {"carriage returns", "lines.go:4:"},
       }) {
    EXPECT_THAT(quarry({"search", "--no-refresh", "-f", "vimgrep", query}).out, HasSubstr(place)) << query;
  }
  // Another limit and it is read: 200 MB of NULs.
  const auto large = quarry({"index", "--json", "--max-file-size", "1G", "."});
  EXPECT_EQ(large.status, 0) << large.err;
  EXPECT_THAT(large.out, HasSubstr(R"({"path":"huge.py","reason":"binary")"));
  EXPECT_EQ(quarry({"verify"}).status, 0);
}

// 200 MB of text that is no code: cut into bounded pieces, or told apart; the limit of memory is the
// machine's.
TEST_F(BadInput, AFileThatIsAllowedToBeHugeIsReadWhole) {
  write("huge.sql", repeat("insert into needles values (1, 'a row of a dump');\n", (200U << 20) / 51));
  const auto outcome = quarry({"index", "--json", "-v", "--no-vectors", "--max-file-size", "1G", "."});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("not parsed huge.sql"));
  EXPECT_EQ(json::parse(outcome.out)["unparsed"], json::array({"huge.sql"}));
  expect_needle_found();
}

TEST_F(BadInput, AFileThatAGrammarCrawlsOnBecomesTextAndIsNamed) {
  // Heredocs that open and never close: quadratic work in the grammar's scanner.
  write("crawl.php", "<?php $x = " + repeat("<<<A\n$a {$b[", 40000));
  const auto before = std::chrono::steady_clock::now();
  const auto outcome = quarry({"index", "-v", "."});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(60));
  EXPECT_THAT(outcome.err, HasSubstr("not parsed crawl.php"));
  EXPECT_THAT(outcome.out, HasSubstr("not parsed, searchable as text: 1 file"));
  expect_needle_found();
}

TEST_F(BadInput, AFolderThatMayNotBeReadIsNamedAndTheRestIsIndexed) {
  write("closed/secret.py", "def a_secret():\n    pass\n");
  write("closed.py", "def another_secret():\n    pass\n");
  auto how = start({"index", "-v", "."});
  if (::geteuid() == 0) {
    // Root reads everything: as somebody else, who owns a home and nothing more.
    constexpr uid_t kNobody = 65534;
    how.user = kNobody;
    ASSERT_EQ(::chmod(directory_.path().c_str(), 0755), 0);
    fs::create_directories(directory_.path() / "home");
    ASSERT_EQ(::chown((directory_.path() / "home").c_str(), kNobody, kNobody), 0);
    if (run([&] {
          auto version = how;
          version.arguments = {"--version"};
          return version;
        }())
            .status != 0) {
      GTEST_SKIP() << "the build folder is not for other users";
    }
  }
  ASSERT_EQ(::chmod((code() / "closed").c_str(), 0), 0);
  ASSERT_EQ(::chmod((code() / "closed.py").c_str(), 0), 0);
  const auto outcome = run(how);
  ASSERT_EQ(::chmod((code() / "closed").c_str(), 0755), 0);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("skipped closed/ (unreadable"),
                                 HasSubstr("skipped closed.py (unreadable"), HasSubstr("Permission denied")));
  how.arguments = {"search", "find the needle"};
  EXPECT_THAT(run(how).out, HasSubstr("good.py:1"));
}

TEST_F(BadInput, ARepositoryWithoutACommitIsAFolder) {
  git("init");
  EXPECT_EQ(quarry({"index", "."}).status, 0);
  expect_needle_found();
  const auto outcome = quarry({"index", "--rev", "HEAD", "."});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("has no commit yet"));
}

TEST_F(BadInput, ASubmoduleIsNamedAndIndexedByItself) {
  const auto inner = directory_.path() / "inner";
  directory_.write("inner/part.py", "def part_of_a_submodule():\n    pass\n");
  const auto line = "cd " + inner.string() +
                    " && git init -q && git add . && git -c user.name=a -c user.email=a@b commit -qm x";
  ASSERT_EQ(std::system(line.c_str()), 0);
  git("init");
  git("submodule add " + inner.string() + " module");
  git("add .");
  git("commit -m all");
  for (const auto& words :
       {std::vector<std::string>{"index", "-v", "."}, {"index", "-v", "--rev", "HEAD", "."}}) {
    const auto outcome = quarry(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("(submodule"));
  }
  EXPECT_THAT(quarry({"search", "part of a submodule"}).out, Not(HasSubstr("part.py")));
  EXPECT_EQ(quarry({"search", "part of a submodule", "module"}).status, 0);
}

TEST_F(BadInput, FilesThatComeGoAndChangeWhileTheyAreReadAreIndexedOrSkipped) {
  for (int i = 0; i < 200; ++i)
    write("moving/" + std::to_string(i) + ".py", repeat("def moving():\n    pass\n", 100));
  std::atomic<bool> done = false;
  std::thread mover([&] {
    std::mt19937 random(1);
    while (!done) {
      const auto path = code() / "moving" / (std::to_string(random() % 200) + ".py");
      std::error_code ignored;
      switch (random() % 4) {
        case 0:
          fs::remove(path, ignored);
          break;
        case 1:
          fs::resize_file(path, random() % 5000, ignored);
          break;
        case 2:
          fs::rename(path, code() / "moving" / (std::to_string(random() % 200) + ".py"), ignored);
          break;
        default:
          std::ofstream(path) << repeat("def moved():\n    pass\n", random() % 500);
      }
    }
  });
  for (int round = 0; round < 8; ++round) {
    const auto outcome = quarry({"index", "-q", "."});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(quarry({"verify"}).status, 0);
    expect_needle_found();
  }
  done = true;
  mover.join();
  // At rest, the index holds what a fresh one does.
  ASSERT_EQ(quarry({"index", "-q", "."}).status, 0);
  ASSERT_EQ(quarry({"index", "-q", "-i", "../fresh", "."}).status, 0);
  const auto kept = json::parse(quarry({"status", "--json"}).out);
  const auto fresh = json::parse(quarry({"status", "--json", "-i", "../fresh"}).out);
  for (const auto* fact : {"files", "functions", "source_bytes", "skipped"})
    EXPECT_EQ(kept["repositories"][0][fact], fresh["repositories"][0][fact]) << fact;
}

TEST_F(BadInput, ASecondWriterIsToldWhoTheFirstIs) {
  ASSERT_EQ(quarry({"index", "-i", "../index", "."}).status, 0);
  const int lock = ::open((directory_.path() / "index/lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
  ASSERT_EQ(::ftruncate(lock, 0), 0);
  ASSERT_GT(::pwrite(lock, "process 4711", 12, 0), 0);
  write("more.py", "def more_to_write():\n    pass\n");
  const auto outcome = quarry({"index", "-i", "../index", "."});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("process 4711"));
  EXPECT_EQ(quarry({"search", "-i", "../index", "find the needle"}).status, 0);  // readers do not wait
  ::close(lock);
  EXPECT_EQ(quarry({"index", "-i", "../index", "."}).status, 0);
}

TEST_F(BadInput, TwoWritersAtOnceLeaveOneWholeIndex) {
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 60; ++i)
      write("round" + std::to_string(round) + "/" + std::to_string(i) + ".py",
            repeat("def f():\n    pass\n", 200));
    Running first(start({"index", "-q", "."}));
    Running second(start({"search", "find the needle"}));
    const auto one = first.wait();
    const auto two = second.wait();
    EXPECT_THAT(one.status, AnyOf(0, 2)) << one.err;
    if (one.status == 2) {
      EXPECT_THAT(one.err, HasSubstr("is being written"));
    }
    // A search that finds the index locked searches the version before; there is none in the first round.
    if (round > 0) {
      EXPECT_EQ(two.status, 0) << two.err;
    }
    EXPECT_EQ(quarry({"verify"}).status, 0);
    ASSERT_EQ(quarry({"index", "-q", "."}).status, 0);
    expect_needle_found();
  }
}

TEST_F(BadInput, KilledAtAnyMomentTheProgramLeavesAWholeIndex) {
  ASSERT_EQ(quarry({"index", "-q", "."}).status, 0);
  std::mt19937 random(std::random_device{}());
  int killed = 0;
  for (int round = 0; round < 15; ++round) {
    for (int i = 0; i < 40; ++i)
      write("killed/" + std::to_string(i) + ".py",
            repeat("def f" + std::to_string(round) + "():\n    pass\n", 300));
    Running running(start({"index", "-q", "."}));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 250'000));
    running.signal(SIGKILL);
    if (running.wait().status == 128 + SIGKILL) ++killed;
    const auto verified = quarry({"verify"});
    ASSERT_EQ(verified.status, 0) << verified.err;
    expect_needle_found();
  }
  if (killed == 0) GTEST_SKIP() << "the machine was always done before the signal came";
  EXPECT_EQ(quarry({"index", "-q", "."}).status, 0);
  EXPECT_EQ(quarry({"search", "--no-refresh", "f14"}).status, 0);
}

TEST_F(BadInput, ADamagedIndexIsAnErrorWithTheWayOut) {
  write("second.py", repeat("def another_function(argument):\n    return argument\n\n", 200));
  ASSERT_EQ(quarry({"index", "-q", "-i", "../index", "."}).status, 0);
  const auto index = directory_.path() / "index";
  std::vector<fs::path> stored;
  for (const auto& entry : fs::recursive_directory_iterator(index)) {
    if (entry.is_regular_file() && entry.path().filename() != "lock") stored.push_back(entry.path());
  }
  ASSERT_EQ(stored.size(), 3U);  // manifest, a segment, a view
  const auto expect_refused = [&](const fs::path& file, const std::string& how) {
    for (const auto& words :
         {std::vector<std::string>{"verify", "-i", "../index"}, {"index", "-i", "../index", "."}}) {
      const auto outcome = quarry(words);
      EXPECT_EQ(outcome.status, 2) << file << " " << how << " " << words[0];
      EXPECT_THAT(outcome.err, AllOf(HasSubstr("quarry: "), HasSubstr("quarry index"))) << file << " " << how;
    }
    // A search may not touch what is damaged; what it answers is right.
    const auto found = quarry({"search", "-f", "vimgrep", "-i", "../index", "find the needle"});
    EXPECT_THAT(found.status, AnyOf(0, 2)) << file << " " << how;
    if (found.status == 0) {
      EXPECT_THAT(found.out, HasSubstr("good.py:1:")) << file << " " << how;
    }
  };
  for (const auto& file : stored) {
    const auto bytes = read_file(file);
    for (const std::size_t length : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      std::ofstream(file, std::ios::binary) << bytes.substr(0, length);
      expect_refused(file, "cut to " + std::to_string(length));
    }
    std::ofstream(file, std::ios::binary) << repeat("what is this doing here?\n", 1000);
    expect_refused(file, "foreign");
    for (const std::size_t at : {std::size_t{30}, bytes.size() / 2, bytes.size() - 30}) {
      auto flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ 4);
      std::ofstream(file, std::ios::binary) << flipped;
      const auto outcome = quarry({"verify", "-i", "../index"});
      EXPECT_EQ(outcome.status, 2) << file << " flipped at " << at;
    }
    fs::remove(file);
    EXPECT_EQ(quarry({"verify", "-i", "../index"}).status, 2) << file << " missing";
    std::ofstream(file, std::ios::binary) << bytes;
    EXPECT_EQ(quarry({"verify", "-i", "../index"}).status, 0);
  }
}

TEST_F(BadInput, AnIndexOfAnotherFormatIsRefusedByNameOrMadeAnew) {
  // One that the user chose: never overwritten without being told to.
  ASSERT_EQ(quarry({"index", "-q", "-i", "../index", "."}).status, 0);
  const auto age = [](const fs::path& manifest) {
    auto text = read_file(manifest);
    const std::string words = "quarry index manifest ";
    ASSERT_TRUE(text.starts_with(words));
    std::ofstream(manifest) << words + "99" + text.substr(text.find(' ', words.size()));
  };
  age(directory_.path() / "index/manifest");
  for (const auto& words : {std::vector<std::string>{"search", "-i", "../index", "find the needle"},
                            {"status", "-i", "../index"},
                            {"verify", "-i", "../index"},
                            {"index", "-i", "../index", "."}}) {
    const auto outcome = quarry(words);
    EXPECT_EQ(outcome.status, 2) << words[0];
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("format version 99"), HasSubstr("quarry index"))) << words[0];
  }
  // One that the program made by itself: made anew, and said so.
  ASSERT_EQ(quarry({"index", "-q", "."}).status, 0);
  for (const auto& entry : fs::recursive_directory_iterator(directory_.path() / "home")) {
    if (entry.path().filename() == "manifest") age(entry.path());
  }
  const auto outcome = quarry({"search", "find the needle"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("another version of quarry"), HasSubstr("anew")));
}

TEST_F(BadInput, AnIndexOfAnotherModelIsNotSearchedWithThisOne) {
  const fs::path model = QUARRY_SOURCE_DIR "/models/default";
  ASSERT_EQ(quarry({"index", "-q", "--model", model.string(), "."}).status, 0);
  const auto other = directory_.path() / "other_model";
  fs::copy(model, other);
  auto weights = read_file(other / "model.safetensors");
  weights[weights.size() / 2] = static_cast<char>(weights[weights.size() / 2] ^ 1);
  std::ofstream(other / "model.safetensors", std::ios::binary) << weights;
  EXPECT_EQ(quarry({"search", "--no-refresh", "--model", model.string(), "find the needle"}).status, 0);
  const auto outcome = quarry({"search", "--no-refresh", "--model", other.string(), "find the needle"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("vectors were made by"), HasSubstr("quarry index --model")));
  EXPECT_EQ(quarry({"search", "--no-refresh", "--no-vectors", "find the needle"}).status, 0);
}

TEST_F(BadInput, AQueryThatIsNoUtf8IsRefusedAloneAndInABatch) {
  const auto alone = quarry({"search", "\xff\xfe\xfd"});
  EXPECT_EQ(alone.status, 2) << alone.out;
  EXPECT_THAT(alone.err, HasSubstr("not UTF-8"));
  auto how = start({"search", "--queries", "-"});
  how.input = "\xff\xfe\xfd\nfind the needle\n";
  const auto batch = run(how);
  EXPECT_EQ(batch.status, 2);
  EXPECT_THAT(batch.out, AllOf(HasSubstr("not UTF-8"), HasSubstr("find_the_needle")));
}

TEST_F(BadInput, AQueryInChineseFindsCodeThatIsDocumentedInChinese) {
  write("zh.py", "def concat(paths):\n    \"\"\"把多个文件连接在一起\"\"\"\n    pass\n");
  const auto outcome = quarry({"search", "-f", "vimgrep", "文件连接"});
  EXPECT_THAT(outcome.status, AnyOf(0, 1)) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(quarry({"search", "-f", "vimgrep", "把多个文件连接在一起"}).status, 0);
}

}  // namespace
}  // namespace quarry::tests
