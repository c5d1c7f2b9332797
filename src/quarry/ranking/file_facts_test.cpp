#include "quarry/ranking/file_facts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "quarry/ranking/file_role.h"

namespace quarry::ranking {
namespace {

FileFacts facts_of_path(std::string_view path) {
  index::FileView file{};
  file.path = path;
  file.language = corpus::Language::python;
  file.lines = 12;
  file.unit_count = 3;
  return facts_of(file);
}

std::vector<std::string> words_of(std::string_view words) {
  std::vector<std::string> list;
  while (!words.empty()) list.emplace_back(next_word(words));
  return list;
}

TEST(FileFacts, SplitTheStemAndTheFolders) {
  const FileFacts facts = facts_of_path("src/httpCore/v2/tests/RetryPolicy_test.py");
  EXPECT_EQ(words_of(facts.stem_words()), (std::vector<std::string>{"retry", "policy", "test"}));
  EXPECT_EQ(words_of(facts.folder_words()),
            (std::vector<std::string>{"src", "http", "core", "v", "2", "tests"}));
  EXPECT_EQ(facts.depth, 4);
  EXPECT_EQ(facts.lines, 12U);
  EXPECT_EQ(facts.unit_count, 3U);
  EXPECT_EQ(facts.version, 2);
  EXPECT_EQ(facts.version_parent, std::string_view("src/httpCore/").size());
  EXPECT_NE(facts.roles & role_test, 0);
}

TEST(FileFacts, AVersionOfZeroIsOne) {
  EXPECT_EQ(facts_of_path("api/v0/a.py").version, 0);
  EXPECT_LT(facts_of_path("api/a.py").version, 0);
}

TEST(FileFacts, AWordLongerThanAByteCanSayIsCut) {
  const FileFacts facts = facts_of_path("x/" + std::string(1000, 'a') + "Bc.py");
  EXPECT_EQ(words_of(facts.stem_words()), (std::vector<std::string>{std::string(255, 'a'), "bc"}));
  EXPECT_EQ(words_of(facts.folder_words()), std::vector<std::string>{"x"});
}

}  // namespace
}  // namespace quarry::ranking
