// What is painted, and that everything else stays where it was.
#include "quarry/syntax/grammar_gap.h"

#include <gtest/gtest.h>

namespace quarry::syntax {
namespace {

using corpus::Language;

std::string painted(Language language, std::string_view source) {
  std::string copy;
  if (!paint_over_gaps(language, source, copy)) return std::string(source);
  EXPECT_EQ(copy.size(), source.size());
  return copy;
}

TEST(GrammarGap, OrdinarySourceIsLeftAlone) {
  std::string copy;
  EXPECT_FALSE(paint_over_gaps(Language::csharp, "#if A\nclass B {}\n#else\nclass C {}\n#endif\n", copy));
  EXPECT_FALSE(paint_over_gaps(Language::kotlin, "val x: T by lazy {\n}\nclass A : B by c\n", copy));
  EXPECT_FALSE(paint_over_gaps(Language::swift, "#sourceLocation()\nlet a = \"#if\"\n", copy));
  EXPECT_FALSE(paint_over_gaps(Language::python, "#if A\n", copy));
}

TEST(GrammarGap, CsharpKeepsTheFirstBranchOfWhatCutsADeclaration) {
  EXPECT_EQ(painted(Language::csharp, "#if A\npublic\n#else\ninternal\n#endif\nclass B {}\n"),
            "     \npublic\n     \n        \n      \nclass B {}\n");
  EXPECT_EQ(painted(Language::csharp, "#if A\nvoid F() {\n#elif B\nvoid G() {\n#endif\n}\n"),
            "     \nvoid F() {\n       \n          \n      \n}\n");
}

TEST(GrammarGap, CsharpStringsAndCommentsHoldNoBraces) {
  const std::string_view whole = "#if A\nvar a = \"{\"; // {\n#else\nvar b = @\"{\"\"\\\"; /* { */\n#endif\n";
  EXPECT_EQ(painted(Language::csharp, whole), whole);
}

TEST(GrammarGap, CsharpConditionalsThatNeverEndOrBeginAreHarmless) {
  for (const std::string_view source :
       {"#endif\n#else\nclass A {\n", "#if A\n#if B\npublic\n#else\n", "#if A\n}}\n"}) {
    EXPECT_EQ(painted(Language::csharp, source), source);
  }
}

TEST(GrammarGap, KotlinClassHeadsAndGuards) {
  EXPECT_EQ(painted(Language::kotlin, "class A(b: B) : B by b {\n}\n"), "class A(b: B) : B      {\n}\n");
  EXPECT_EQ(painted(Language::kotlin, "is A if b(\n1) -> c\n"), "is A      \n   -> c\n");
  EXPECT_EQ(painted(Language::kotlin, "  where?.let { }\n"), "  Where?.let { }\n");
  EXPECT_EQ(painted(Language::kotlin, "annotation class A\n"), "           class A\n");
}

TEST(GrammarGap, SwiftDirectivesLeaveTheirBranches) {
  EXPECT_EQ(painted(Language::swift, "class A {\n  #if B\n  func b() {}\n  #endif\n}\n"),
            "class A {\n       \n  func b() {}\n        \n}\n");
}

}  // namespace
}  // namespace quarry::syntax
