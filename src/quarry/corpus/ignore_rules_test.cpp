#include "quarry/corpus/ignore_rules.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "quarry/base/test_directory.h"
#include "quarry/corpus/git_fixture.h"

namespace quarry::corpus {
namespace {

TEST(Glob, FollowsGitignore) {
  EXPECT_TRUE(glob_matches("*.py", "a.py"));
  EXPECT_FALSE(glob_matches("*.py", "src/a.py"));
  EXPECT_TRUE(glob_matches("**/a.py", "a.py"));
  EXPECT_TRUE(glob_matches("**/a.py", "x/y/a.py"));
  EXPECT_FALSE(glob_matches("**/a.py", "x/ya.py"));
  EXPECT_TRUE(glob_matches("a/**/b", "a/b"));
  EXPECT_TRUE(glob_matches("a/**/b", "a/x/y/b"));
  EXPECT_TRUE(glob_matches("a/**", "a/x/y"));
  EXPECT_FALSE(glob_matches("a/**", "a"));
  EXPECT_TRUE(glob_matches("[!a-c]x", "dx"));
  EXPECT_FALSE(glob_matches("[!a-c]x", "bx"));
  EXPECT_TRUE(glob_matches("[]-]", "-"));
  EXPECT_TRUE(glob_matches("[[:digit:]x]", "7"));
  EXPECT_FALSE(glob_matches("a[", "a["));
  EXPECT_FALSE(glob_matches("[/]", "/"));
  EXPECT_TRUE(glob_matches("\\*", "*"));
  EXPECT_FALSE(glob_matches("a\\", "a\\"));
}

TEST(Glob, HostilePatternsTakeNoExponentialTime) {
  std::string stars;
  for (int i = 0; i < 2000; ++i) stars += "*a";
  std::string folders;
  for (int i = 0; i < 1000; ++i) folders += "**/a*/";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(glob_matches(stars + "b", std::string(4000, 'a')));
  std::string path;
  for (int i = 0; i < 2000; ++i) path += "aa/";
  EXPECT_FALSE(glob_matches(folders + "b", path + "c"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(IgnoreRules, DeeperFilesDecideFirstAndTheLastPatternWins) {
  const IgnoreRules rules = IgnoreRules()
                                .with("", IgnorePatterns::parse("*.log\n/build/\n"))
                                .with("src", IgnorePatterns::parse("!keep.log\r\n# comment\n\n"));
  EXPECT_FALSE(rules.match("src/a.log", false)->negated);
  EXPECT_TRUE(rules.match("src/keep.log", false)->negated);
  EXPECT_NE(rules.match("src/x/y.log", false), nullptr);
  EXPECT_EQ(rules.match("src/build", true), nullptr);
}

TEST(IgnorePatterns, ReadsEscapesBlanksAndByteOrderMarks) {
  const auto patterns = IgnorePatterns::parse("\xEF\xBB\xBF\\#a\n\\!b\nc   \nd\\ \n/e/\n");
  EXPECT_NE(patterns.match("#a", false), nullptr);
  EXPECT_NE(patterns.match("!b", false), nullptr);
  EXPECT_NE(patterns.match("c", false), nullptr);
  EXPECT_NE(patterns.match("d ", false), nullptr);
  EXPECT_EQ(patterns.match("d", false), nullptr);
  EXPECT_EQ(patterns.match("e", false), nullptr);
  EXPECT_NE(patterns.match("e", true), nullptr);
  EXPECT_EQ(patterns.match("x/e", true), nullptr);
}

// What a walk would decide: an ignored folder hides everything below it.
bool is_ignored(const IgnoreRules& rules, const std::string& path, bool is_folder) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const auto* hit = rules.match(path.substr(0, slash), true);
    if (hit != nullptr && !hit->negated) return true;
  }
  const auto* hit = rules.match(path, is_folder);
  return hit != nullptr && !hit->negated;
}

TEST(IgnoreRules, DecideAsGitDoesOnRandomPatterns) {
  const TestDirectory folder;
  git(folder.path(), "init -q");
  constexpr unsigned kRounds = 60;
  std::mt19937 random(20260723);
  const auto pick = [&](auto... choices) {
    const std::array<std::string, sizeof...(choices)> all{choices...};
    return all[random() % all.size()];
  };
  // Few letters, so that patterns and paths meet often.
  std::set<std::string> paths;
  std::set<std::string> folders;
  while (paths.size() < 150) {
    std::string path;
    const std::size_t depth = random() % 4;
    for (std::size_t i = 0; i < depth; ++i) {
      path += pick("a", "b", "ab", "a-b", "A") + "/";
      folders.insert(path.substr(0, path.size() - 1));
    }
    path +=
        pick("a", "b", "ab", "ba", "aab", "b]", "a b", "#a", "!a", "a\\b", "9") + pick("", "", ".o", ".oo");
    paths.insert(path);
  }
  std::erase_if(paths, [&](const std::string& path) { return folders.contains(path); });
  for (const std::string& path : paths) folder.write(path, "");

  const auto random_file = [&] {
    std::string text;
    for (std::size_t lines = 1 + random() % 3; lines > 0; --lines) {
      text += pick("", "", "", "!", "/", "#", " ", "\\");
      for (std::size_t parts = 1 + random() % 6; parts > 0; --parts) {
        text += pick("a", "b", "ab", "a", "b", "/", "/", "*", "*", "**", "**/", "/**", "/**/", "?", "[ab]",
                     "[!a]", "[a-", "[]b]", "[[:alpha:]]", "[^b]", "[a-c]", "[[:x:]]", "[[a]", "\\a", "\\*",
                     ".o", "-", " ", "A", "[a-\\c]", "***", "\\/", "!", "[[:digit:]-b]");
      }
      text += pick("", "", "/", " ", "\\ ", "\r") + "\n";
    }
    return text;
  };
  std::string list;
  for (const std::string& path : paths) list += path + '\0';
  for (const std::string& path : folders) list += path + '\0';
  folder.write(".git/list", list);

  std::size_t compared = 0;
  std::size_t ignored = 0;
  for (unsigned round = 0; round < kRounds; ++round) {
    const std::string top = random_file();
    const std::string inner = random_file();
    const std::string exclude = random_file();
    folder.write(".gitignore", top);
    folder.write("a/.gitignore", inner);
    folder.write(".git/info/exclude", exclude);
    const IgnoreRules upper =
        IgnoreRules().with("", IgnorePatterns::parse(exclude)).with("", IgnorePatterns::parse(top));
    const IgnoreRules lower = upper.with("a", IgnorePatterns::parse(inner));

    // A field is source, line, pattern or path; those with an empty source matched nothing.
    std::istringstream output(git(folder.path(), "check-ignore --no-index -v -n -z --stdin < " +
                                                     shell_quoted((folder.path() / ".git/list").string())));
    std::string source;
    std::string line;
    std::string pattern;
    std::string path;
    while (std::getline(output, source, '\0') && std::getline(output, line, '\0') &&
           std::getline(output, pattern, '\0') && std::getline(output, path, '\0')) {
      const bool expected = !source.empty() && !pattern.starts_with('!');
      const IgnoreRules& rules = path.starts_with("a/") ? lower : upper;
      ASSERT_EQ(is_ignored(rules, path, folders.contains(path)), expected)
          << path << "\ngit: " << source << ":" << line << ": " << pattern << "\n.gitignore:\n"
          << top << "a/.gitignore:\n"
          << inner << "exclude:\n"
          << exclude;
      ++compared;
      ignored += expected ? 1 : 0;
    }
  }
  EXPECT_GT(compared, 150U * kRounds);
  EXPECT_GT(ignored, 10U * kRounds);
}

}  // namespace
}  // namespace quarry::corpus
