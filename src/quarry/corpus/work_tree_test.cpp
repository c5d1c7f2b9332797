// Folders on disk: what is listed, what is left out and why, and what reading makes of the bytes.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "quarry/base/test_directory.h"
#include "quarry/corpus/fake_file_system.h"
#include "quarry/corpus/git_fixture.h"
#include "quarry/corpus/source.h"

namespace quarry::corpus {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace fs = std::filesystem;

std::unique_ptr<Source> open(const fs::path& folder, FileSystem& files = posix_file_system()) {
  auto source = open_source(files, folder.string());
  EXPECT_TRUE(source) << source.error().message;
  return *std::move(source);
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

tl::expected<Content, Skipped> read(const Source& source, const std::string& path,
                                    const ListOptions& options = {}) {
  return source.read({.path = path, .size = 0, .mtime_ns = 0, .inode = 0, .blob = {}}, options);
}

TEST(WorkTree, ListsByPathBytesWithWhatTellsAnUnchangedFile) {
  const TestDirectory folder;
  folder.write("b.py", "x = 1\n");
  folder.write("a/z.py", "");
  folder.write("a.py", "y");
  folder.write("a-b/c.py", "");
  const auto source = open(folder.path());
  const Listing listing = source->list({}).value();
  EXPECT_THAT(paths_of(listing), ElementsAre("a-b/c.py", "a.py", "a/z.py", "b.py"));
  EXPECT_THAT(listing.skipped, IsEmpty());
  const FileEntry& file = listing.files.back();
  EXPECT_EQ(file.size, 6U);
  EXPECT_GT(file.mtime_ns, 0);
  EXPECT_NE(file.inode, 0U);
  EXPECT_FALSE(file.blob);
  EXPECT_EQ(source->identity(), fs::canonical(folder.path()).string());
  EXPECT_EQ(source->root(), source->identity());
  EXPECT_EQ(source->name(), folder.path().filename().string());
  EXPECT_EQ(source->revision() + source->remote() + source->prefix(), "");
}

TEST(WorkTree, IgnoreFilesNestAndQuarryignoreHasTheLastWord) {
  const TestDirectory folder;
  folder.write(".gitignore", "*.log\n/build/\nhidden/\n");
  folder.write(".quarryignore", "docs/\n!wanted.log\n!vendor/\n");
  folder.write("a.log", "");
  folder.write("wanted.log", "");
  folder.write("build/x.c", "");
  folder.write("src/build/x.c", "");
  folder.write("src/.gitignore", "!keep.log\n");
  folder.write("src/keep.log", "");
  folder.write("hidden/keep.log", "");
  folder.write("docs/a.md", "");
  folder.write("vendor/lib.c", "");
  folder.write("vendor/node_modules/x.js", "");
  const auto source = open(folder.path());
  const Listing listing = source->list({}).value();
  EXPECT_THAT(paths_of(listing), ElementsAre(".gitignore", ".quarryignore", "src/.gitignore", "src/build/x.c",
                                             "src/keep.log", "vendor/lib.c", "wanted.log"));
  EXPECT_THAT(skips_of(listing), ElementsAre("a.log: ignored", "build/: ignored", "docs/: ignored",
                                             "hidden/: ignored", "vendor/node_modules/: vendored"));
  ListOptions all;
  all.ignore_files = false;
  all.builtin_rules = false;
  EXPECT_EQ(source->list(all)->files.size(), 12U);
}

TEST(WorkTree, BuiltInRulesByNameAreCountedAndCanBeSwitchedOff) {
  const TestDirectory folder;
  for (const char* name :
       {"node_modules/a.js", "third_party/b.c", "__pycache__/c.py", "env/pyvenv.cfg", "env/d.py",
        "target/CACHEDIR.TAG", "target/e.rs", "Cargo.lock", "api.pb.go", "jquery.min.js", "main.go"}) {
    folder.write(name, "text\n");
  }
  folder.write("logo.PNG", "no real picture");
  const auto source = open(folder.path());
  const Listing listing = source->list({}).value();
  EXPECT_THAT(paths_of(listing), ElementsAre("main.go"));
  EXPECT_THAT(skips_of(listing),
              ElementsAre("Cargo.lock: lock file", "__pycache__/: generated", "api.pb.go: generated",
                          "env/: vendored", "jquery.min.js: minified", "logo.PNG: binary",
                          "node_modules/: vendored", "target/: generated", "third_party/: vendored"));
  ListOptions all;
  all.builtin_rules = false;
  EXPECT_THAT(skips_of(source->list(all).value()), ElementsAre("logo.PNG: binary"));
}

TEST(WorkTree, LinksPipesAndLoopsAreSkipped) {
  const TestDirectory folder;
  folder.write("a/b.py", "");
  fs::create_directory_symlink("..", folder.path() / "a/loop");
  fs::create_symlink("b.py", folder.path() / "a/link.py");
  fs::create_symlink("nowhere", folder.path() / "dangling");
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  const Listing listing = open(folder.path())->list({}).value();
  EXPECT_THAT(paths_of(listing), ElementsAre("a/b.py"));
  EXPECT_THAT(skips_of(listing),
              ElementsAre("a/link.py: symlink", "a/loop: symlink", "dangling: symlink", "pipe: unreadable"));
}

TEST(WorkTree, UnreadableAndVanishingThingsAreSkippedWithTheReason) {
  const TestDirectory folder;
  folder.write("ok.py", "x");
  folder.write("locked/a.py", "x");
  folder.write("gone.py", "x");
  folder.write(".gitignore", "*.o\n");
  FakeFileSystem files;
  const auto refuse = [](const char* name, ErrorKind kind, const char* why) {
    return [=](const fs::path& path) -> Status {
      if (path.filename() == name) return fail(kind, "cannot open {}: {}", path.string(), why);
      return {};
    };
  };
  files.on_list = refuse("locked", ErrorKind::io, "Permission denied");
  files.on_status = refuse("gone.py", ErrorKind::not_found, "No such file or directory");
  files.on_read = refuse(".gitignore", ErrorKind::io, "Permission denied");
  const auto source = open(folder.path(), files);
  const Listing listing = source->list({}).value();
  EXPECT_THAT(paths_of(listing), ElementsAre(".gitignore", "ok.py"));
  ASSERT_EQ(listing.skipped.size(), 3U);
  EXPECT_THAT(listing.skipped[0].detail, HasSubstr("rules do not apply"));
  EXPECT_EQ(listing.skipped[1].path, "gone.py");
  EXPECT_EQ(listing.skipped[2].path, "locked/");
  EXPECT_THAT(listing.skipped[2].detail, HasSubstr("Permission denied"));

  EXPECT_EQ(read(*source, "gone.py").error().reason, SkipReason::unreadable);
  files.on_read = refuse("ok.py", ErrorKind::limit, "grew");  // after its status was asked for
  EXPECT_EQ(read(*source, "ok.py").error().reason, SkipReason::too_large);
}

TEST(WorkTree, FilesThatChangeAfterListingAreReadAsTheyAreOrSkipped) {
  const TestDirectory folder;
  folder.write("changed.py", "old\n");
  folder.write("removed.py", "x");
  folder.write("linked.py", "x");
  folder.write("grown.py", "x");
  const auto source = open(folder.path());
  const auto files = source->list({})->files;
  ASSERT_EQ(files.size(), 4U);
  folder.write("changed.py", "new and longer\n");
  fs::remove(folder.path() / "removed.py");
  fs::remove(folder.path() / "linked.py");
  fs::create_symlink("/etc/passwd", folder.path() / "linked.py");
  fs::resize_file(folder.path() / "grown.py", 200U << 20);
  const auto changed = source->read(files[0], {});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->text, "new and longer\n");
  EXPECT_EQ(changed->blob, blob_id_of("new and longer\n"));
  EXPECT_EQ(source->read(files[1], {}).error().reason, SkipReason::too_large);
  EXPECT_EQ(source->read(files[2], {}).error().reason, SkipReason::symlink);
  EXPECT_EQ(source->read(files[3], {}).error().reason, SkipReason::unreadable);
}

TEST(WorkTree, AHugeFileIsSkippedWithoutBeingRead) {
  const TestDirectory folder;
  folder.write("huge.py", "");
  fs::resize_file(folder.path() / "huge.py", 200U << 20);
  FakeFileSystem files;
  int reads = 0;
  files.on_read = [&](const fs::path&) -> Status {
    ++reads;
    return {};
  };
  const auto source = open(folder.path(), files);
  EXPECT_THAT(skips_of(source->list({}).value()), ElementsAre("huge.py: too large"));
  EXPECT_EQ(read(*source, "huge.py").error().reason, SkipReason::too_large);
  EXPECT_EQ(reads, 0);
}

TEST(WorkTree, DepthIsBounded) {
  const TestDirectory folder;
  // Deeper than a path can name, so step by step.
  const int home = ::open(".", O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::chdir(folder.path().c_str()), 0);
  for (int i = 0; i < 1100; ++i) {
    ASSERT_EQ(::mkdir("d", 0700), 0);
    ASSERT_EQ(::chdir("d"), 0);
  }
  ASSERT_EQ(::fchdir(home), 0);
  ::close(home);
  const Listing listing = open(folder.path())->list({}).value();
  EXPECT_THAT(listing.files, IsEmpty());
  ASSERT_EQ(listing.skipped.size(), 1U);
  EXPECT_EQ(listing.skipped[0].reason, SkipReason::too_deep);
  EXPECT_EQ(std::ranges::count(listing.skipped[0].path, '/'), 1025);
}

TEST(WorkTree, NestedRepositoriesAreSubmodulesInsideARepositoryAndSourceElsewhere) {
  const TestDirectory folder;
  git(folder.path(), "init -q inner");
  folder.write("inner/a.py", "");
  folder.write("b.py", "");
  EXPECT_THAT(paths_of(open(folder.path())->list({}).value()), ElementsAre("b.py", "inner/a.py"));
  git(folder.path(), "init -q");
  const Listing listing = open(folder.path())->list({}).value();
  EXPECT_THAT(paths_of(listing), ElementsAre("b.py"));
  EXPECT_THAT(skips_of(listing), ElementsAre("inner/: submodule"));
}

TEST(WorkTree, AFolderOfARepositoryObeysTheRulesAboveIt) {
  const TestDirectory folder;
  git(folder.path(), "init -q");
  folder.write(".gitignore", "*.log\n/src/gen/\nscratch/\n");
  folder.write(".git/info/exclude", "*.tmp\n");
  folder.write("src/a.py", "");
  folder.write("src/a.log", "");
  folder.write("src/a.tmp", "");
  folder.write("src/gen/b.py", "");
  folder.write("scratch/x.log", "");
  const auto source = open(folder.path() / "src");
  EXPECT_EQ(source->prefix(), "src");
  EXPECT_EQ(source->root(), (fs::canonical(folder.path()) / "src").string());
  EXPECT_EQ(source->identity(), (fs::canonical(folder.path()) / ".git").string());
  EXPECT_EQ(source->revision(), "");  // no commit yet
  const Listing listing = source->list({}).value();
  EXPECT_THAT(paths_of(listing), ElementsAre("a.py"));
  EXPECT_THAT(skips_of(listing), ElementsAre("a.log: ignored", "a.tmp: ignored", "gen/: ignored"));
  // What the repository ignores is not its own.
  const auto scratch = open(folder.path() / "scratch");
  EXPECT_EQ(scratch->identity(), (fs::canonical(folder.path()) / "scratch").string());
  EXPECT_THAT(paths_of(scratch->list({}).value()), ElementsAre("x.log"));
}

TEST(WorkTree, ADamagedRepositoryIsAPlainFolder) {
  const TestDirectory folder;
  git(folder.path(), "init -q");
  folder.write(".git/config", "[core\nnonsense");
  folder.write(".gitignore", "*.o\n");
  folder.write("a.c", "");
  folder.write("a.o", "");
  const auto source = open(folder.path());
  EXPECT_EQ(source->identity(), fs::canonical(folder.path()).string());
  EXPECT_THAT(paths_of(source->list({}).value()), ElementsAre(".gitignore", "a.c"));
}

TEST(WorkTree, RefusesWhatIsNoFolder) {
  const TestDirectory folder;
  folder.write("a.py", "");
  EXPECT_EQ(open_source(posix_file_system(), "").error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(open_source(posix_file_system(), "/nowhere/at/all").error().kind, ErrorKind::not_found);
  EXPECT_EQ(open_source(posix_file_system(), (folder.path() / "a.py").string()).error().kind,
            ErrorKind::invalid_argument);
  const auto source = open(folder.path());
  fs::remove_all(folder.path());
  EXPECT_EQ(source->list({}).error().kind, ErrorKind::not_found);
}

TEST(WorkTree, ManyFilesKeepTheirOrderAndStatus) {
  const TestDirectory folder;
  for (int i = 0; i < 3000; ++i) folder.write(fmt::format("{}/f{}.py", i % 7, i), std::string(i % 10, 'x'));
  const Listing listing = open(folder.path())->list({}).value();
  ASSERT_EQ(listing.files.size(), 3000U);
  EXPECT_TRUE(std::ranges::is_sorted(listing.files, {}, &FileEntry::path));
  for (const FileEntry& file : listing.files) {
    const int number = std::stoi(file.path.substr(file.path.find('f') + 1));
    ASSERT_EQ(file.size, static_cast<std::uint64_t>(number % 10)) << file.path;
    ASSERT_NE(file.inode, 0U);
  }
}

}  // namespace
}  // namespace quarry::corpus
