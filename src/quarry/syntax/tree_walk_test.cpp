// The walk must see what the library's own cursor sees: nodes, order, positions, kinds, fields and ancestors.
#include "quarry/syntax/tree_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "quarry/syntax/grammar.h"
#include "quarry/syntax/source_parser.h"

namespace quarry::syntax {
namespace {

struct Seen {
  TSSymbol symbol;
  TSFieldId field;
  std::uint32_t begin, end;
  TSSymbol parent;
  bool operator==(const Seen&) const = default;
};

std::vector<Seen> by_cursor(const TSTree* tree) {
  std::vector<Seen> result;
  std::vector<TSSymbol> ancestors{0};
  TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
  for (bool more = true; more;) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    result.push_back({ts_node_symbol(node), ts_tree_cursor_current_field_id(&cursor),
                      ts_node_start_byte(node), ts_node_end_byte(node), ancestors.back()});
    ancestors.push_back(ts_node_symbol(node));
    if (ts_tree_cursor_goto_first_child(&cursor)) continue;
    ancestors.pop_back();
    while (more && !ts_tree_cursor_goto_next_sibling(&cursor)) {
      more = ts_tree_cursor_goto_parent(&cursor);
      ancestors.pop_back();
    }
  }
  ts_tree_cursor_delete(&cursor);
  return result;
}

std::vector<Seen> by_walk(const TSTree* tree, const TSLanguage* language) {
  const std::vector<SymbolFlags> flags(ts_language_symbol_count(language), kFieldWanted);
  std::vector<Seen> result;
  TreeWalk walk;
  walk.start(tree, flags);
  while (const TreeWalk::Node* node = walk.next()) {
    const TSNode same = walk.node(*node);
    EXPECT_EQ(ts_node_symbol(same), node->symbol);
    EXPECT_EQ(ts_node_end_byte(same), node->end);
    result.push_back({node->symbol, node->field, node->begin, node->end,
                      node->parent == kNoLevel ? TSSymbol{0} : walk.level(node->parent).symbol});
  }
  return result;
}

TEST(TreeWalk, SeesWhatTheCursorSees) {
  namespace fs = std::filesystem;
  SourceParser parser;
  std::size_t nodes = 0;
  std::size_t files = 0;
  for (const auto& entry :
       fs::directory_iterator(fs::path(QUARRY_SOURCE_DIR) / "src/quarry/syntax/testdata")) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string source{std::istreambuf_iterator<char>(in), {}};
    // Mostly in the wrong grammars: those make the strange trees. Each file in a few, or it would take long.
    ++files;
    std::size_t number = 0;
    for (const auto language : languages_with_grammar()) {
      if (++number % 8 != files % 8) continue;
      const TSLanguage* grammar = query_for(language)->language;
      const Tree tree = parser.parse(grammar, source, {0, static_cast<std::uint32_t>(source.size())},
                                     ThreadClock::now() + std::chrono::minutes(1));
      ASSERT_NE(tree, nullptr);
      auto expected = by_cursor(tree.get());
      // The walk has no flags for errors, and so does not stop there.
      std::erase_if(expected, [](const Seen& seen) { return seen.symbol == kErrorSymbol; });
      const auto actual = by_walk(tree.get(), grammar);
      nodes += actual.size();
      ASSERT_EQ(expected.size(), actual.size())
          << entry.path() << " as language " << static_cast<int>(language);
      ASSERT_TRUE(expected == actual) << entry.path() << " as language " << static_cast<int>(language);
    }
  }
  EXPECT_GT(nodes, 10000U);
}

}  // namespace
}  // namespace quarry::syntax
