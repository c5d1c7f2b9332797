// From argv to an Invocation, and what is said about argv that makes no sense.
#include "quarry/cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"

namespace quarry::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<Invocation> parse(std::vector<std::string> words) {
  return parse_command_line(all_commands(), words);
}

std::string error_of(std::vector<std::string> words) {
  const auto invocation = parse(std::move(words));
  return invocation ? "no error" : invocation.error().message;
}

TEST(CommandLine, FlagsMayStandAnywhereAfterTheSubcommand) {
  const auto invocation = parse({"search", "-n", "5", "open a file", "--lang=go", "src", "-qC3"});
  ASSERT_TRUE(invocation) << invocation.error().message;
  EXPECT_EQ(invocation->command, &kSearchCommand);
  EXPECT_THAT(invocation->arguments, ElementsAre("open a file", "src"));
  EXPECT_THAT(invocation->flags.at(&kLimit), ElementsAre("5"));
  EXPECT_THAT(invocation->flags.at(&kLanguages), ElementsAre("go"));
  EXPECT_THAT(invocation->flags.at(&kContext), ElementsAre("3"));
  EXPECT_THAT(invocation->flags.at(&kQuiet), ElementsAre("true"));
}

TEST(CommandLine, ARepeatedFlagTakesOneWordEachTime) {
  const auto invocation = parse({"search", "--path", "a/", "--path", "!b/", "query"});
  ASSERT_TRUE(invocation) << invocation.error().message;
  EXPECT_THAT(invocation->flags.at(&kPaths), ElementsAre("a/", "!b/"));
  EXPECT_THAT(invocation->arguments, ElementsAre("query"));
}

TEST(CommandLine, TheOppositeUndoesAToggle) {
  EXPECT_THAT(parse({"search", "--no-quiet", "q"})->flags.at(&kQuiet), ElementsAre("false"));
  EXPECT_THAT(parse({"search", "--vectors", "q"})->flags.at(&kNoVectors), ElementsAre("false"));
}

TEST(CommandLine, WordsThatLookLikeSomethingElseAreArguments) {
  EXPECT_THAT(parse({"search", "status"})->arguments, ElementsAre("status"));
  EXPECT_THAT(parse({"search", ""})->arguments, ElementsAre(""));
  EXPECT_THAT(parse({"search", "[a, b]"})->arguments, ElementsAre("[a, b]"));
  EXPECT_THAT(parse({"search", "{}"})->arguments, ElementsAre("{}"));
  EXPECT_THAT(parse({"search", "--", "--limit"})->arguments, ElementsAre("--limit"));
  EXPECT_THAT(parse({"search", "文字列を連結する"})->arguments, ElementsAre("文字列を連結する"));
}

TEST(CommandLine, UnknownFlagsAreNamedWithTheNearestKnownOne) {
  EXPECT_THAT(error_of({"search", "q", "--limti", "5"}),
              HasSubstr("unknown flag '--limti'; did you mean '--limit'?"));
  EXPECT_THAT(error_of({"search", "q", "--jsno=1"}), HasSubstr("unknown flag '--jsno'"));
  EXPECT_THAT(error_of({"search", "q", "-Z"}), HasSubstr("unknown flag '-Z'"));
}

TEST(CommandLine, UnknownSubcommandsAreNamedWithTheNearestKnownOne) {
  EXPECT_THAT(error_of({"serach", "q"}), HasSubstr("did you mean 'search'?"));
  EXPECT_THAT(error_of({"parse a date"}), HasSubstr("quarry search 'parse a date'"));
  EXPECT_THAT(error_of({"--json", "search"}), HasSubstr("flags come after the subcommand"));
}

TEST(CommandLine, AFlagWithoutItsValueIsAnError) {
  EXPECT_THAT(error_of({"search", "q", "--limit"}), HasSubstr("--limit"));
}

TEST(CommandLine, TheNumberOfArgumentsIsChecked) {
  EXPECT_THAT(error_of({"search", "open", "a", "file"}), HasSubstr("quotes"));
  EXPECT_THAT(error_of({"index"}), HasSubstr("PATH|GIT-URL is missing"));
  EXPECT_TRUE(parse({"index", "a", "b", "c"}));
}

TEST(CommandLine, HelpNeedsNoArguments) {
  EXPECT_EQ(parse({"index", "-h"})->help, HelpRequest::brief);
  EXPECT_EQ(parse({"index", "--help"})->help, HelpRequest::full);
  EXPECT_EQ(parse({"help", "index"})->command, &kIndexCommand);
  EXPECT_EQ(parse({})->help, HelpRequest::brief);
  EXPECT_EQ(parse({"--help"})->help, HelpRequest::full);
  EXPECT_TRUE(parse({"--version"})->version);
}

}  // namespace
}  // namespace quarry::cli
