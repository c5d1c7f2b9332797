// JSON as text: read back by nlohmann::json, which must find what was written.
#include "quarry/base/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

namespace quarry {
namespace {

using nlohmann::json;

std::string text_of(std::string_view value) {
  JsonWriter out;
  return out.value(value).text();
}

TEST(JsonWriter, PutsCommasAndColonsWhereTheyBelong) {
  JsonWriter out;
  out.begin_object().member("a", std::uint64_t{1}).key("b").begin_array();
  out.value("x").begin_object().end_object().begin_array().end_array().value(0.5F).end_array();
  out.member("c", "[{:").member("d", std::uint64_t{2}).end_object();
  EXPECT_EQ(out.text(), R"({"a":1,"b":["x",{},[],0.5],"c":"[{:","d":2})");
}

TEST(JsonWriter, WritesTheShortestDigits) {
  JsonWriter out;
  out.begin_array()
      .value(0.1F)
      .value(0.1)
      .value(3.0)
      .value(1e-7F)
      .value(-2.5)
      .value(std::nanf(""))
      .value(INFINITY);
  out.end_array();
  EXPECT_EQ(out.text(), "[0.1,0.1,3.0,1e-07,-2.5,0.0,0.0]");
}

TEST(JsonWriter, EscapesEveryByteThatMustNotStandInAString) {
  // Each at every place of a word of eight bytes, since they are looked at together.
  for (int c = 0; c < 128; ++c) {
    for (std::size_t before = 0; before < 17; ++before) {
      const std::string text = std::string(before, 'x') + static_cast<char>(c) + "yyyyyyyyyyyy";
      ASSERT_EQ(json::parse(text_of(text)).get<std::string>(), text) << c << " after " << before;
    }
  }
}

TEST(JsonWriter, KeepsCharactersAndReplacesWhatIsNone) {
  for (const std::string text : {"größer", "検索", "a\U0001f50ez", "caf\xc3\xa9 \"x\"\n"}) {
    EXPECT_EQ(json::parse(text_of(text)).get<std::string>(), text);
  }
  EXPECT_EQ(json::parse(text_of("a\xff z")).get<std::string>(), "a\xef\xbf\xbd z");
  EXPECT_EQ(json::parse(text_of("cut \xe6\xa4")).get<std::string>(), "cut \xef\xbf\xbd");
}

TEST(JsonWriter, IsValidWhateverBytesComeIn) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 40, ' ');
    for (char& c : bytes) c = static_cast<char>(random());
    ASSERT_TRUE(json::accept(text_of(bytes))) << round;
  }
}

}  // namespace
}  // namespace quarry
