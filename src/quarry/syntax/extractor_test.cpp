// Hostile, broken and unusual input: nothing is lost, nothing crashes, nothing takes long.
#include "quarry/syntax/extractor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "quarry/syntax/grammar.h"

namespace quarry::syntax {
namespace {

using corpus::Language;

std::string repeat(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

std::string join(std::initializer_list<std::string_view> parts) {
  std::string result;
  for (const std::string_view part : parts) result += part;
  return result;
}

const Function* find(const ParsedFile& file, std::string_view qualified_name) {
  for (const Function& unit : file.functions) {
    if (unit.qualified_name == qualified_name && unit.kind != Kind::section) return &unit;
  }
  return nullptr;
}

std::string_view text_of(std::string_view source, Range range) {
  return source.substr(range.begin, range.size());
}

// What function.h promises of every result.
void expect_sound(const ParsedFile& file, std::string_view source) {
  std::uint32_t last = 0;
  for (std::size_t i = 0; i < file.functions.size(); ++i) {
    const Function& unit = file.functions[i];
    ASSERT_LE(unit.range.begin, unit.range.end);
    ASSERT_LE(unit.range.end, source.size());
    ASSERT_LE(unit.signature.end, source.size());
    ASSERT_LE(unit.signature.begin, unit.signature.end);
    if (!unit.signature.empty()) {
      ASSERT_GE(unit.signature.begin, unit.range.begin);
      ASSERT_LE(unit.signature.end, unit.range.end);
    }
    ASSERT_LE(unit.doc.end, source.size());
    ASSERT_GE(unit.range.begin, last);
    ASSERT_EQ(unit.start_line, 1 + std::count(source.begin(), source.begin() + unit.range.begin, '\n'));
    last = unit.range.begin;
    if (unit.parent == kNoParent) continue;
    ASSERT_LT(unit.parent, i);
    ASSERT_LE(unit.range.end, file.functions[unit.parent].range.end);
  }
  for (const Reference& use : file.references) ASSERT_LT(use.function, file.functions.size());
}

// Every letter of the source is in a unit, a section or a doc comment.
void expect_nothing_lost(const ParsedFile& file, std::string_view source) {
  std::vector<bool> covered(source.size());
  for (const Function& unit : file.functions) {
    for (const Range range : {unit.range, unit.doc})
      std::fill(covered.begin() + range.begin, covered.begin() + range.end, true);
  }
  for (std::size_t i = 0; i < source.size(); ++i) {
    ASSERT_TRUE(covered[i] || std::isalnum(static_cast<unsigned char>(source[i])) == 0) << "at byte " << i;
  }
}

TEST(Extractor, EmptyAndBlankFilesHoldNothing) {
  Extractor extractor;
  for (const Language language : {Language::python, Language::cpp, Language::markdown, Language::text}) {
    for (const std::string_view source : {"", "\n\n  \n\t\n", "\r\n"}) {
      const ParsedFile file = extractor.extract(language, source);
      EXPECT_TRUE(file.functions.empty());
      EXPECT_TRUE(file.complete);
    }
  }
}

TEST(Extractor, AnyBytesAreInput) {
  Extractor extractor;
  std::string bytes;
  for (int i = 0; i < 4096; ++i) bytes += static_cast<char>(i * 37 % 256);
  std::string with_nul("def f():\n  return '\0'\n", 22);
  const std::string invalid = "def \xff\xfe(): pass\nclass C\xc0:\n  def g(self): return '\xed\xa0\x80'\n";
  for (const Language language : languages_with_grammar()) {
    for (const std::string& source : {bytes, with_nul, invalid})
      expect_sound(extractor.extract(language, source), source);
  }
  EXPECT_NE(find(extractor.extract(Language::python, with_nul), "f"), nullptr);
}

// A decorator that the grammar takes for the class's, before a function that it finds behind the class.
TEST(Extractor, DecoratorsInDamagedCodeStayWhereTheyAre) {
  const std::string source =
      join({"class A(B):\n  def m(self): pass\n", std::string(111, '\0'),
            "@app.route(\"/\")\ndef f(a, b=0):\n", "    \"\"\"Doc.\"\"\"\n    return"});
  const ParsedFile file = Extractor().extract(Language::python, source);
  expect_sound(file, source);
  const Function* f = find(file, "f");
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(f->range.end, source.size());
}

TEST(Extractor, ANulHidesNothingBehindIt) {
  const std::map<Language, std::string> sources{
      {Language::python, "def f():\n    return '@'\n@\ndef g():\n    pass\n"},
      {Language::javascript, "function f() { return '@'; }\n@\nfunction g() {}\n"},
      {Language::c, "char *f() { return \"@\"; }\n@\nint g() { return 1; }\n"},
      {Language::cpp, "MY_MACRO\nchar *f() { return \"@\"; }\n@\nint g() { return 1; }\n"},
      {Language::csharp,
       "class C {\n#if A\n  public\n#endif\n  int f() { return '@'; }\n @ int g() { return 1; }\n}\n"},
      {Language::ruby, "def f\n  '@'\nend\n@\ndef g\nend\n"},
  };
  Extractor extractor;
  for (auto [language, source] : sources) {
    std::ranges::replace(source, '@', '\0');
    const ParsedFile file = extractor.extract(language, source);
    expect_sound(file, source);
    const Function* last = nullptr;
    for (const Function& function : file.functions) {
      if (function.name == "g") last = &function;
    }
    ASSERT_NE(last, nullptr) << source;
    EXPECT_NE(last->kind, Kind::section) << source;
  }
}

TEST(Extractor, CarriageReturnsStayOutOfNamesAndSignatures) {
  const std::string source = "# doc\r\ndef f(a,\r\n      b):\r\n  return g(a)\r\n\r\nx = 1\r\n";
  const ParsedFile file = Extractor().extract(Language::python, source);
  const Function* f = find(file, "f");
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(text_of(source, f->signature), "def f(a,\r\n      b):");
  EXPECT_EQ(text_of(source, f->doc), "# doc");
  EXPECT_EQ(f->start_line, 2U);
  EXPECT_EQ(f->end_line, 4U);
}

TEST(Extractor, NestingOfAnyDepthNeitherOverflowsNorHangs) {
  constexpr std::size_t kDepth = 100000;
  const std::pair<Language, std::string> cases[] = {
      {Language::javascript, repeat("function f(){", kDepth)},
      {Language::javascript, join({repeat("[", kDepth), repeat("]", kDepth)})},
      {Language::python, join({"x = ", repeat("(", kDepth), repeat(")", kDepth), "\ndef f(): pass\n"})},
      {Language::c, join({"int f(void) ", repeat("{", kDepth), repeat("}", kDepth)})},
      {Language::cpp, join({repeat("namespace a {", kDepth), repeat("}", kDepth)})},
      {Language::rust, join({repeat("m! {", kDepth / 20), "fn f() {}", repeat("}", kDepth / 20)})},
      {Language::java, join({repeat("class A {", kDepth), repeat("}", kDepth)})},
      {Language::go, join({"var x = ", repeat("[]", kDepth), "int{}\nfunc f() {}\n"})},
  };
  Extractor extractor({.deadline = std::chrono::milliseconds(10000)});
  for (const auto& [language, source] : cases) {
    const auto begin = std::chrono::steady_clock::now();
    const ParsedFile file = extractor.extract(language, source);
    expect_sound(file, source);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30))
        << static_cast<int>(language);
  }
}

TEST(Extractor, DefinitionsBelowTheDepthLimitBelongToTheLastAbove) {
  const std::string source = "def a():\n  def b():\n    def c():\n      pass\n";
  const ParsedFile file = Extractor({.max_depth = 2}).extract(Language::python, source);
  EXPECT_NE(find(file, "a.b"), nullptr);
  EXPECT_EQ(find(file, "a.b.c"), nullptr);
}

TEST(Extractor, AFileOverTheSizeLimitBecomesSections) {
  const std::string source = repeat("def f(): pass\n", 200);
  const ParsedFile file = Extractor({.max_bytes = 1000}).extract(Language::python, source);
  EXPECT_FALSE(file.complete);
  EXPECT_EQ(file.functions.size(), 4U);  // of 50 lines
  for (const Function& unit : file.functions) EXPECT_EQ(unit.kind, Kind::section);
  expect_nothing_lost(file, source);
}

TEST(Extractor, ADeadlineEndsTheParseAndTheNextFileIsNotHarmed) {
  Extractor extractor({.deadline = std::chrono::milliseconds(0)});
  const std::string source = repeat("def f(x):\n  return g(x)\n", 20000);
  const ParsedFile late = extractor.extract(Language::python, source);
  EXPECT_FALSE(late.complete);
  expect_nothing_lost(late, source);
  const ParsedFile small = extractor.extract(Language::python, "def h(): pass\n");
  EXPECT_TRUE(small.complete);
  EXPECT_NE(find(small, "h"), nullptr);
}

TEST(Extractor, TheNumberOfUnitsIsBounded) {
  const std::string source = repeat("def f(): pass\n", 30000);
  const ParsedFile file =
      Extractor({.deadline = std::chrono::milliseconds(60000)}).extract(Language::python, source);
  EXPECT_TRUE(file.complete);
  EXPECT_EQ(std::count_if(file.functions.begin(), file.functions.end(),
                          [](const Function& unit) { return unit.kind == Kind::function; }),
            20000);
  EXPECT_EQ(file.functions.back().kind, Kind::section);
  expect_nothing_lost(file, source);
}

TEST(Extractor, BrokenCodeKeepsItsDefinitions) {
  const std::string source =
      "def a(:\n  return 1\n\nclass D:\n  def e(self):\n    pass\n\nx = ))) +\n\ndef b(x):\n  return c(x)\n";
  const ParsedFile file = Extractor().extract(Language::python, source);
  EXPECT_TRUE(file.complete);
  for (const char* name : {"D", "D.e", "b"}) EXPECT_NE(find(file, name), nullptr) << name;
  expect_nothing_lost(file, source);
}

TEST(Extractor, TheSameInputGivesTheSameResult) {
  const std::string source =
      repeat("/** d */ export const f = (a) => { g(a); h.i(a); };\nclass A { m() {} }\n", 50);
  Extractor extractor;
  const ParsedFile first = extractor.extract(Language::typescript, source);
  (void)extractor.extract(Language::python, "def f(: pass");
  const ParsedFile second = extractor.extract(Language::typescript, source);
  ASSERT_EQ(first.functions.size(), second.functions.size());
  for (std::size_t i = 0; i < first.functions.size(); ++i) {
    EXPECT_EQ(first.functions[i].qualified_name, second.functions[i].qualified_name);
    EXPECT_EQ(first.functions[i].range.begin, second.functions[i].range.begin);
  }
  EXPECT_EQ(first.references.size(), second.references.size());
}

TEST(Extractor, AnUnknownLanguageIsSectionsOfText) {
  const std::string source = repeat("some words\nmore words\n\n", 100);
  const ParsedFile file = Extractor().extract(Language::text, source);
  EXPECT_TRUE(file.complete);
  EXPECT_EQ(file.functions.size(), 7U);  // 300 lines, cut at blank lines below 50
  expect_nothing_lost(file, source);
}

TEST(Extractor, MinifiedTextIsCut) {
  const std::string source = join({"{", repeat("\"key\":12345,", 100000), "}"});
  const ParsedFile file = Extractor().extract(Language::json, source);
  EXPECT_GT(file.functions.size(), 50U);
  for (const Function& unit : file.functions) EXPECT_LE(unit.range.size(), 32U << 10);
  expect_nothing_lost(file, source);
}

TEST(Extractor, ItemsInsideRustMacrosAreFound) {
  const std::string source =
      "cfg_rt! {\n    /// Spawns.\n    pub fn spawn() {}\n    impl Handle { pub fn block_on(&self) { "
      "run(self) } }\n}\n"
      "impl Runtime {\n    cfg_io! { fn io(&self) {} }\n}\nfn f() { select! { x => {} } }\n";
  const ParsedFile file = Extractor().extract(Language::rust, source);
  ASSERT_NE(find(file, "spawn"), nullptr);
  EXPECT_EQ(text_of(source, find(file, "spawn")->doc), "/// Spawns.");
  ASSERT_NE(find(file, "Handle.block_on"), nullptr);
  EXPECT_EQ(find(file, "Handle.block_on")->kind, Kind::method);
  ASSERT_NE(find(file, "Runtime.io"), nullptr);
  EXPECT_EQ(find(file, "Runtime.io")->kind, Kind::method);
  EXPECT_TRUE(std::any_of(file.references.begin(), file.references.end(), [&](const Reference& use) {
    return use.name == "run" && file.functions[use.function].name == "block_on";
  }));
  expect_sound(file, source);
}

TEST(Extractor, AMacroThatOpensANamespaceHidesNothing) {
  const std::string source =
      "#include <a>\nJSON_NAMESPACE_BEGIN\nnamespace detail\n{\ntemplate<typename T> struct tag {};\n\n"
      "/// Reads.\nJSON_NODISCARD(1)\ninline int read(int a) { return a; }\n\n"
      "JSON_TPL\nclass value : public base\n{\n  JSON_PRIVATE:\n    JSON_EXPLICIT value(int a) : a_(a) {}\n"
      "#if A\n    int f() {\n#else\n    int f(int) {\n#endif\n      return 1;\n    }\n};\n}  // namespace "
      "detail\nJSON_NAMESPACE_END\n"
      "int main() { return 0; }\n";
  const ParsedFile file = Extractor().extract(Language::cpp, source);
  for (const char* name :
       {"detail.tag", "detail.read", "detail.value", "detail.value.value", "detail.value.f", "main"}) {
    EXPECT_NE(find(file, name), nullptr) << name;
  }
  EXPECT_EQ(text_of(source, find(file, "detail.read")->doc), "/// Reads.");
  expect_nothing_lost(file, source);
}

TEST(Extractor, ADocumentedVariableInAFunctionIsNoPrototype) {
  const std::string source =
      "int f() {\n  // The sum.\n  matrix sum(a, b);\n  return 0;\n}\n// Declared.\nint g(int a);\n";
  const ParsedFile file = Extractor().extract(Language::cpp, source);
  ASSERT_EQ(file.functions.size(), 2U);
  EXPECT_EQ(file.functions[0].name, "f");
  EXPECT_EQ(file.functions[1].name, "g");
}

// Real code where the machine has some: every function that begins a line is found by its name.
TEST(Extractor, FindsEveryFunctionOfThePythonLibrary) {
  namespace fs = std::filesystem;
  fs::path library;
  for (const char* candidate :
       {"/usr/lib/python3.11", "/usr/lib/python3.12", "/usr/lib/python3.13", "/usr/lib/python3"}) {
    if (library.empty() && fs::exists(fs::path(candidate) / "argparse.py")) library = candidate;
  }
  if (library.empty()) GTEST_SKIP() << "there is no Python library on this machine";
  Extractor extractor;
  int files = 0;
  for (const char* name : {"argparse.py", "ast.py", "asyncio/base_events.py", "collections/__init__.py",
                           "email/message.py", "typing.py"}) {
    std::ifstream in(library / name, std::ios::binary);
    const std::string source{std::istreambuf_iterator<char>(in), {}};
    if (source.empty()) continue;
    ++files;
    const ParsedFile file = extractor.extract(Language::python, source);
    EXPECT_TRUE(file.complete) << name;
    expect_sound(file, source);
    expect_nothing_lost(file, source);
    for (std::size_t at = source.find("\ndef "); at != std::string::npos;
         at = source.find("\ndef ", at + 1)) {
      const std::string function = source.substr(at + 5, source.find('(', at) - at - 5);
      EXPECT_TRUE(std::any_of(file.functions.begin(), file.functions.end(),
                              [&](const Function& unit) { return unit.name == function; }))
          << name << ": " << function;
    }
  }
  EXPECT_GT(files, 3);
}

}  // namespace
}  // namespace quarry::syntax
