// What reaches a terminal: widths, colours, links, and nothing that a repository could smuggle in.
#include "quarry/cli/terminal.h"

#include <gtest/gtest.h>

#include "quarry/cli/code_style.h"
#include "quarry/cli/text_layout.h"

namespace quarry::cli {
namespace {

const Terminal kColoured{.interactive = true, .colours = true, .links = true, .width = 80};
const Terminal kPlain{.interactive = false, .colours = false, .links = false, .width = 0};

Environment environment_of(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Terminal, ControlCharactersBecomeVisible) {
  EXPECT_EQ(harmless("\x1b[2J"), "^[[2J");
  EXPECT_EQ(harmless("a\rb\x7f"), "a^Mb^?");
  EXPECT_EQ(harmless(std::string_view("a\0b", 3)), "a^@b");
  EXPECT_EQ(harmless("\xC2\x9B"
                     "31m"),
            "\xEF\xBF\xBD"
            "31m");  // CSI as one C1 character
  EXPECT_EQ(harmless("a\xE2\x80\xAE"
                     "b"),
            "a\xEF\xBF\xBD"
            "b");  // right-to-left override
  EXPECT_EQ(harmless("\xFF\xC0\xAF\xED\xA0\x80"),
            "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(harmless("line\r\n"), "line");
  EXPECT_EQ(harmless("héllo 日本"), "héllo 日本");
}

TEST(Terminal, TabsGoToTheNextMultipleOfFour) {
  EXPECT_EQ(harmless("\ta"), "    a");
  EXPECT_EQ(harmless("ab\tc"), "ab  c");
  EXPECT_EQ(harmless("\tc", 2), "  c");
}

TEST(Terminal, WidthsCountColumns) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);  // combining acute
  EXPECT_EQ(fit("日本語", 5), "日本");
  EXPECT_EQ(fit("abc", 0), "");
}

TEST(Terminal, ColoursFollowTheFlagThenTheVariables) {
  const int pipe_end = -1;  // no terminal
  EXPECT_FALSE(detect_terminal(pipe_end, "auto", environment_of({})).colours);
  EXPECT_TRUE(detect_terminal(pipe_end, "always", environment_of({{"NO_COLOR", "1"}})).colours);
  EXPECT_TRUE(detect_terminal(pipe_end, "auto", environment_of({{"CLICOLOR_FORCE", "1"}})).colours);
  EXPECT_FALSE(detect_terminal(pipe_end, "auto", environment_of({{"CLICOLOR_FORCE", "0"}})).colours);
  EXPECT_FALSE(detect_terminal(pipe_end, "auto", environment_of({{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}))
                   .colours);
  EXPECT_FALSE(detect_terminal(pipe_end, "always", environment_of({{"KITTY_WINDOW_ID", "1"}})).links);
}

TEST(Terminal, LinksArePercentEncoded) {
  EXPECT_TRUE(file_uri("/a b/ü\x1b").ends_with("/a%20b/%C3%BC%1B"));
  EXPECT_EQ(kPlain.link("file:///a", "a"), "a");
  EXPECT_EQ(kColoured.link("file:///a", "a"), "\x1b]8;;file:///a\x1b\\a\x1b]8;;\x1b\\");
}

TEST(QueryWords, MarkInflectionsAndPartsOfIdentifiers) {
  const QueryWords words("where are the connections closed");
  const std::string_view code = "closeConnection(the_connection) // where";
  std::vector<std::string_view> marked;
  for (const auto& span : words.find(code)) marked.push_back(code.substr(span.begin, span.end - span.begin));
  EXPECT_EQ(marked, (std::vector<std::string_view>{"close", "Connection", "connection"}));
}

TEST(CodeStyle, WhatLiesAboveWins) {
  const std::vector<StyledSpan> under{{0, 10, Style::comment}, {12, 14, Style::keyword}};
  const std::vector<StyledSpan> over{{2, 4, Style::match}, {9, 13, Style::match}, {20, 21, Style::match}};
  std::string picture(22, '.');
  for (const auto& span : overlay(under, over)) {
    for (auto i = span.begin; i < span.end; ++i) {
      EXPECT_EQ(picture[i], '.') << "overlap at " << i;
      picture[i] = span.style == Style::match ? 'm' : span.style == Style::comment ? 'c' : 'k';
    }
  }
  EXPECT_EQ(picture, "ccmmcccccmmmmk......m.");
}

TEST(CodeStyle, AStyleOverSeveralLinesIsClosedAndOpenedAtEachLine) {
  const std::vector<StyledSpan> spans{{2, 8, Style::string}};
  const auto lines = paint_lines("a 'b\nc\nd' e\n", spans, 9, kColoured, 80);
  EXPECT_EQ(lines,
            (std::vector<std::string>{"a \x1b[32m'b\x1b[0m", "\x1b[32mc\x1b[0m", "\x1b[32md\x1b[0m' e"}));
}

TEST(CodeStyle, LinesAreCutAtTheWidthAndAtTheCount) {
  EXPECT_EQ(paint_lines("abcdefgh\nx\n", {}, 9, kPlain, 5), (std::vector<std::string>{"abcd…", "x"}));
  EXPECT_EQ(paint_lines("日本語文字\n", {}, 9, kPlain, 5), (std::vector<std::string>{"日本…"}));
  EXPECT_EQ(paint_lines("a\nb\nc", {}, 2, kPlain, 0), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(paint_lines("12345", {}, 2, kPlain, 5), (std::vector<std::string>{"12345"}));
}

TEST(TextLayout, NumbersSizesAndTimes) {
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(readable_bytes(2U << 20), "2.0 MB");
  EXPECT_EQ(readable_bytes(17), "17 B");
  EXPECT_EQ(readable_seconds(0.012), "12 ms");
  EXPECT_EQ(readable_seconds(0.0004), "0.4 ms");
  EXPECT_EQ(readable_seconds(3.42), "3.4 s");
  EXPECT_EQ(readable_seconds(125), "2 min 5 s");
  EXPECT_EQ(counted(1, "file"), "1 file");
  EXPECT_EQ(counted(2000, "file"), "2,000 files");
}

TEST(TextLayout, WrapsAtWords) {
  EXPECT_EQ(wrap("aa bb cc dd", 7, 2), "  aa bb\n  cc dd\n");
}

}  // namespace
}  // namespace quarry::cli
