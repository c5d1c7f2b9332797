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

}  // namespace
}  // namespace quarry::ascii
