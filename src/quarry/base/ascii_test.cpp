#include "quarry/base/ascii.h"

#include <gtest/gtest.h>

namespace quarry::ascii {
namespace {

TEST(Ascii, LowersLettersAndLeavesEveryOtherByteAlone) {
  EXPECT_EQ(lower("HTTPServer2 [@`{] \xC3\x84"), "httpserver2 [@`{] \xC3\x84");
}

TEST(Ascii, KnowsEveryByte) {
  int letters = 0;
  int digits = 0;
  int words = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    letters += is_letter(c);
    digits += is_digit(c);
    words += is_word(c);
    EXPECT_EQ(is_upper(c), to_lower(c) != c) << byte;
    EXPECT_FALSE(is_lower(c) && is_upper(c)) << byte;
  }
  EXPECT_EQ(letters, 52);
  EXPECT_EQ(digits, 10);
  EXPECT_EQ(words, 63);
}

TEST(Ascii, ReadsHexadecimalDigits) {
  int digits = 0;
  int lower_digits = 0;
  for (int byte = 0; byte < 256; ++byte) {
    digits += hex_value(static_cast<char>(byte)) >= 0;
    lower_digits += is_lower_hex(static_cast<char>(byte));
  }
  EXPECT_EQ(digits, 22);
  EXPECT_EQ(lower_digits, 16);
  EXPECT_EQ(hex_value('0'), 0);
  EXPECT_EQ(hex_value('9'), 9);
  EXPECT_EQ(hex_value('f'), 15);
  EXPECT_EQ(hex_value('A'), 10);
}

TEST(Ascii, SeesOneByteBeyondItself) {
  EXPECT_TRUE(is_ascii(""));
  EXPECT_TRUE(is_ascii("a\x7f"));
  EXPECT_FALSE(is_ascii("a\x80"));
}

}  // namespace
}  // namespace quarry::ascii
