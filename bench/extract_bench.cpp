// What extraction costs above its floor: parse only, parse and a plain cursor walk, everything; a language
// each.
//
// usage: extract_bench [--rounds N] FOLDER ...
// The three are taken in turn, file by file, so that a busy machine slows them alike; figures are medians of
// the rounds, in MB/s of one thread, and the ratio of the whole to parse and walk.
#include <tree_sitter/api.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/syntax/extractor.h"
#include "quarry/syntax/grammar.h"

namespace {

namespace fs = std::filesystem;
using quarry::corpus::Language;
using Clock = std::chrono::steady_clock;

struct Known {
  Language language;
  const char* name;
};
const std::map<std::string, Known> kExtensions = {
    {".py", {Language::python, "python"}},
    {".js", {Language::javascript, "javascript"}},
    {".ts", {Language::typescript, "typescript"}},
    {".tsx", {Language::tsx, "tsx"}},
    {".java", {Language::java, "java"}},
    {".go", {Language::go, "go"}},
    {".php", {Language::php, "php"}},
    {".rb", {Language::ruby, "ruby"}},
    {".c", {Language::c, "c"}},
    {".h", {Language::cpp, "cpp"}},
    {".hpp", {Language::cpp, "cpp"}},
    {".cc", {Language::cpp, "cpp"}},
    {".cpp", {Language::cpp, "cpp"}},
    {".cs", {Language::csharp, "csharp"}},
    {".rs", {Language::rust, "rust"}},
    {".kt", {Language::kotlin, "kotlin"}},
    {".scala", {Language::scala, "scala"}},
    {".swift", {Language::swift, "swift"}},
    {".sh", {Language::bash, "bash"}},
    {".lua", {Language::lua, "lua"}},
    {".hs", {Language::haskell, "haskell"}},
    {".ex", {Language::elixir, "elixir"}},
    {".zig", {Language::zig, "zig"}},
};

struct Sample {
  Known known;
  std::vector<std::string> files;
  std::size_t bytes = 0;
  std::size_t units = 0;
  std::size_t references = 0;
  std::vector<double> parse, walk, extract;  // seconds a round
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The walk that everybody writes first.
std::size_t plain_walk(const TSTree* tree) {
  std::size_t sum = 0;
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
  for (bool more = true; more;) {
    sum += ts_node_symbol(ts_tree_cursor_current_node(&cursor));
    if (ts_tree_cursor_goto_first_child(&cursor)) continue;
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      if (!ts_tree_cursor_goto_parent(&cursor)) {
        more = false;
        break;
      }
    }
  }
  ts_tree_cursor_delete(&cursor);
  return sum;
}

void measure(Sample& sample) {
  TSParser* parser = ts_parser_new();
  ts_parser_set_language(parser, quarry::syntax::query_for(sample.known.language)->language);
  quarry::syntax::Extractor extractor;
  double parse = 0;
  double walk = 0;
  double extract = 0;
  std::size_t sum = 0;
  sample.units = sample.references = 0;
  for (const std::string& file : sample.files) {
    auto begin = Clock::now();
    TSTree* tree =
        ts_parser_parse_string(parser, nullptr, file.data(), static_cast<std::uint32_t>(file.size()));
    const double parsed = seconds_since(begin);
    begin = Clock::now();
    sum += plain_walk(tree);
    walk += parsed + seconds_since(begin);
    begin = Clock::now();
    ts_tree_delete(tree);
    const double freed = seconds_since(begin);
    parse += parsed + freed;
    walk += freed;
    begin = Clock::now();
    const auto result = extractor.extract(sample.known.language, file);
    extract += seconds_since(begin);
    sample.units += result.functions.size();
    sample.references += result.references.size();
  }
  ts_parser_delete(parser);
  if (sum == 1) std::puts("");  // keeps the walk from being optimised away
  sample.parse.push_back(parse);
  sample.walk.push_back(walk);
  sample.extract.push_back(extract);
}

}  // namespace

int main(int count, char** arguments) {
  int rounds = 5;
  std::map<std::string, Sample> samples;
  for (int i = 1; i < count; ++i) {
    if (std::string_view(arguments[i]) == "--rounds" && i + 1 < count) {
      rounds = std::max(1, std::atoi(arguments[++i]));
      continue;
    }
    for (const auto& entry :
         fs::recursive_directory_iterator(arguments[i], fs::directory_options::skip_permission_denied)) {
      const auto known = kExtensions.find(entry.path().extension().string());
      if (known == kExtensions.end() || !entry.is_regular_file()) continue;
      if (quarry::syntax::query_for(known->second.language) == nullptr) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::string text{std::istreambuf_iterator<char>(in), {}};
      Sample& sample = samples[known->second.name];
      sample.known = known->second;
      sample.bytes += text.size();
      sample.files.push_back(std::move(text));
    }
  }
  std::printf("%-12s %7s %6s %8s %9s %8s %8s %8s %7s\n", "language", "MB", "files", "units", "uses", "parse",
              "+walk", "extract", "ratio");
  double walk = 0;
  double extract = 0;
  for (auto& [name, sample] : samples) {
    for (int i = 0; i < rounds; ++i) measure(sample);
    const double megabytes = static_cast<double>(sample.bytes) / 1e6;
    walk += median(sample.walk);
    extract += median(sample.extract);
    std::printf("%-12s %7.2f %6zu %8zu %9zu %8.2f %8.2f %8.2f %7.3f\n", name.c_str(), megabytes,
                sample.files.size(), sample.units, sample.references, megabytes / median(sample.parse),
                megabytes / median(sample.walk), megabytes / median(sample.extract),
                median(sample.extract) / median(sample.walk));
    std::fflush(stdout);
  }
  if (walk > 0) std::printf("%-12s %68.3f\n", "all", extract / walk);
}
