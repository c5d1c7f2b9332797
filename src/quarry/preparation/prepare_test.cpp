// The stage from end to end on real folders and git repositories: what is in the output, that it is the same
// every time, that nothing leaks between parts, and what bad input does to it.
#include "quarry/preparation/prepare.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "quarry/base/full_disk.h"
#include "quarry/base/test_directory.h"
#include "quarry/corpus/git_fixture.h"
#include "quarry/preparation/pair_reader.h"

namespace quarry::preparation {
namespace {

using corpus::git;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// Every file below a folder with its bytes.
std::map<std::string, std::string> tree_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), folder).string()] = read_file(entry.path());
  }
  return files;
}

// A documented function of a few lines whose words are its own.
std::string function(const std::string& name, const std::string& doc, int seed) {
  std::string text = "def " + name + "(value):\n    \"\"\"" + doc + "\"\"\"\n";
  for (int i = 0; i < 8; ++i) {
    text += fmt::format("    step_{}", seed) + fmt::format("_{}", i) +
            fmt::format(" = transform_{}", seed * 7 + i) + fmt::format("(value, option_{}", seed * 13 + i) +
            ")\n";
  }
  return text + fmt::format("    return step_{}", seed) + "_7\n\n";
}

class PrepareTest : public testing::Test {
 protected:
  [[nodiscard]] fs::path output() const { return directory_.path() / "out"; }
  PrepareOptions options_for(std::vector<std::string> folders) const {
    PrepareOptions options;
    for (const std::string& folder : folders)
      options.repositories.push_back({{}, (directory_.path() / folder).string(), {}, {}, {}});
    options.threads = 2;
    return options;
  }
  PrepareReport prepared(const PrepareOptions& options) {
    auto report = prepare(posix_file_system(), output(), options);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *std::move(report) : PrepareReport{};
  }
  std::string error_of(const PrepareOptions& options) {
    const auto report = prepare(posix_file_system(), output(), options);
    return report ? "no error" : report.error().message;
  }
  std::vector<Pair> pairs_in(const fs::path& folder) {
    std::vector<Pair> pairs;
    const auto shards = list_shards(posix_file_system(), folder);
    if (!shards) return pairs;
    const auto counts = read_pairs(posix_file_system(), *shards, {0, 1U << 20U}, [&](Pair&& pair) -> Status {
      pairs.push_back(std::move(pair));
      return {};
    });
    EXPECT_TRUE(counts) << counts.error().message;
    return pairs;
  }
  void write_repositories(int count) const {
    for (int i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      std::string text;
      for (int j = 0; j < 5; ++j) {
        text +=
            function("handle_" + number + fmt::format("_{}", j),
                     "Converts the incoming value number " + number + fmt::format(" into form {}", j) + ".",
                     i * 100 + j);
      }
      directory_.write("repo" + number + "/src/module.py", text);
      directory_.write("repo" + number + "/LICENSE",
                       "Permission is hereby granted, free of charge, to any person obtaining a copy");
    }
  }
  static std::vector<std::string> names(int count) {
    std::vector<std::string> all;
    for (int i = 0; i < count; ++i) all.push_back(fmt::format("repo{}", i));
    return all;
  }

  TestDirectory directory_;
};

TEST_F(PrepareTest, MakesPairsWithTheirViews) {
  directory_.write("lib/core/text.py",
                   function("fold_lines", "Joins wrapped lines into one.\n\n    More.\n    ", 1) +
                       "class Reader:\n    \"\"\"Reads records from a stream of bytes.\"\"\"\n" +
                       "    def rest(self):\n        return fold_lines(self.lines)\n");
  directory_.write("lib/app.py",
                   "from core import fold_lines\n\ndef main():\n    print(fold_lines(open('x')))\n");
  directory_.write("lib/tests/test_text.py", function("helper", "Compares two folded texts for a test.", 2));
  const PrepareReport report = prepared(options_for({"lib"}));
  const auto pairs = pairs_in(output());
  ASSERT_EQ(pairs.size(), 2U);
  const Pair& pair = pairs[0];
  EXPECT_EQ(pair.name, "fold_lines");
  EXPECT_EQ(pair.language, "python");
  EXPECT_EQ(pair.kind, "function");
  EXPECT_EQ(pair.repository, "lib");
  EXPECT_EQ(pair.license, "unknown");
  EXPECT_EQ(pair.path, "core/text.py");
  EXPECT_EQ(pair.line, 1U);
  EXPECT_EQ(pair.signature, "def fold_lines(value)");
  EXPECT_EQ(pair.doc, "Joins wrapped lines into one.");
  EXPECT_THAT(pair.code, testing::StartsWith("def fold_lines(value):\n    step_1_0"));
  EXPECT_THAT(pair.calls, ElementsAre("print(fold_lines(open('x')))", "return fold_lines(self.lines)"));
  EXPECT_EQ(pairs[1].kind, "class");
  EXPECT_EQ(pairs[1].name, "Reader");
  EXPECT_EQ(report.drops.by_reason[static_cast<std::size_t>(DropReason::test)], 1U);
}

TEST_F(PrepareTest, IsTheSameToTheByteWhateverTheThreadsAndTheOrder) {
  write_repositories(12);
  auto options = options_for(names(12));
  options.threads = 1;
  prepared(options);
  const auto first = tree_of(output());
  EXPECT_TRUE(first.contains("manifest.json"));
  EXPECT_TRUE(first.contains("train-00000.jsonl.zst"));
  EXPECT_TRUE(first.contains("valid-00000.jsonl.zst"));
  options.threads = 7;
  std::ranges::reverse(options.repositories);
  prepared(options);
  EXPECT_EQ(tree_of(output()), first);
}

TEST_F(PrepareTest, KeepsEachRepositoryInOnePartAndNoCopyInAnother) {
  write_repositories(40);
  // Every third repository holds a lightly changed copy of the first one's functions.
  for (int i = 3; i < 40; i += 3) {
    std::string copy = read_file(directory_.path() / "repo0/src/module.py");
    copy.replace(copy.find("option_0"), 8, "option_x");
    directory_.write(fmt::format("repo{}", i) + "/copied.py", copy);
  }
  const PrepareReport report = prepared(options_for(names(40)));
  EXPECT_EQ(report.pairs, 200U);
  EXPECT_GE(report.drops.by_reason[static_cast<std::size_t>(DropReason::duplicate)] +
                report.drops.by_reason[static_cast<std::size_t>(DropReason::doc_repeated)],
            60U);
  std::map<std::string, std::string> part_of;
  std::map<std::string, std::string> part_of_code;
  auto pairs = pairs_in(output());
  const auto test = pairs_in(output() / "test");
  EXPECT_FALSE(test.empty());
  pairs.insert(pairs.end(), test.begin(), test.end());
  EXPECT_EQ(pairs.size(), 200U);
  for (const Pair& pair : pairs) {
    EXPECT_EQ(part_of.emplace(pair.repository, pair.partition).first->second, pair.partition)
        << pair.repository;
    EXPECT_EQ(part_of_code.emplace(pair.code, pair.partition).first->second, pair.partition) << pair.name;
    EXPECT_EQ(pair.held_out, pair.partition == "valid");
    EXPECT_EQ(pair.license, "MIT");
  }
}

TEST_F(PrepareTest, TheTestPartIsABeirDatasetToo) {
  write_repositories(3);
  auto options = options_for(names(3));
  for (auto& entry : options.repositories) entry.partition = "test";
  prepared(options);
  EXPECT_THAT(pairs_in(output()), IsEmpty());
  std::istringstream corpus(read_file(output() / "beir/corpus.jsonl"));
  std::istringstream queries(read_file(output() / "beir/queries.jsonl"));
  std::string line;
  std::size_t codes = 0;
  while (std::getline(corpus, line)) {
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json["_id"], fmt::format("c{}", codes++));
    EXPECT_THAT(json["text"].get<std::string>(), HasSubstr("def "));
  }
  EXPECT_EQ(codes, 15U);
  ASSERT_TRUE(std::getline(queries, line));
  EXPECT_THAT(nlohmann::json::parse(line)["text"].get<std::string>(), HasSubstr("Converts the incoming"));
  EXPECT_THAT(read_file(output() / "beir/qrels/test.tsv"),
              testing::StartsWith("query-id\tcorpus-id\tscore\nq0\tc0\t1\n"));
}

TEST_F(PrepareTest, LearnsFromSubjectsOfCommits) {
  const fs::path repository = directory_.path() / "lib";
  directory_.write("lib/a.py", function("parse", "Parses one record of the log.", 1) +
                                   "def bare(x):\n    a = x\n    return a\n");
  git(repository, "init -q");
  git(repository, "remote add origin https://token@example.org/owner/lib.git");
  git(repository, "add -A");
  git(repository, "commit -q -m first");
  directory_.write("lib/a.py", function("parse", "Parses one record of the log.", 1) +
                                   "def bare(x):\n    a = x + 1\n    return a\n");
  git(repository, "commit -qam 'fix(core): count records from one instead of zero (#7)'");
  directory_.write("lib/a.py", function("parse", "Parses one record of the log.", 2) +
                                   "def bare(x):\n    a = x + 1\n    return a\n");
  git(repository, "commit -qam 'skip comment lines while parsing records'");
  auto options = options_for({"lib"});
  options.history = 10;
  const PrepareReport report = prepared(options);
  const auto pairs = pairs_in(output());
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].origin, "commit");  // commits-*.jsonl.zst comes before train-*
  EXPECT_EQ(pairs[0].name, "bare");
  EXPECT_EQ(pairs[0].doc, "count records from one instead of zero");
  EXPECT_EQ(pairs[1].name, "parse");
  EXPECT_THAT(pairs[1].subjects, ElementsAre("skip comment lines while parsing records"));
  EXPECT_EQ(pairs[1].repository, "owner/lib");
  EXPECT_EQ(report.inputs.at(0).place, "https://example.org/owner/lib.git");
  EXPECT_EQ(report.inputs.at(0).commits, 1U);
  EXPECT_EQ(report.inputs.at(0).revision.size(), 40U);
}

TEST_F(PrepareTest, TheListThatItWritesMakesTheSameData) {
  const fs::path repository = directory_.path() / "origin/lib";
  directory_.write("origin/lib/a.py", function("parse", "Parses one record of the log.", 1));
  git(repository, "init -q");
  git(repository, "add -A");
  git(repository, "commit -q -m first");
  PrepareOptions options;
  options.clones = directory_.path() / "clones";
  const std::string host = "file://" + directory_.path().string();
  const auto list = directory_.write("list", "origin/lib\n");
  // The list's own folder would win: the name is told to be one of the host by a list elsewhere.
  directory_.write("elsewhere/list", "origin/lib HEAD\n");
  auto entries = read_repository_list(posix_file_system(), directory_.path() / "elsewhere/list", host);
  ASSERT_TRUE(entries) << entries.error().message;
  options.repositories = *entries;
  prepared(options);
  const auto first = tree_of(output());
  const std::string again = first.at("repositories.tsv");
  EXPECT_THAT(again, HasSubstr("origin/lib\t"));
  // A later commit does not change what the list's revision makes.
  directory_.write("origin/lib/b.py", function("other", "Finds another record of the log.", 5));
  git(repository, "add -A");
  git(repository, "commit -q -m second");
  entries = read_repository_list(posix_file_system(), directory_.write("elsewhere/again.tsv", again), host);
  ASSERT_TRUE(entries) << entries.error().message;
  options.repositories = *entries;
  prepared(options);
  EXPECT_EQ(tree_of(output()).at("train-00000.jsonl.zst"), first.at("train-00000.jsonl.zst"));
  EXPECT_EQ(tree_of(output()).at("repositories.tsv"), again);
}

std::string gzip(const std::string& text) {
  const TestDirectory directory;
  const auto path = (directory.path() / "x.gz").string();
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  return read_file(path);
}

TEST_F(PrepareTest, ReadsCodeSearchNetAndTakesDocstringsOutOfItsCode) {
  std::string lines;
  for (const char* part : {"train", "valid", "test"}) {
    nlohmann::json line;
    line["repo"] = std::string("owner/") + part;
    line["path"] = "src/x.py";
    line["func_name"] = std::string("load_") + part;
    line["language"] = "python";
    line["partition"] = part;
    line["docstring"] = "Loads the saved state from disk.\n\n:param x: y";
    line["code"] =
        function(std::string("load_") + part, "Loads the saved state from disk.\n\n    :param x: y", part[1]);
    line["docstring_tokens"] = {"Loads", "the"};
    line["url"] = "https://example.org";
    lines += line.dump() + "\n";
  }
  directory_.write("csn/python_train_0.jsonl.gz", gzip(lines));
  PrepareOptions options;
  options.ready = {directory_.path() / "csn"};
  const PrepareReport report = prepared(options);
  EXPECT_EQ(report.pairs, 3U);
  const auto pairs = pairs_in(output());
  ASSERT_EQ(pairs.size(), 2U);  // train and valid; test is apart
  for (const Pair& pair : pairs) {
    EXPECT_EQ(pair.doc, "Loads the saved state from disk.");
    EXPECT_THAT(pair.code, Not(HasSubstr("saved state")));
    EXPECT_THAT(pair.code, HasSubstr("    step_"));
    EXPECT_EQ(pair.signature, "def " + pair.name + "(value)");
    EXPECT_EQ(pair.held_out, pair.name == "load_valid");
  }
}

TEST_F(PrepareTest, WhatReadyPairsHoldOutIsNotTrainedOn) {
  std::string lines;
  for (const bool held_out : {false, true}) {
    nlohmann::json line;
    line["repo"] = held_out ? "owner/held" : "owner/learnt";
    line["path"] = "src/x.py";
    line["name"] = held_out ? "load_held" : "load_learnt";
    line["lang"] = "python";
    line["doc"] = "Loads the saved state from disk.";
    line["code"] = function(line["name"], "", held_out ? 'h' : 'l');
    line["heldout"] = held_out;
    lines += line.dump() + "\n";
  }
  PrepareOptions options;
  options.ready = {directory_.write("ready.jsonl", lines)};
  options.shares = {0, 0};  // by its name everything would be trained on
  EXPECT_EQ(prepared(options).pairs, 2U);
  for (const Pair& pair : pairs_in(output())) {
    EXPECT_EQ(pair.partition, pair.repository == "owner/held" ? "valid" : "train");
    EXPECT_EQ(pair.held_out, pair.repository == "owner/held");
  }
}

TEST_F(PrepareTest, TakesItsOwnOutputAsReadyPairs) {
  write_repositories(12);
  const PrepareReport first = prepared(options_for(names(12)));
  PrepareOptions options;
  options.ready = {output()};
  const auto again = prepare(posix_file_system(), directory_.path() / "again", options);
  ASSERT_TRUE(again) << again.error().message;
  auto expected = first.partitions;
  expected.erase("test");
  EXPECT_EQ(again->partitions, expected);
  EXPECT_EQ(tree_of(directory_.path() / "again").at("train-00000.jsonl.zst"),
            tree_of(output()).at("train-00000.jsonl.zst"));
}

TEST_F(PrepareTest, SkipsWhatItCannotReadAndWhatIsExcluded) {
  write_repositories(3);
  auto options = options_for({"repo0", "nowhere", "repo1", "repo2"});
  options.excluded.add("repo1");
  std::vector<std::string> warnings;
  options.warn = [&](const std::string& line) { warnings.push_back(line); };
  const PrepareReport report = prepared(options);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("nowhere is skipped: ")));
  const auto manifest = nlohmann::json::parse(read_file(output() / "manifest.json"));
  std::map<std::string, std::string> skipped;
  for (const auto& input : manifest["inputs"]) skipped[input["name"]] = input.value("skipped", "");
  EXPECT_EQ(skipped["repo1"], "excluded");
  EXPECT_THAT(skipped["nowhere"], HasSubstr("nowhere"));
  EXPECT_EQ(skipped["repo0"], "");
  for (const Pair& pair : pairs_in(output())) EXPECT_NE(pair.repository, "repo1");

  EXPECT_THAT(error_of(options_for({"nowhere"})), HasSubstr("nothing could be read: nowhere"));
}

TEST_F(PrepareTest, LeavesOutLicencesThatWereNotAskedFor) {
  directory_.write("free/a.py", function("fold", "Folds the given paper twice.", 1));
  directory_.write("free/LICENSE",
                   "Permission is hereby granted, free of charge, to any person obtaining a copy");
  directory_.write("free/gpl.py", "# SPDX-License-Identifier: GPL-3.0-only\n" +
                                      function("tear", "Tears the given paper apart.", 2));
  directory_.write("bare/a.py", function("cut", "Cuts the given paper in half.", 3));
  auto options = options_for({"free", "bare"});
  EXPECT_THAT(prepared(options).licenses, testing::SizeIs(3));
  options.licenses = LicensePolicy::known;
  EXPECT_EQ(prepared(options).licenses, (decltype(PrepareReport::licenses){{"GPL-3.0-only", 1}, {"MIT", 1}}));
  options.licenses = LicensePolicy::permissive;
  const PrepareReport report = prepared(options);
  EXPECT_EQ(report.licenses, (decltype(PrepareReport::licenses){{"MIT", 1}}));
  EXPECT_EQ(report.drops.by_reason[static_cast<std::size_t>(DropReason::license)], 2U);
}

TEST_F(PrepareTest, TakesAtMostSoManyPairsOfARepository) {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += function(fmt::format("f{}", i), fmt::format("Makes thing number {}", i) + " ready.", i);
  directory_.write("big/a.py", text);
  auto options = options_for({"big"});
  options.pairs_per_repository = 10;
  const PrepareReport report = prepared(options);
  EXPECT_EQ(report.pairs, 10U);
  EXPECT_EQ(report.drops.by_reason[static_cast<std::size_t>(DropReason::over_limit)], 30U);
}

TEST_F(PrepareTest, SplitsOneRepositoryByFileWhereAsked) {
  for (int i = 0; i < 60; ++i) {
    directory_.write(fmt::format("one/f{}", i) + ".py",
                     function(fmt::format("f{}", i), fmt::format("Makes thing number {}", i) + " ready.", i));
  }
  auto options = options_for({"one"});
  EXPECT_FALSE(prepared(options).partitions.contains("valid"));
  options.split_by_file = true;
  const PrepareReport report = prepared(options);
  EXPECT_GT(report.partitions.at("valid"), 0U);
  EXPECT_GT(report.partitions.at("train"), 30U);
}

TEST_F(PrepareTest, CountsBrokenLinesUpToAShareAndRefusesMore) {
  std::string lines;
  for (int i = 0; i < 99; ++i) {
    lines += nlohmann::json{{"lang", "python"},
                            {"repo", "a/b"},
                            {"path", "a.py"},
                            {"name", fmt::format("f{}", i)},
                            {"doc", fmt::format("Makes thing number {}", i) + " ready."},
                            {"code", function(fmt::format("f{}", i), "x", i)}}
                 .dump() +
             "\n";
  }
  const auto shard = directory_.write("pairs.jsonl", lines + "{\"doc\": \"cut o");
  PrepareOptions options;
  options.ready = {shard};
  EXPECT_EQ(prepared(options).inputs.at(0).broken, 1U);
  options.broken_share = 0.005;
  EXPECT_THAT(error_of(options), AllOf(HasSubstr("pairs.jsonl"), HasSubstr("first line 100")));
  directory_.write("pairs.jsonl", "");
  EXPECT_THAT(error_of(options), HasSubstr("the shard is empty"));
  directory_.write("x.jsonl.gz", gzip(lines).substr(0, 500));
  options.ready = {directory_.path() / "x.jsonl.gz"};
  EXPECT_THAT(error_of(options), HasSubstr("the file is cut off"));
  directory_.write("y.jsonl.gz", "no gzip at all");
  options.ready = {directory_.path() / "y.jsonl.gz"};
  EXPECT_THAT(error_of(options), HasSubstr("not valid gzip"));
}

TEST_F(PrepareTest, AFullDiskAndAStopLeaveTheOldOutputAndNothingElse) {
  write_repositories(12);
  prepared(options_for(names(12)));
  const auto before = tree_of(output());
  const auto beside = [&] {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory_.path()))
      names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  };
  const auto neighbours = beside();
  for (int room = 0; room < 7; ++room) {
    FullDisk disk;
    disk.fill_after_files(room);
    auto options = options_for(names(11));
    const auto report = prepare(disk, output(), options);
    ASSERT_FALSE(report) << room;
    EXPECT_THAT(report.error().message, HasSubstr("No space left")) << room;
    EXPECT_EQ(tree_of(output()), before) << room;
    EXPECT_EQ(beside(), neighbours) << room;
  }
  std::stop_source stop;
  auto options = options_for(names(11));
  options.stop = stop.get_token();
  options.progress = [&](const Progress&) { stop.request_stop(); };
  const auto report = prepare(posix_file_system(), output(), options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(tree_of(output()), before);
  EXPECT_EQ(beside(), neighbours);
}

TEST_F(PrepareTest, DoesNotReplaceAFolderOfSomebodyElse) {
  write_repositories(2);
  directory_.write("out/thesis.tex", "years of work");
  EXPECT_THAT(error_of(options_for(names(2))), HasSubstr("thesis.tex"));
  EXPECT_EQ(read_file(output() / "thesis.tex"), "years of work");
  fs::remove_all(output());
  directory_.write("out/manifest.json", "{}");
  EXPECT_THAT(error_of(options_for(names(2))), HasSubstr("was not made by"));
  fs::remove_all(output());
  directory_.write("out", "a file");
  EXPECT_THAT(error_of(options_for(names(2))), HasSubstr("is a file"));
}

}  // namespace
}  // namespace quarry::preparation
