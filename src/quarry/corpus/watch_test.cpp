#include "quarry/corpus/watch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <thread>

#include "quarry/base/test_directory.h"

namespace quarry::corpus {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// A wait that gives up: what did not wake it by then will not.
Result<bool> wait_at_most(Watcher& watcher, milliseconds patience, milliseconds debounce = milliseconds(20)) {
  std::stop_source stop;
  const std::jthread timer([&](const std::stop_token& done) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!done.stop_requested() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(milliseconds(2));
    }
    stop.request_stop();
  });
  return watcher.wait(stop.get_token(), debounce);
}

class Watching : public testing::Test {
 protected:
  Watching() {
    folder_.write(".gitignore", "build/\n*.o\n");
    folder_.write("src/a.py", "x\n");
    folder_.write("build/out.txt", "x");
    auto opened = Watcher::open(posix_file_system(), folder_.path());
    EXPECT_TRUE(opened) << opened.error().message;
    watcher_ = *std::move(opened);
  }
  bool wakes() { return wait_at_most(*watcher_, milliseconds(5000)).value(); }
  bool stays_quiet() { return !wait_at_most(*watcher_, milliseconds(120)).value(); }

  const TestDirectory folder_;
  std::unique_ptr<Watcher> watcher_;
};

TEST_F(Watching, QuietUntilAFileChangesAndQuietAgainAfterwards) {
  EXPECT_TRUE(stays_quiet());
  folder_.write("src/a.py", "y\n");
  EXPECT_TRUE(wakes());
  EXPECT_TRUE(stays_quiet());
  fs::remove(folder_.path() / "src/a.py");
  EXPECT_TRUE(wakes());
}

TEST_F(Watching, IgnoredFilesAndFoldersWakeNobody) {
  folder_.write("build/out.txt", "y");
  folder_.write("build/deep/er.txt", "y");
  folder_.write("src/a.o", "y");
  folder_.write("node_modules/x/y.js", "y");
  folder_.write(".git/index", "y");
  (void)wait_at_most(*watcher_, milliseconds(60));  // the new .git decides about rules and may wake once
  folder_.write(".git/index", "z");
  folder_.write("build/out.txt", "z");
  EXPECT_TRUE(stays_quiet());
}

TEST_F(Watching, NewAndMovedFoldersAreWatchedToo) {
  folder_.write("new/deep/b.py", "x");
  EXPECT_TRUE(wakes());
  folder_.write("new/deep/b.py", "y");
  EXPECT_TRUE(wakes());
  fs::rename(folder_.path() / "new", folder_.path() / "moved");
  EXPECT_TRUE(wakes());
  folder_.write("moved/deep/b.py", "z");
  EXPECT_TRUE(wakes());
  EXPECT_TRUE(stays_quiet());
}

TEST_F(Watching, AFolderMovedAwayIsForgotten) {
  const TestDirectory elsewhere;
  folder_.write("gone/deep/b.py", "x");
  EXPECT_TRUE(wakes());
  fs::rename(folder_.path() / "gone", elsewhere.path() / "gone");
  EXPECT_TRUE(wakes());
  elsewhere.write("gone/deep/b.py", "y");
  EXPECT_TRUE(stays_quiet());
}

TEST_F(Watching, ChangedRulesChangeWhatIsWatched) {
  folder_.write(".gitignore", "src/\n");
  EXPECT_TRUE(wakes());
  folder_.write("src/a.py", "y");
  EXPECT_TRUE(stays_quiet());
  folder_.write("build/out.txt", "y");
  EXPECT_TRUE(wakes());
}

TEST_F(Watching, ABurstIsOneChangeAndSteadyWritingIsNotWaitedForWithoutEnd) {
  std::atomic<bool> go_on = true;
  std::jthread writer([&] {
    for (int i = 0; go_on; ++i) {
      folder_.write("src/a.py", std::to_string(i));
      std::this_thread::sleep_for(milliseconds(3));
    }
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(wait_at_most(*watcher_, milliseconds(20'000), milliseconds(50)).value());
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(100));
  go_on = false;
  writer.join();
  (void)wait_at_most(*watcher_, milliseconds(100));  // the last of the writes, unless the first wait had it
  EXPECT_TRUE(stays_quiet());
}

TEST_F(Watching, DroppedEventsAskForANewLook) {
  // Equal events in a row become one, so two files take turns.
  std::size_t most = 16'384;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> most;
  if (most > 1'000'000) GTEST_SKIP() << "the kernel would queue " << most << " events";
  const std::array paths{folder_.write("src/a.py", "x"), folder_.write("src/b.py", "x")};
  for (std::size_t i = 0; i < most + 1000; ++i) ::close(::open(paths[i % 2].c_str(), O_WRONLY));
  EXPECT_TRUE(wakes());
  EXPECT_TRUE(stays_quiet());
  folder_.write("src/c.py", "");
  EXPECT_TRUE(wakes());
}

TEST_F(Watching, ARootThatVanishesIsAnError) {
  fs::remove_all(folder_.path());
  const auto outcome = wait_at_most(*watcher_, milliseconds(5000));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::not_found);
}

TEST_F(Watching, AStopEndsTheWaitAndTheNextWaitWorks) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(watcher_->wait(stop.get_token(), milliseconds(10)).value());
  EXPECT_TRUE(stays_quiet());
  folder_.write("src/a.py", "y\n");
  EXPECT_TRUE(wakes());
}

TEST(Watch, RefusesWhatIsNoFolder) {
  EXPECT_EQ(Watcher::open(posix_file_system(), "/nowhere/at/all").error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace quarry::corpus
