#include <gmock/gmock.h>

#include "quarry/training/comment.h"
#include "quarry/training/curves.h"
#include "quarry/training/html_report.h"

namespace quarry::training {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Curves, SurviveWritingAndReading) {
  Curves curves;
  curves.add("loss", 1, 4.5);
  curves.add("loss", 2, 1.0 / 3);
  curves.add("a \"name\"", 2, -1e-30);
  const auto read = Curves::parse(curves.to_json_lines());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->all(), curves.all());
}

TEST(Curves, ForgetWhatAResumedRunMeasuresAgain) {
  Curves curves;
  for (std::uint64_t step = 1; step <= 5; ++step) curves.add("loss", step, 1);
  curves.forget_after(3);
  EXPECT_EQ(curves.all().at("loss").size(), 3U);
}

TEST(Curves, NameTheBrokenLine) {
  const auto read = Curves::parse("{\"name\":\"a\",\"step\":1,\"value\":2}\n{\"name\":\"a\",\"step\":-1}\n");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("line 2"));
}

TEST(HtmlReport, DrawsEveryCurveAndEscapes) {
  Curves curves;
  for (std::uint64_t step = 1; step <= 5000; ++step)
    curves.add("loss", step, 1.0 / static_cast<double>(step));
  curves.add("one <point>", 7, 3);
  const std::string page = html_report("Run & more", curves, {{"pairs", "10 < 20"}}, "steps: 3\n");
  EXPECT_THAT(page, HasSubstr("<h1>Run &amp; more</h1>"));
  EXPECT_THAT(page, HasSubstr("10 &lt; 20"));
  EXPECT_THAT(page, HasSubstr("loss: 0.0002"));
  EXPECT_THAT(page, HasSubstr("one &lt;point>: 3 after step 7"));
  EXPECT_THAT(page, HasSubstr("steps: 3"));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
  EXPECT_THAT(page, Not(HasSubstr("http")));
  EXPECT_LT(page.size(), 40'000U);  // thinned
}

TEST(Comments, AreFoundByTheMarkersOfTheLanguage) {
  EXPECT_EQ(comments_of("cpp", "int f() {\n  // skip blanks\n  x(); // then go\n  /* a\n   * b */ y();\n}"),
            "skip blanks\nthen go\na\nb \n");
  EXPECT_EQ(comments_of("python", "# retry once\ncall('#no')\nx = 1  # why\n"), "retry once\nwhy\n");
  EXPECT_EQ(comments_of("lua", "-- count\ni = i--1"), "count\n");
  EXPECT_EQ(comments_of("go", "u := \"http://x // y\"\nf(\"a\") // b"), "b\n");
  EXPECT_EQ(comments_of("c", "/* open"), "open\n");
  EXPECT_EQ(comments_of("c", "///"), "");
}

}  // namespace
}  // namespace quarry::training
