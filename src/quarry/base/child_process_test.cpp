#include "quarry/base/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <vector>

#include "quarry/base/test_directory.h"

namespace quarry {
namespace {

using testing::HasSubstr;

std::vector<std::string> lines_of(ChildProcess& child) {
  std::vector<std::string> lines;
  while (auto line = child.read_line().value()) lines.push_back(*line);
  return lines;
}

TEST(ChildProcess, LinesStatusAndArgumentsAsTheyAre) {
  const std::vector<std::string> arguments{"sh", "-c", "printf 'a\\n%s\\nend' \"$1\"; exit 3", "x", "$(y) z"};
  auto child = ChildProcess::start(arguments).value();
  EXPECT_EQ(lines_of(child), (std::vector<std::string>{"a", "$(y) z", "end"}));
  EXPECT_EQ(child.wait().value(), 3);
}

TEST(ChildProcess, ErrorsGoToTheLog) {
  const TestDirectory folder;
  const auto log = folder.write("log", "before\n");
  auto child = ChildProcess::start(std::vector<std::string>{"sh", "-c", "echo oops >&2"}, log).value();
  EXPECT_EQ(child.wait().value(), 0);
  std::ostringstream text;
  text << std::ifstream(log).rdbuf();
  EXPECT_EQ(text.str(), "before\noops\n");
}

TEST(ChildProcess, TerminateReachesItEvenWhereThisThreadBlocksSignals) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  auto child = ChildProcess::start(std::vector<std::string>{"sleep", "600"}).value();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  child.terminate();
  EXPECT_EQ(child.wait().value(), 128 + SIGTERM);
}

TEST(ChildProcess, AMissingProgramIsNamed) {
  const auto child = ChildProcess::start(std::vector<std::string>{"/no/such/program"});
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().kind, ErrorKind::not_found);
  EXPECT_THAT(child.error().message, HasSubstr("/no/such/program"));
}

}  // namespace
}  // namespace quarry
