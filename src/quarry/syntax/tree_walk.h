// The one pass over a syntax tree: visits in source order the nodes whose symbol somebody asked for.
//
// A tree cursor of the library keeps rows, columns and descendant counts for every node it passes, which
// costs as much as a quarter of the parse. This walk reads the same nodes with none of that, through the
// library's internal headers: the core is pinned in grammars/package.json, and tree_walk_test.cpp holds both
// walks equal.
#pragma once

#include <tree_sitter/api.h>

#include <cstdint>
#include <span>
#include <vector>

namespace quarry::syntax {

// What is asked of a symbol. The walk itself reads only kFieldWanted; 0 means "do not stop here".
using SymbolFlags = std::uint16_t;
inline constexpr SymbolFlags kFieldWanted = 1;  // Node::field is computed for nodes of this symbol

inline constexpr std::uint32_t kNoLevel = 0xffffffff;
inline constexpr TSSymbol kErrorSymbol = 0xffff;

class TreeWalk {
 public:
  // A visible node. `parent` is the position of the nearest visible ancestor for level(), kNoLevel at the
  // root.
  struct Node {
    const void* subtree = nullptr;
    std::uint32_t begin = 0;  // bytes
    std::uint32_t end = 0;
    std::uint32_t parent = kNoLevel;
    TSSymbol symbol = 0;  // public symbol: one a node kind
    TSSymbol alias = 0;
    TSFieldId field = 0;  // 0: none, or not asked for
    SymbolFlags flags = 0;
  };

  // `flags` has one entry a symbol of the language, by ts_node_symbol(); both must outlive the walk. The
  // memory of an earlier walk is reused.
  void start(const TSTree* tree, std::span<const SymbolFlags> flags);

  // The next node with flags, a parent before its children; nullptr at the end. Valid until the next call.
  const Node* next();

  [[nodiscard]] const Node& level(std::uint32_t position) const { return frames_[position].node; }
  [[nodiscard]] TSNode node(const Node& node) const;

 private:
  struct Frame {
    Node node;
    std::uint32_t next_child = 0;
    std::uint32_t next_structural = 0;  // children without extras: what aliases and fields count
    std::uint32_t position = 0;         // where the last child ended
    bool visible = true;
    bool extra = false;
    std::uint32_t own_structural = 0;
  };
  [[nodiscard]] TSFieldId field_of(std::uint32_t structural, bool extra) const;

  const TSTree* tree_ = nullptr;
  std::span<const SymbolFlags> flags_;
  std::vector<Frame> frames_;
  Node current_;
  bool at_root_ = false;
};

}  // namespace quarry::syntax
