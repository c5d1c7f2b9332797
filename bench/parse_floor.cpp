// The floor under indexing: reads files, parses them with the bare tree-sitter and walks every node, nothing
// else.
//
//   quarry_parse_floor THREADS < LIST      LIST: a line a file, "<language>\t<path>", languages as Quarry
//   names them
//
// Prints one JSON object: files, bytes and nodes, and the seconds of each stage (wall clock; reading is
// apart, so that the disk does not count as parsing). Files of a language without a grammar are counted and
// left out.
#include <fmt/core.h>
#include <tree_sitter/api.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

extern "C" {
const TSLanguage* tree_sitter_python();
const TSLanguage* tree_sitter_javascript();
const TSLanguage* tree_sitter_typescript();
const TSLanguage* tree_sitter_tsx();
const TSLanguage* tree_sitter_java();
const TSLanguage* tree_sitter_go();
const TSLanguage* tree_sitter_php();
const TSLanguage* tree_sitter_ruby();
const TSLanguage* tree_sitter_c();
const TSLanguage* tree_sitter_cpp();
const TSLanguage* tree_sitter_c_sharp();
const TSLanguage* tree_sitter_rust();
const TSLanguage* tree_sitter_kotlin();
const TSLanguage* tree_sitter_scala();
const TSLanguage* tree_sitter_swift();
const TSLanguage* tree_sitter_bash();
const TSLanguage* tree_sitter_lua();
const TSLanguage* tree_sitter_haskell();
const TSLanguage* tree_sitter_elixir();
const TSLanguage* tree_sitter_zig();
}

namespace {

using Clock = std::chrono::steady_clock;

struct File {
  const TSLanguage* language = nullptr;
  std::string path;
  std::string text;
};

const TSLanguage* language_named(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, const TSLanguage* (*)()>, 20> kLanguages{{
      {"python", tree_sitter_python},
      {"javascript", tree_sitter_javascript},
      {"typescript", tree_sitter_typescript},
      {"tsx", tree_sitter_tsx},
      {"java", tree_sitter_java},
      {"go", tree_sitter_go},
      {"php", tree_sitter_php},
      {"ruby", tree_sitter_ruby},
      {"c", tree_sitter_c},
      {"cpp", tree_sitter_cpp},
      {"csharp", tree_sitter_c_sharp},
      {"rust", tree_sitter_rust},
      {"kotlin", tree_sitter_kotlin},
      {"scala", tree_sitter_scala},
      {"swift", tree_sitter_swift},
      {"bash", tree_sitter_bash},
      {"lua", tree_sitter_lua},
      {"haskell", tree_sitter_haskell},
      {"elixir", tree_sitter_elixir},
      {"zig", tree_sitter_zig},
  }};
  for (const auto& [known, make] : kLanguages) {
    if (known == name) return make();
  }
  return nullptr;
}

std::uint64_t count_nodes(const TSTree* tree) {
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
  std::uint64_t nodes = 1;
  for (bool more = true; more;) {
    if (ts_tree_cursor_goto_first_child(&cursor)) {
      ++nodes;
      continue;
    }
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      if (!ts_tree_cursor_goto_parent(&cursor)) {
        more = false;
        break;
      }
    }
    nodes += more ? 1 : 0;
  }
  ts_tree_cursor_delete(&cursor);
  return nodes;
}

// Calls work(file) for every file, each thread taking the next one that is left.
template <class Work>
double seconds_of(std::size_t threads, std::vector<File>& files, const Work& work) {
  const auto start = Clock::now();
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> pool;
    for (std::size_t t = 0; t < threads; ++t) {
      pool.emplace_back([&] {
        for (std::size_t i = next++; i < files.size(); i = next++) work(files[i]);
      });
    }
  }
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::uint64_t parse_and_walk(const File& file) {
  thread_local const std::unique_ptr<TSParser, decltype(&ts_parser_delete)> parser(ts_parser_new(),
                                                                                   ts_parser_delete);
  ts_parser_set_language(parser.get(), file.language);
  const std::unique_ptr<TSTree, decltype(&ts_tree_delete)> tree(
      ts_parser_parse_string(parser.get(), nullptr, file.text.data(),
                             static_cast<std::uint32_t>(file.text.size())),
      ts_tree_delete);
  return tree ? count_nodes(tree.get()) : 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t threads = std::thread::hardware_concurrency();
  if (argc > 1) {
    const std::string_view text(argv[1]);
    if (std::from_chars(text.data(), text.data() + text.size(), threads).ec != std::errc() || threads == 0) {
      fmt::print(stderr, "quarry_parse_floor: not a number of threads: {}\n", text);
      return 2;
    }
  }

  std::vector<File> files;
  std::size_t without_grammar = 0;
  for (std::string line; std::getline(std::cin, line);) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos) {
      fmt::print(stderr, "quarry_parse_floor: a line without a tab: {}\n", line);
      return 2;
    }
    const TSLanguage* language = language_named(std::string_view(line).substr(0, tab));
    if (language == nullptr) {
      ++without_grammar;
    } else {
      files.push_back({language, line.substr(tab + 1), {}});
    }
  }

  const double read = seconds_of(threads, files, [](File& file) {
    std::ifstream stream(file.path, std::ios::binary | std::ios::ate);
    if (!stream) return;
    file.text.resize(static_cast<std::size_t>(stream.tellg()));
    stream.seekg(0).read(file.text.data(), static_cast<std::streamsize>(file.text.size()));
  });
  std::uint64_t bytes = 0;
  for (const auto& file : files) bytes += file.text.size();

  std::atomic<std::uint64_t> nodes = 0;
  const double parse = seconds_of(threads, files, [&](File& file) { nodes += parse_and_walk(file); });

  fmt::print(
      "{{\"threads\": {}, \"files\": {}, \"without_grammar\": {}, \"bytes\": {}, \"nodes\": {}, \"read_s\": "
      "{:.6f}, "
      "\"parse_s\": {:.6f}}}\n",
      threads, files.size(), without_grammar, bytes, nodes.load(), read, parse);
  return files.empty() ? 1 : 0;
}
