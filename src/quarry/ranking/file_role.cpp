#include "quarry/ranking/file_role.h"

#include <algorithm>
#include <array>
#include <string>

#include "quarry/base/ascii.h"

namespace quarry::ranking {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_version(std::string_view part) {
  return part.size() >= 2 && part.size() <= 3 && part[0] == 'v' &&
         std::all_of(part.begin() + 1, part.end(), ascii::is_digit);
}

constexpr std::array<std::string_view, 13> kTestFolders{
    "test",      "tests",   "testing", "testdata", "spec", "specs",   "__tests__",
    "__mocks__", "testlib", "mocks",   "fixtures", "e2e",  "testutil"};
constexpr std::array<std::string_view, 10> kExampleFolders{"example",  "examples", "sample",     "samples",
                                                           "demo",     "demos",    "benchmarks", "bench",
                                                           "tutorial", "benchmark"};
constexpr std::array<std::string_view, 7> kCompatWords{"compat",   "compatibility", "shim",    "shims",
                                                       "polyfill", "polyfills",     "backport"};
constexpr std::array<std::string_view, 4> kLegacyWords{"legacy", "deprecated", "old", "obsolete"};
constexpr std::array<std::string_view, 5> kInternalWords{"internal", "internals", "private", "detail",
                                                         "impl"};
constexpr std::array<std::string_view, 5> kEntryStems{"__init__", "index", "mod", "lib", "prelude"};

}  // namespace

std::optional<VersionFolder> version_folder(std::string_view path) {
  std::size_t begin = 0;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', begin)) {
    const std::string_view part = path.substr(begin, slash - begin);
    if (is_version(part)) {
      int number = 0;
      for (const char digit : part.substr(1)) number = number * 10 + (digit - '0');
      return VersionFolder{path.substr(0, begin), number};
    }
    begin = slash + 1;
  }
  return std::nullopt;
}

std::uint16_t roles_of(std::string_view path, corpus::Language language) {
  using corpus::Language;
  std::uint16_t roles = 0;
  std::string low(path);
  ascii::make_lower(low);
  std::string_view rest = low;
  for (std::size_t slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
    const std::string_view part = rest.substr(0, slash);
    if (is_one_of(part, kTestFolders)) roles |= role_test;
    if (is_one_of(part, kExampleFolders)) roles |= role_example;
    if (is_one_of(part, kCompatWords)) roles |= role_compat;
    if (is_one_of(part, kLegacyWords)) roles |= role_legacy;
    if (is_one_of(part, kInternalWords)) roles |= role_internal;
    if (part == "docs" || part == "doc") roles |= role_docs;
    rest.remove_prefix(slash + 1);
  }
  const std::size_t dot = rest.find('.', 1);
  const std::string_view stem = rest.substr(0, dot);
  const auto ends = [&](std::string_view suffix) {
    return stem.size() > suffix.size() && stem.ends_with(suffix);
  };
  if (stem.starts_with("test_") || ends("_test") || ends("_tests") || ends("_spec") || stem == "conftest" ||
      rest.find(".test.") != std::string_view::npos || rest.find(".spec.") != std::string_view::npos ||
      stem == "test" || stem == "tests") {
    roles |= role_test;
  }
  // FooTest.java, FooTests.cs, FooSpec.scala: the case tells it from "latest".
  const std::string_view original = path.substr(path.size() - rest.size(), stem.size());
  if (original.ends_with("Test") || original.ends_with("Tests") || original.ends_with("Spec"))
    roles |= role_test;
  if (ends("_example") || stem == "example" || ends("_bench") || stem == "demo") roles |= role_example;
  for (const std::string_view word : kCompatWords) {
    const bool last =
        stem.size() > word.size() && stem.ends_with(word) && stem[stem.size() - word.size() - 1] == '_';
    if (stem == word || last) roles |= role_compat;
  }
  if (stem == "deprecated" || stem == "legacy") roles |= role_legacy;
  if (rest.ends_with(".d.ts") || rest.ends_with(".pyi")) roles |= role_declaration;
  if (is_one_of(stem, kEntryStems)) roles |= role_entry;
  switch (language) {
    case Language::markdown:
    case Language::restructuredtext:
    case Language::text:
    case Language::html:
      roles |= role_docs;
      break;
    case Language::yaml:
    case Language::json:
    case Language::toml:
    case Language::xml:
    case Language::css:
    case Language::makefile:
    case Language::cmake:
    case Language::dockerfile:
      roles |= role_config;
      break;
    default:
      break;
  }
  return roles;
}

}  // namespace quarry::ranking
