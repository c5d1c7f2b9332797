// Disks that fill up, machines that lose their power and processes that are killed: the old index, or the new
// one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "quarry/base/test_directory.h"
#include "quarry/index/snapshot.h"
#include "quarry/index/test_file_systems.h"
#include "quarry/index/test_source.h"

namespace quarry::index {
namespace {

using Mode = FaultyFileSystem::Mode;

// One thread, so that calls come in one order.
Result<UpdateReport> update(FileSystem& files, const std::filesystem::path& index, const TestSource& source) {
  QUARRY_TRY(const auto writer, IndexWriter::open(files, index, test_hooks(source)));
  UpdateOptions options;
  options.threads = 1;
  return writer->update(source, options);
}

// The paths and texts of the first view, after everything was verified; "" where there is no index.
std::string contents(FileSystem& files, const std::filesystem::path& index) {
  const auto snapshot = Snapshot::open(files, index);
  if (!snapshot && snapshot.error().kind == ErrorKind::not_found) return "";
  EXPECT_TRUE(snapshot) << snapshot.error().message;
  if (!snapshot) return "broken";
  const auto verified = (*snapshot)->verify();
  EXPECT_TRUE(verified) << verified.error().message;
  std::map<std::string, std::string> texts;
  for (std::size_t s = 0; s < (*snapshot)->segments().size(); ++s) {
    const Segment& segment = *(*snapshot)->segments()[s];
    const FileSet live = (*snapshot)->live_files(0, s).value();
    for (std::uint32_t f = 0; f < segment.file_count(); ++f) {
      if (live.contains(f)) texts[std::string(segment.file(f).path)] = segment.file_text(f).value();
    }
  }
  std::string all;
  for (const auto& [path, text] : texts) all += path + "=" + text + ";";
  return all;
}

std::string expected(const TestSource& source) {
  std::string all;
  for (const auto& [path, file] : source.files()) all += path + "=" + file.content + ";";
  return all;
}

// A source after `rounds` rounds of edits; nine of them make a merge.
struct Edited : TestSource {
  explicit Edited(int rounds) {
    for (int i = 0; i < 5; ++i) write(fmt::format("f{}.py", i), fmt::format("w{} common words\nmore", i));
    for (int round = 1; round <= rounds; ++round)
      write(fmt::format("f{}.py", round % 6), fmt::format("r{} x", round));
  }
};

class Crash : public testing::TestWithParam<int> {};

// The index before and after an update, and the number of file system calls that the update takes.
struct Step {
  explicit Step(int round) : after(Edited(round)) {
    MemoryFileSystem before = remade(round);
    old_contents = contents(before, "/index");
    FaultyFileSystem counting(before, ~std::size_t{0}, Mode::fail_once);
    EXPECT_TRUE(update(counting, "/index", after));
    calls = counting.calls();
  }
  // The state before, built anew each time: copies of a MemoryFileSystem share their files.
  static MemoryFileSystem remade(int round) {
    MemoryFileSystem files;
    for (int r = 0; r < round; ++r) EXPECT_TRUE(update(files, "/index", Edited(r)));
    return files;
  }
  Edited after;
  std::string old_contents;
  std::size_t calls = 0;
};

// Round 0 makes the index, 3 adds a segment, 8 merges.
INSTANTIATE_TEST_SUITE_P(Rounds, Crash, testing::Values(0, 3, 8));

TEST_P(Crash, EveryFailingCallLeavesTheOldIndexOrTheNewOne) {
  const Step step(GetParam());
  ASSERT_GT(step.calls, 20U);
  for (std::size_t call = 0; call < step.calls; ++call) {
    for (const Mode mode : {Mode::fail_once, Mode::fail_forever, Mode::half_write}) {
      SCOPED_TRACE(fmt::format("call {} of {}, mode {}", call, step.calls, static_cast<int>(mode)));
      MemoryFileSystem files = Step::remade(GetParam());
      FaultyFileSystem faulty(files, call, mode);
      const auto report = update(faulty, "/index", step.after);
      const std::string now = contents(files, "/index");
      if (report) {
        EXPECT_EQ(now, expected(step.after));
      } else {
        EXPECT_NE(report.error().message, "");
        EXPECT_TRUE(now == step.old_contents || now == expected(step.after)) << now;
      }
      // The next writer cleans up and gets it done.
      const auto again = update(files, "/index", step.after);
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_EQ(contents(files, "/index"), expected(step.after));
      const auto snapshot = Snapshot::open(files, "/index").value();
      EXPECT_EQ(files.names("/index/segments").size(), snapshot->segments().size());
      EXPECT_EQ(files.names("/index/views").size(), 1U);
      EXPECT_EQ(files.names("/index"), (std::set<std::string>{"lock", "manifest", "segments", "views"}));
    }
  }
}

TEST_P(Crash, APowerLossAtAnyCallLeavesTheOldIndexOrTheNewOne) {
  const Step step(GetParam());
  for (std::size_t call = 0; call <= step.calls; ++call) {
    for (const auto loss : {MemoryFileSystem::Loss::everything, MemoryFileSystem::Loss::data}) {
      SCOPED_TRACE(fmt::format("call {} of {}, loss {}", call, step.calls, static_cast<int>(loss)));
      MemoryFileSystem files = Step::remade(GetParam());
      FaultyFileSystem faulty(files, call, Mode::fail_forever);
      const bool done = update(faulty, "/index", step.after).has_value();
      files.lose_power(loss);
      const std::string now = contents(files, "/index");
      if (done) {
        EXPECT_EQ(now, expected(step.after)) << "a success that did not last";
      } else {
        EXPECT_TRUE(now == step.old_contents || now == expected(step.after)) << now;
      }
      const auto again = update(files, "/index", step.after);
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_EQ(contents(files, "/index"), expected(step.after));
    }
  }
}

// What a machine that dies later still finds: a writer's crash must not let the next writer remove what the
// disk still needs.
TEST(CrashTwice, AWriterAfterACrashKeepsWhatTheDiskStillNeeds) {
  const Step step(3);
  for (std::size_t first = 0; first < step.calls; ++first) {
    for (std::size_t second = 0; second < 12; ++second) {
      SCOPED_TRACE(fmt::format("calls {} and {}", first, second));
      MemoryFileSystem files = Step::remade(3);
      FaultyFileSystem dying(files, first, Mode::fail_forever);
      (void)update(dying, "/index", step.after);
      FaultyFileSystem dying_again(files, second, Mode::fail_forever);
      (void)update(dying_again, "/index", Edited(4));
      files.lose_power(MemoryFileSystem::Loss::everything);
      const std::string now = contents(files, "/index");
      EXPECT_TRUE(now == step.old_contents || now == expected(step.after)) << now;
    }
  }
}

// Runs `child` in a process of its own, which must end by itself or by SIGKILL.
template <class Child>
pid_t spawn(const Child& child) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    child();
    ::_exit(0);
  }
  return pid;
}

void wait_for(pid_t pid) {
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFEXITED(status) || WTERMSIG(status) == SIGKILL) << "signal " << WTERMSIG(status);
}

TEST(Kill, BeforeEachCallOfAnUpdateLeavesAWholeIndex) {
  const TestDirectory folder;
  const auto index = folder.path() / "index";
  std::string last;
  for (std::size_t call = 0; call < 60; ++call) {
    const Edited source(static_cast<int>(call) + 1);
    wait_for(spawn([&] {
      FaultyFileSystem deadly(posix_file_system(), call, Mode::kill);
      (void)update(deadly, index, source);
    }));
    const std::string now = contents(posix_file_system(), index);
    ASSERT_TRUE(now == last || now == expected(source)) << "call " << call;
    last = now;
  }
  EXPECT_NE(last, "");
}

// QUARRY_KILL_SECONDS lengthens it.
TEST(Kill, AtRandomMomentsLeavesAWholeIndex) {
  const TestDirectory folder;
  const auto index = folder.path() / "index";
  const char* wanted = std::getenv("QUARRY_KILL_SECONDS");
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::seconds(wanted == nullptr ? 2 : std::atoi(wanted));
  std::mt19937 random(7);
  int kills = 0;
  for (int first = 0; std::chrono::steady_clock::now() < end; first += 50, ++kills) {
    const pid_t pid = spawn([&] {
      for (int round = first; round < first + 50; ++round)
        (void)update(posix_file_system(), index, Edited(round));
    });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 200'000));
    (void)::kill(pid, SIGKILL);
    wait_for(pid);
    const std::string now = contents(posix_file_system(), index);
    bool whole = now.empty();
    for (int round = 0; round < first + 50 && !whole; ++round) whole = now == expected(Edited(round));
    ASSERT_TRUE(whole) << now;
  }
  const auto report = update(posix_file_system(), index, Edited(3));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(contents(posix_file_system(), index), expected(Edited(3)));
}

}  // namespace
}  // namespace quarry::index
