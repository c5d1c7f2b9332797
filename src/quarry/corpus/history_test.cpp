// Real repositories made by the git program: merges, first commits, renamed folders, shallow clones.
#include "quarry/corpus/history.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include "quarry/base/test_directory.h"
#include "quarry/corpus/git_fixture.h"

namespace quarry::corpus {
namespace {

class HistoryTest : public testing::Test {
 protected:
  HistoryTest() {
    git(folder(), "init -q");
    commit("a.py", "def a():\n    return 1\n", "first");
  }
  [[nodiscard]] std::filesystem::path folder() const { return directory_.path(); }
  void commit(const std::string& path, const std::string& text, const std::string& subject) {
    directory_.write(path, text);
    git(folder(), "add -A");
    git(folder(), "commit -q -m " + shell_quoted(subject));
  }
  std::vector<Commit> history(const std::string& prefix = "", HistoryLimits limits = {}) {
    std::string head = git(folder(), "rev-parse HEAD");
    head.resize(40);
    std::vector<Commit> commits;
    const auto status = read_history((folder() / ".git").string(), head, prefix, limits,
                                     [](std::string_view path) { return path.ends_with(".py"); },
                                     [&](Commit&& found) {
                                       commits.push_back(std::move(found));
                                       return true;
                                     });
    EXPECT_TRUE(status) << status.error().message;
    return commits;
  }

  TestDirectory directory_;
};

TEST_F(HistoryTest, TellsTheChangedLinesOfEveryCommitTheNewestFirst) {
  commit("a.py", "def a():\n    return 2\n\ndef b():\n    return 3\n", "change a, add b");
  commit("notes.txt", "x\n", "no code");
  commit("a.py", "def a():\n    return 2\n\ndef b():\n    pass\n", "shorten b");
  const auto commits = history();
  ASSERT_EQ(commits.size(), 2U);  // neither the first commit nor the one without code
  EXPECT_EQ(commits[0].subject, "shorten b");
  EXPECT_EQ(commits[0].files.at(0).lines.at(0).first, 5U);
  EXPECT_EQ(commits[0].files.at(0).lines.at(0).last, 5U);
  EXPECT_EQ(commits[1].subject, "change a, add b");
  EXPECT_EQ(commits[1].files.at(0).lines.size(), 1U);
  EXPECT_EQ(commits[1].files.at(0).lines[0].first, 2U);
  EXPECT_EQ(commits[1].files.at(0).bytes, "def a():\n    return 2\n\ndef b():\n    return 3\n");
}

TEST_F(HistoryTest, PassesOverMergesAndLargeCommits) {
  git(folder(), "checkout -q -b side");
  commit("side.py", "x = 1\n", "on the side");
  git(folder(), "checkout -q main");
  commit("main.py", "y = 1\n", "on main");
  git(folder(), "merge -q --no-ff -m merged side");
  for (int i = 0; i < 9; ++i) directory_.write(fmt::format("many{}", i) + ".py", "z = 1\n");
  commit("many.py", "z = 1\n", "ten files");
  std::vector<std::string> subjects;
  for (const auto& found : history()) subjects.push_back(found.subject);
  EXPECT_THAT(subjects, testing::UnorderedElementsAre("on the side", "on main"));
}

TEST_F(HistoryTest, CountsPathsFromThePrefixAndStopsAtTheLimit) {
  commit("src/x.py", "x = 1\n", "one");
  commit("src/x.py", "x = 2\n", "two");
  commit("other/x.py", "x = 2\n", "three");
  const auto commits = history("src");
  ASSERT_EQ(commits.size(), 2U);
  EXPECT_EQ(commits[0].files.at(0).path, "x.py");
  HistoryLimits limits;
  limits.commits = 1;
  EXPECT_EQ(history("", limits).size(), 1U);
}

TEST_F(HistoryTest, AShallowCloneEndsWhereItsParentsAreMissing) {
  commit("a.py", "x = 1\n", "two");
  commit("a.py", "x = 2\n", "three");
  const auto shallow = folder() / "shallow";
  git(folder(), "clone -q --depth 2 " + shell_quoted("file://" + folder().string()) + " " +
                    shell_quoted(shallow.string()));
  std::string head = git(shallow, "rev-parse HEAD");
  head.resize(40);
  std::vector<std::string> subjects;
  const auto status =
      read_history((shallow / ".git").string(), head, "", {}, [](std::string_view) { return true; },
                   [&](Commit&& found) {
                     subjects.push_back(found.subject);
                     return true;
                   });
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_THAT(subjects, testing::ElementsAre("three"));
}

TEST_F(HistoryTest, SaysWhatItCannotRead) {
  const auto none = [](Commit&&) { return true; };
  const auto all = [](std::string_view) { return true; };
  auto status = read_history((folder() / "nowhere").string(), std::string(40, 'a'), "", {}, all, none);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, testing::HasSubstr("nowhere"));
  status = read_history((folder() / ".git").string(), "main", "", {}, all, none);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, testing::HasSubstr("'main'"));
}

}  // namespace
}  // namespace quarry::corpus
