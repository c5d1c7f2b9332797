#include "quarry/base/file_system.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "quarry/base/test_directory.h"

namespace quarry {
namespace {

using testing::HasSubstr;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(FileSystem, WriteAtomicallyReplacesAndLeavesNoTemporary) {
  const TestDirectory folder;
  FileSystem& files = posix_file_system();
  const auto path = folder.path() / "manifest";
  ASSERT_TRUE(write_atomically(files, path, bytes_of("one")));
  ASSERT_TRUE(write_atomically(files, path, bytes_of("two")));
  EXPECT_EQ(files.read(path, 100).value(), "two");
  EXPECT_EQ(files.list(folder.path()).value().size(), 1U);
}

TEST(FileSystem, WriteAtomicallyWritesIntoAPipeAndLeavesIt) {
  const TestDirectory folder;
  const auto path = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int pipe =
      ::open(path.c_str(), O_RDWR | O_NONBLOCK);  // a reader, so that writing does not wait for one
  ASSERT_GE(pipe, 0);
  EXPECT_TRUE(write_atomically(posix_file_system(), path, bytes_of("weights")));
  char read[8] = {};
  EXPECT_EQ(::read(pipe, read, sizeof read), 7);
  EXPECT_STREQ(read, "weights");
  EXPECT_TRUE(std::filesystem::is_fifo(path));
  ::close(pipe);
}

TEST(FileSystem, ReadRefusesFilesOverTheLimitAndFifos) {
  const TestDirectory folder;
  std::ofstream(folder.path() / "big") << std::string(1000, 'x');
  EXPECT_EQ(posix_file_system().read(folder.path() / "big", 999).error().kind, ErrorKind::limit);
  EXPECT_EQ(posix_file_system().read(folder.path() / "big", 1000)->size(), 1000U);
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(posix_file_system().read(folder.path() / "pipe", 10).error().kind, ErrorKind::io);
}

TEST(FileSystem, MissingPathIsNotFoundAndNamesThePath) {
  const auto missing = posix_file_system().read("/nowhere/at/all", 10);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr("/nowhere/at/all"));
}

TEST(FileSystem, LockExcludesASecondTakerAndNamesTheHolder) {
  const TestDirectory folder;
  FileSystem& files = posix_file_system();
  auto first = files.lock(folder.path() / "lock", "pid 42");
  ASSERT_TRUE(first);
  const auto second = files.lock(folder.path() / "lock", "pid 43");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::busy);
  EXPECT_THAT(second.error().message, HasSubstr("pid 42"));
  first->reset();
  EXPECT_TRUE(files.lock(folder.path() / "lock", "pid 44"));
}

TEST(FileSystem, MapSeesTheOldBytesAfterARename) {
  const TestDirectory folder;
  FileSystem& files = posix_file_system();
  const auto path = folder.path() / "data";
  ASSERT_TRUE(write_atomically(files, path, bytes_of("old")));
  const auto mapped = files.map(path).value();
  ASSERT_TRUE(write_atomically(files, path, bytes_of("new!")));
  EXPECT_EQ(mapped->bytes().size(), 3U);
  EXPECT_EQ(static_cast<char>(mapped->bytes()[0]), 'o');
}

TEST(FileSystem, WritesIntoTheCurrentFolderByName) {
  const TestDirectory folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const Status written = write_atomically(posix_file_system(), "plain", bytes_of("x"));
  std::filesystem::current_path(before);
  EXPECT_TRUE(written) << written.error().message;
  EXPECT_TRUE(posix_file_system().status(folder.path() / "plain"));
}

}  // namespace
}  // namespace quarry
