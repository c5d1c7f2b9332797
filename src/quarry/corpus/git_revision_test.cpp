// Revisions, bare repositories, clones and what they are called.
#include "quarry/corpus/git_revision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "quarry/base/test_directory.h"
#include "quarry/corpus/clone.h"
#include "quarry/corpus/git_fixture.h"

namespace quarry::corpus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

namespace fs = std::filesystem;

Result<std::unique_ptr<Source>> open(const fs::path& where, const std::string& revision = "") {
  OpenOptions options;
  options.revision = revision;
  return open_source(posix_file_system(), where.string(), options);
}

std::vector<std::string> paths_of(const Listing& listing) {
  std::vector<std::string> paths;
  for (const FileEntry& file : listing.files) paths.push_back(file.path);
  return paths;
}

std::vector<std::string> skips_of(const Listing& listing) {
  std::vector<std::string> skips;
  for (const Skipped& skip : listing.skipped)
    skips.push_back(skip.path + ": " + std::string(name_of(skip.reason)));
  return skips;
}

// A repository with two commits, the first of them tagged v1.
class Repository : public testing::Test {
 protected:
  Repository() : top_(fs::canonical(folder_.path()) / "project") {
    fs::create_directories(top_);
    run("init -q");
    folder_.write("project/a.py", "def old(): pass\n");
    folder_.write("project/lib/b.go", "package lib\n");
    run("add -A");
    run("commit -q -m one");
    run("tag v1");
    folder_.write("project/a.py", "def new(): pass\n");
    folder_.write("project/c.rs", "fn main() {}\n");
    run("add -A");
    run("commit -q -m two");
  }
  std::string run(const std::string& arguments) const { return git(top_, arguments); }
  std::string commit_of(const std::string& revision) const {
    std::string id = run("rev-parse " + revision);
    id.resize(40);
    return id;
  }

  const TestDirectory folder_;
  const fs::path top_;
};

TEST(BlobId, IsGitsOwn) {
  EXPECT_EQ(to_hex(blob_id_of("")), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  EXPECT_EQ(to_hex(blob_id_of("hello\n")), "ce013625030ba8dba906f756967f9e9ca394464a");
}

TEST_F(Repository, ListsAndReadsAnyRevision) {
  const auto source = open(top_, "v1").value();
  EXPECT_EQ(source->revision(), commit_of("v1"));
  EXPECT_EQ(source->root(), "");
  EXPECT_EQ(source->name(), "project");
  const auto files = source->list({})->files;
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].path, "a.py");
  EXPECT_EQ(files[0].size, 16U);
  EXPECT_EQ(files[0].mtime_ns, 0);
  EXPECT_EQ(files[0].blob, blob_id_of("def old(): pass\n"));
  const auto content = source->read(files[0], {});
  ASSERT_TRUE(content);
  EXPECT_EQ(content->text, "def old(): pass\n");
  EXPECT_EQ(content->blob, files[0].blob);
  EXPECT_THAT(paths_of(open(top_, "main~0").value()->list({}).value()),
              ElementsAre("a.py", "c.rs", "lib/b.go"));
}

TEST_F(Repository, AFolderWithARevisionIsThatFolderOfTheTree) {
  const auto source = open(top_ / "lib", "HEAD").value();
  EXPECT_EQ(source->prefix(), "lib");
  EXPECT_THAT(paths_of(source->list({}).value()), ElementsAre("b.go"));
  fs::create_directories(top_ / "later");
  EXPECT_EQ(open(top_ / "later", "v1").error().kind, ErrorKind::not_found);
}

TEST_F(Repository, BareRepositoriesAndWorkTreesShareIdentityNameAndBlobs) {
  run("worktree add -q ../second v1");
  const auto first = open(top_).value();
  const auto second = open(top_.parent_path() / "second").value();
  EXPECT_EQ(first->identity(), second->identity());
  EXPECT_EQ(first->name(), second->name());
  EXPECT_NE(first->root(), second->root());
  EXPECT_EQ(first->revision(), commit_of("HEAD"));
  EXPECT_EQ(second->revision(), commit_of("v1"));
  EXPECT_THAT(paths_of(second->list({}).value()), ElementsAre("a.py", "lib/b.go"));

  git(folder_.path(), "clone -q --bare project copy.git");
  const auto bare = open(folder_.path() / "copy.git").value();
  EXPECT_EQ(bare->root(), "");
  EXPECT_EQ(bare->revision(), commit_of("HEAD"));
  EXPECT_EQ(bare->name(), "project");  // after its remote
  EXPECT_EQ(bare->identity(), fs::canonical(folder_.path() / "copy.git").string());
  const auto files = bare->list({})->files;
  EXPECT_EQ(files[0].blob,
            first->read({.path = "a.py", .size = 0, .mtime_ns = 0, .inode = 0, .blob = {}}, {})->blob);
  git(folder_.path() / "copy.git", "remote remove origin");
  EXPECT_EQ(open(folder_.path() / "copy.git").value()->name(), "copy");
}

TEST_F(Repository, TheRemoteGivesTheNameAndLosesItsCredentials) {
  run("remote add origin https://me:secret@example.org/group/requests.git");
  const auto source = open(top_).value();
  EXPECT_EQ(source->name(), "requests");
  EXPECT_EQ(source->remote(), "https://example.org/group/requests.git");
  OpenOptions options;
  options.name = "mine";
  EXPECT_EQ(open_source(posix_file_system(), top_.string(), options).value()->name(), "mine");
}

// A server opens its repositories at every refresh for months.
TEST_F(Repository, OpeningOneOverAndOverKeepsNoMemory) {
  run("remote add upstream https://example.org/upstream.git");
  run("remote add origin https://example.org/origin.git");
  ASSERT_EQ(open(top_).value()->remote(), "https://example.org/origin.git");
  const auto before = ::mallinfo2().uordblks;
  for (int i = 0; i < 50; ++i) (void)open(top_);
  EXPECT_LT(::mallinfo2().uordblks, before + 100'000);
  run("remote remove origin");
  EXPECT_EQ(open(top_).value()->remote(), "https://example.org/upstream.git");
}

TEST_F(Repository, UnknownRevisionsAndObjectsThatAreNoCommitsAreRefused) {
  EXPECT_EQ(open(top_, "v9").error().kind, ErrorKind::not_found);
  EXPECT_THAT(open(top_, "v9").error().message, HasSubstr("v9"));
  EXPECT_EQ(open(top_, "HEAD:a.py").error().kind, ErrorKind::invalid_argument);
  EXPECT_FALSE(open(top_, "--help"));
  fs::create_directories(folder_.path() / "plain");
  EXPECT_EQ(open(folder_.path() / "plain", "HEAD").error().kind, ErrorKind::invalid_argument);
}

TEST_F(Repository, ARepositoryWithoutCommitIsAWorkTreeAndNoRevision) {
  git(folder_.path(), "init -q fresh");
  folder_.write("fresh/a.py", "");
  const auto source = open(folder_.path() / "fresh").value();
  EXPECT_EQ(source->revision(), "");
  EXPECT_THAT(paths_of(source->list({}).value()), ElementsAre("a.py"));
  git(folder_.path(), "init -q --bare empty.git");
  const auto empty = open(folder_.path() / "empty.git");
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().kind, ErrorKind::not_found);
  EXPECT_THAT(empty.error().message, HasSubstr("no commit"));
}

TEST_F(Repository, TreesFollowTheSameRulesAsFolders) {
  folder_.write("project/.quarryignore", "docs/\n*.gen.py\n");
  folder_.write("project/.gitignore", "*.log\n");
  folder_.write("project/docs/a.md", "");
  folder_.write("project/lib/x.gen.py", "");
  folder_.write("project/tracked.log", "");
  folder_.write("project/node_modules/a.js", "");
  folder_.write("project/Cargo.lock", "");
  folder_.write("project/big.py", std::string(5000, '\n'));
  fs::create_symlink("a.py", top_ / "link.py");
  run("add -A -f");
  run("update-index --add --cacheinfo 160000," + commit_of("HEAD") + ",sub");
  run("commit -q -m rules");
  ListOptions options;
  options.max_bytes = 4096;
  const Listing listing = open(top_, "HEAD").value()->list(options).value();
  // A tracked file is part of its revision, whatever .gitignore says.
  EXPECT_THAT(paths_of(listing),
              ElementsAre(".gitignore", ".quarryignore", "a.py", "c.rs", "lib/b.go", "tracked.log"));
  EXPECT_THAT(skips_of(listing), ElementsAre("Cargo.lock: lock file", "big.py: too large", "docs/: ignored",
                                             "lib/x.gen.py: ignored", "link.py: symlink",
                                             "node_modules/: vendored", "sub/: submodule"));
}

TEST_F(Repository, MissingObjectsAreSkipped) {
  const std::string id = run("rev-parse HEAD:c.rs").substr(0, 40);
  const auto source = open(top_, "HEAD").value();
  const auto files = source->list({})->files;
  fs::remove(top_ / ".git/objects" / id.substr(0, 2) / id.substr(2));
  EXPECT_THAT(skips_of(open(top_, "HEAD").value()->list({}).value()), ElementsAre("c.rs: unreadable"));
  EXPECT_EQ(open(top_, "HEAD").value()->read(files[1], {}).error().reason, SkipReason::unreadable);
}

TEST_F(Repository, HandMadeTreesCannotLeaveTheirFolder) {
  const std::string blob = run("rev-parse HEAD:a.py").substr(0, 40);
  std::string tree;
  for (const std::string name : {"..", "x/../../y", "ok.py"}) {
    tree += "100644 " + name + '\0';
    for (std::size_t i = 0; i < 40; i += 2)
      tree += static_cast<char>(std::stoi(blob.substr(i, 2), nullptr, 16));
  }
  std::ofstream(folder_.path() / "tree", std::ios::binary) << tree;
  std::string id = run("hash-object -t tree -w --literally ../tree").substr(0, 40);
  const std::string commit = run("commit-tree -m bad " + id).substr(0, 40);
  const auto source = open(top_, commit);
  ASSERT_TRUE(source) << source.error().message;
  const auto listing = (*source)->list({});
  if (!listing) return;  // refused as a whole is as good
  EXPECT_THAT(paths_of(*listing), ElementsAre("ok.py"));
}

TEST_F(Repository, ATreeThatRepeatsItselfIsBounded) {
  // 12 levels of 10 names for one subtree: 10^12 files in some hundred bytes.
  std::string id = run("rev-parse HEAD:lib").substr(0, 40);
  for (int level = 0; level < 12; ++level) {
    std::string entries;
    for (int i = 0; i < 10; ++i) entries += fmt::format("040000 tree {}\td{}\n", id, i);
    std::ofstream(folder_.path() / "entries") << entries;
    id = run("mktree < " + shell_quoted((folder_.path() / "entries").string())).substr(0, 40);
  }
  const auto source = open(top_, run("commit-tree -m bomb " + id).substr(0, 40)).value();
  ListOptions few;
  few.max_files = 20'000;
  EXPECT_EQ(source->list(few).error().kind, ErrorKind::limit);
}

TEST_F(Repository, ManyThreadsReadOneSource) {
  for (int i = 0; i < 60; ++i)
    folder_.write(fmt::format("project/many/f{}.py", i), fmt::format("x = {}\n", i));
  run("add -A");
  run("commit -q -m many");
  run("gc -q");
  const auto source = open(top_, "HEAD").value();
  const auto files = source->list({})->files;
  ASSERT_EQ(files.size(), 63U);
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (const FileEntry& file : files) {
          const auto content = source->read(file, {});
          if (!content || content->blob != file.blob) ++wrong;
        }
        if (source->list({})->files.size() != files.size()) ++wrong;
      });
    }
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(Repository, UrlsAreClonedBareAndFetchedAgain) {
  OpenOptions options;
  options.clones = folder_.path() / "clones";
  std::size_t calls = 0;
  options.progress = [&](std::string_view, std::size_t done, std::size_t total) {
    ++calls;
    EXPECT_LE(done, total);
    return true;
  };
  const std::string url = "file://" + top_.string();
  const auto first = open_source(posix_file_system(), url, options);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_GT(calls, 0U);
  EXPECT_EQ((*first)->name(), "project");
  EXPECT_EQ((*first)->remote(), url);
  EXPECT_EQ((*first)->root(), "");
  EXPECT_EQ((*first)->revision(), commit_of("HEAD"));
  EXPECT_EQ((*first)->identity(), fs::canonical(clone_path(options.clones, url)).string());

  folder_.write("project/d.py", "d = 1\n");
  run("add -A");
  run("commit -q -m three");
  run("branch -q side v1");
  const auto second = open_source(posix_file_system(), url, options);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ((*second)->identity(), (*first)->identity());
  EXPECT_EQ((*second)->revision(), commit_of("HEAD"));
  EXPECT_THAT(paths_of((*second)->list({}).value()), ElementsAre("a.py", "c.rs", "d.py", "lib/b.go"));
  for (const char* revision : {"side", "v1"}) {
    options.revision = revision;
    EXPECT_EQ(open_source(posix_file_system(), url, options).value()->revision(), commit_of("v1"));
  }
  run("branch -q -D side");
  run("checkout -q -b trunk");
  options.revision = "side";
  EXPECT_FALSE(open_source(posix_file_system(), url, options));  // gone there, gone here
}

TEST_F(Repository, ClonesCanBeCancelledAndFailInWords) {
  OpenOptions options;
  options.clones = folder_.path() / "clones";
  options.progress = [](std::string_view, std::size_t, std::size_t) { return false; };
  const std::string url = "file://" + top_.string();
  EXPECT_EQ(open_source(posix_file_system(), url, options).error().kind, ErrorKind::cancelled);
  options.progress = nullptr;
  EXPECT_TRUE(open_source(posix_file_system(), url, options));  // what was left does not disturb

  const auto missing = open_source(posix_file_system(), url + "-not", options);
  EXPECT_EQ(missing.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(missing.error().message, HasSubstr("project-not"));
  EXPECT_EQ(open_source(posix_file_system(), url).error().kind,
            ErrorKind::invalid_argument);  // nowhere to clone to
}

TEST(Urls, TransportsThatRunProgramsAreRefused) {
  const TestDirectory folder;
  OpenOptions options;
  options.clones = folder.path();
  for (const char* url :
       {"ext::sh -c touch% /tmp/x", "fd::7", "ext://x", "git@host::path", "https+evil://x", "://x"}) {
    const auto source = open_source(posix_file_system(), url, options);
    ASSERT_FALSE(source) << url;
    EXPECT_NE(source.error().kind, ErrorKind::unavailable) << url;
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Urls, AreToldFromFoldersAndCarryNoSecrets) {
  EXPECT_TRUE(looks_like_url("https://example.org/a"));
  EXPECT_TRUE(looks_like_url("git@example.org:group/a.git"));
  EXPECT_FALSE(looks_like_url("src/app.py"));
  EXPECT_FALSE(looks_like_url("./a@b/c:d"));
  EXPECT_FALSE(looks_like_url("C:stuff"));
  EXPECT_EQ(without_credentials("https://token@host/a.git?x=secret"), "https://host/a.git");
  EXPECT_EQ(without_credentials("https://u:p%40@host:8080/a"), "https://host:8080/a");
  EXPECT_EQ(without_credentials("ssh://git:pw@host/a"), "ssh://git@host/a");
  EXPECT_EQ(without_credentials("git@host:a/b.git"), "git@host:a/b.git");
  EXPECT_EQ(last_name_of("git@host:a/b.git"), "b");
  EXPECT_EQ(last_name_of("git@host:b"), "b");
  EXPECT_EQ(last_name_of("/srv/git/b.git/"), "b");
  EXPECT_EQ(last_name_of("/home/me/b/.git"), "b");
  EXPECT_EQ(last_name_of(""), "");
  EXPECT_EQ(clone_path("/c", "https://u:p@host/a.git"), clone_path("/c", "https://host/a.git"));
  EXPECT_NE(clone_path("/c", "https://host/a.git"), clone_path("/c", "https://host/b/a.git"));
  EXPECT_EQ(clone_path("/c", "https://host/..").parent_path(), "/c");
}

}  // namespace
}  // namespace quarry::corpus
