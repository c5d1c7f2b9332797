#include "quarry/base/utf8.h"

#include <gtest/gtest.h>

#include <random>

namespace quarry {
namespace {

TEST(Utf8, TellsWhatIsValid) {
  for (const char* text : {"", "plain", "größer", "検索", "a\U0001f50ez", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(utf8::is_valid(text)) << text;
  for (const char* text : {"\xff", "cut \xe6\xa4", "\x80", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"})
    EXPECT_FALSE(utf8::is_valid(text)) << text;
}

TEST(Utf8, ReplacesABrokenSequenceOnce) {
  const auto repaired = [](std::string_view text) { return utf8::repair(text).text; };
  EXPECT_EQ(repaired("größer 検索"), "größer 検索");
  EXPECT_EQ(repaired("a\xff z"), "a\uFFFD z");
  EXPECT_EQ(repaired("a\xff\xfez"), "a\uFFFD\uFFFDz");
  EXPECT_EQ(repaired("cut \xe6\xa4"), "cut \uFFFD");
  EXPECT_EQ(repaired("\x80\x80stray"), "\uFFFDstray");
  EXPECT_EQ(repaired("surrogate \xed\xa0\x80."), "surrogate \uFFFD.");
  EXPECT_EQ(utf8::repair("\xe6\xa4 and \xff").invalid_bytes, 3U);
  EXPECT_EQ(utf8::repair("größer").invalid_bytes, 0U);
}

TEST(Utf8, RepairsWhateverBytesComeIn) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 20, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const auto repaired = utf8::repair(bytes);
    ASSERT_TRUE(utf8::is_valid(repaired.text));
    ASSERT_EQ(repaired.invalid_bytes == 0, utf8::is_valid(bytes));
  }
}

TEST(Utf8, CutsAndCountsCharacters) {
  EXPECT_EQ(utf8::prefix("größer", 99), "größer");
  EXPECT_EQ(utf8::prefix("größer", 4), "grö");
  EXPECT_EQ(utf8::prefix("größer", 3), "gr");  // not half of the ö
  EXPECT_EQ(utf8::prefix("検索", 2), "");
  EXPECT_EQ(utf8::code_points("größer 検索"), 9U);
}

}  // namespace
}  // namespace quarry
