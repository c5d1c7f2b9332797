#include "quarry/server/mcp/token_budget.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace quarry::server::mcp {
namespace {

search::SearchResult result_of(std::string name, std::size_t lines) {
  search::SearchResult result;
  result.name = result.qualified_name = std::move(name);
  result.path = "src/" + result.name + ".py";
  result.repository = "shop";
  for (std::size_t i = 0; i < lines; ++i) result.code += "    total = \"line\" + other\n";
  return result;
}

std::size_t json_bytes(const Fitted& fitted) {
  std::size_t bytes = 0;
  for (const auto& result : fitted.results) bytes += search::to_json(result).dump().size();
  return bytes;
}

TEST(CutLines, KeepsWholeLines) {
  EXPECT_EQ(cut_lines("ab\ncd\nef", 100), "ab\ncd\nef");
  EXPECT_EQ(cut_lines("ab\ncd\nef", 7), "ab\ncd\n");
  EXPECT_EQ(cut_lines("ab\ncd\nef", 5), "ab\n");
  EXPECT_EQ(cut_lines("abcdef\n", 3), "abc");
  EXPECT_EQ(cut_lines("aé", 2), "a");  // not half a character
  EXPECT_EQ(cut_lines("ab", 0), "");
}

TEST(CountLines, CountsALastLineWithoutItsFeed) {
  EXPECT_EQ(count_lines(""), 0U);
  EXPECT_EQ(count_lines("a"), 1U);
  EXPECT_EQ(count_lines("a\n"), 1U);
  EXPECT_EQ(count_lines("a\n\nb"), 3U);
}

TEST(Fit, LeavesAloneWhatFits) {
  const Fitted fitted = fit({result_of("a", 3), result_of("b", 4)}, 4000);
  ASSERT_EQ(fitted.results.size(), 2U);
  EXPECT_EQ(count_lines(fitted.results[1].code), 4U);
  EXPECT_THAT(fitted.lines_left_out, testing::ElementsAre(0, 0));
}

TEST(Fit, StaysWithinTheBudgetAndSaysWhatItLeftOut) {
  for (const std::size_t tokens : {256UL, 500UL, 1000UL, 4000UL, 20'000UL}) {
    std::vector<search::SearchResult> results;
    for (int i = 0; i < 20; ++i) results.push_back(result_of(fmt::format("f{}", i), 10 + 40 * (i % 7)));
    const Fitted fitted = fit(results, tokens);
    ASSERT_FALSE(fitted.results.empty());
    EXPECT_LE(json_bytes(fitted), tokens * kBytesPerToken) << tokens;
    ASSERT_EQ(fitted.lines_left_out.size(), fitted.results.size());
    for (std::size_t i = 0; i < fitted.results.size(); ++i) {
      EXPECT_EQ(count_lines(fitted.results[i].code) + fitted.lines_left_out[i], count_lines(results[i].code));
    }
  }
}

TEST(Fit, TheFirstResultKeepsMost) {
  const Fitted fitted = fit({result_of("a", 200), result_of("b", 200), result_of("c", 200)}, 2000);
  ASSERT_EQ(fitted.results.size(), 3U);
  EXPECT_GT(fitted.results[0].code.size(), fitted.results[2].code.size());
  EXPECT_FALSE(fitted.results[2].code.empty());
}

TEST(Fit, OneResultIsShownHoweverSmallTheBudget) {
  auto result = result_of("a", 10);
  result.doc = std::string(5000, 'd');
  result.signature = std::string(5000, 's');
  const Fitted fitted = fit({result}, kLeastTokens);
  ASSERT_EQ(fitted.results.size(), 1U);
  EXPECT_LT(fitted.results[0].doc.size(), 700U);
}

}  // namespace
}  // namespace quarry::server::mcp
