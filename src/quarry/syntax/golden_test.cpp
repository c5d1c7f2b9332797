// What extraction finds in one realistic file a language, compared with a text file that a person can read.
// QUARRY_UPDATE_GOLDEN=1 writes the golden files anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "quarry/syntax/extractor.h"
#include "quarry/syntax/grammar.h"

namespace quarry::syntax {
namespace {

namespace fs = std::filesystem;
using corpus::Language;

const std::map<std::string, Language> kLanguages = {
    {".py", Language::python},   {".js", Language::javascript}, {".ts", Language::typescript},
    {".tsx", Language::tsx},     {".java", Language::java},     {".go", Language::go},
    {".php", Language::php},     {".rb", Language::ruby},       {".c", Language::c},
    {".cpp", Language::cpp},     {".cs", Language::csharp},     {".rs", Language::rust},
    {".kt", Language::kotlin},   {".scala", Language::scala},   {".swift", Language::swift},
    {".sh", Language::bash},     {".bats", Language::bash},     {".lua", Language::lua},
    {".hs", Language::haskell},  {".ex", Language::elixir},     {".zig", Language::zig},
    {".md", Language::markdown}, {".sql", Language::sql},       {".rst", Language::restructuredtext},
};

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Blanks and line breaks become one blank, so that everything fits a line.
std::string one_line(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) {
      result += c;
    } else if (!result.empty() && result.back() != ' ') {
      result += ' ';
    }
  }
  while (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

std::string describe(const ParsedFile& file, std::string_view source) {
  const auto text = [&](Range range) { return source.substr(range.begin, range.size()); };
  std::ostringstream out;
  for (std::size_t i = 0; i < file.functions.size(); ++i) {
    const Function& unit = file.functions[i];
    int depth = 0;
    for (auto parent = unit.parent; parent != kNoParent; parent = file.functions[parent].parent) ++depth;
    out << std::string(static_cast<std::size_t>(depth) * 2, ' ') << name_of(unit.kind) << ' '
        << unit.qualified_name << ' ' << unit.start_line << '-' << unit.end_line;
    if (!unit.signature.empty()) out << " | " << one_line(text(unit.signature));
    if (!unit.doc.empty()) out << " | doc: " << one_line(text(unit.doc)).substr(0, 60);
    std::string uses;
    for (const Reference& reference : file.references) {
      if (reference.function == i) uses.append(" ").append(reference.name);
    }
    if (!uses.empty()) out << " | uses:" << uses;
    out << '\n';
  }
  return out.str();
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, IsWhatExtractionFinds) {
  const fs::path path = fs::path(QUARRY_SOURCE_DIR) / "src/quarry/syntax/testdata" / GetParam();
  const Language language = kLanguages.at(path.extension().string());
  const std::string source = read(path);
  ASSERT_FALSE(source.empty());
  ASSERT_EQ(query_error(language), "");
  const ParsedFile file = Extractor().extract(language, source);
  EXPECT_TRUE(file.complete);
  const std::string actual = describe(file, source);
  const fs::path golden = path.string() + ".golden";
  if (std::getenv("QUARRY_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(golden, std::ios::binary) << actual;
    return;
  }
  EXPECT_EQ(read(golden), actual) << "if this is right: QUARRY_UPDATE_GOLDEN=1 and look at the difference";
}

std::vector<std::string> test_files() {
  std::vector<std::string> names;
  for (const auto& entry :
       fs::directory_iterator(fs::path(QUARRY_SOURCE_DIR) / "src/quarry/syntax/testdata")) {
    if (kLanguages.contains(entry.path().extension().string()))
      names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Files, Golden, testing::ValuesIn(test_files()), [](const auto& test) {
  std::string name = test.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

TEST(Grammars, EveryQueryFileCompiles) {
  for (const Language language : languages_with_grammar())
    EXPECT_EQ(query_error(language), "") << static_cast<int>(language);
}

}  // namespace
}  // namespace quarry::syntax
