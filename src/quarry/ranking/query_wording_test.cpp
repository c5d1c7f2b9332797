#include "quarry/ranking/query_wording.h"

#include <gtest/gtest.h>

namespace quarry::ranking {
namespace {

TEST(Wording, ASentenceHasArticlesAndStartsWithAVerb) {
  const Wording wording = read_wording("Drop the credentials when a server sends us to another host");
  EXPECT_TRUE(wording.verb);
  EXPECT_FALSE(wording.how);
  EXPECT_FLOAT_EQ(wording.length, 1.1F);
  EXPECT_FLOAT_EQ(wording.articles, 2.0F / 3);
  EXPECT_FLOAT_EQ(wording.function_words, 4.0F / 11) << "the, when, a, to";
}

TEST(Wording, APlaceIsNamed) {
  const Wording wording = read_wording("cookie storage and persistence");
  EXPECT_FALSE(wording.verb);
  EXPECT_EQ(wording.articles, 0);
  EXPECT_TRUE(read_wording("parsing HTTP headers").gerund);
  EXPECT_FALSE(read_wording("ring buffer").gerund);
}

TEST(Wording, HowSomethingWorksIsNotHowToDoIt) {
  EXPECT_TRUE(read_wording("how redirects are followed").how);
  EXPECT_FALSE(read_wording("how to follow redirects").how);
  EXPECT_FALSE(read_wording("how do I follow redirects?").how);
  EXPECT_FALSE(read_wording("redirects, and how").how);
  EXPECT_FALSE(read_wording("how").how);
}

TEST(Wording, AQuestionEndsWithItsMark) {
  EXPECT_TRUE(read_wording("where is the retry delay computed? ").question);
  EXPECT_FALSE(read_wording("a ? b : c").question);
}

TEST(Wording, NothingIsWordedInNothing) {
  for (const char* text : {"", "  ", "?!", "\xff\xfe"}) {
    const Wording wording = read_wording(text);
    EXPECT_GE(wording.function_words, 0) << text;
    EXPECT_EQ(wording.articles, 0) << text;
  }
  EXPECT_EQ(read_wording("").length, 0);
}

}  // namespace
}  // namespace quarry::ranking
