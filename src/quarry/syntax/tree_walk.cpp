// Walks subtrees in memory order; the rules for aliases, hidden nodes and fields are those of tree_cursor.c.
#include "quarry/syntax/tree_walk.h"

#include <language.h>
#include <subtree.h>
#include <tree.h>

namespace quarry::syntax {
namespace {

const Subtree& subtree_of(const TreeWalk::Node& node) {
  return *static_cast<const Subtree*>(node.subtree);
}

}  // namespace

void TreeWalk::start(const TSTree* tree, std::span<const SymbolFlags> flags) {
  tree_ = tree;
  flags_ = flags;
  frames_.clear();
  at_root_ = true;
}

TSNode TreeWalk::node(const Node& node) const {
  // Rows and columns are left out: nothing here asks for them.
  return ts_node_new(tree_, static_cast<const Subtree*>(node.subtree), Length{node.begin, {0, 0}},
                     node.alias);
}

// The field of a child of the last frame, which may hang on a hidden ancestor.
TSFieldId TreeWalk::field_of(std::uint32_t structural, bool extra) const {
  for (std::size_t i = frames_.size(); i-- > 0;) {
    if (extra) break;
    const Frame& frame = frames_[i];
    const TSFieldMapEntry* begin = nullptr;
    const TSFieldMapEntry* end = nullptr;
    ts_language_field_map(tree_->language, subtree_of(frame.node).ptr->production_id, &begin, &end);
    for (const TSFieldMapEntry* entry = begin; entry != end; ++entry) {
      if (!entry->inherited && entry->child_index == structural) return entry->field_id;
    }
    if (frame.visible) break;
    structural = frame.own_structural;
    extra = frame.extra;
  }
  return 0;
}

const TreeWalk::Node* TreeWalk::next() {
  const TSLanguage* language = tree_->language;
  if (at_root_) {
    at_root_ = false;
    const Subtree& root = tree_->root;
    const TSSymbol symbol = ts_language_public_symbol(language, ts_subtree_symbol(root));
    const std::uint32_t begin = ts_subtree_padding(root).bytes;
    current_ = {&root, begin, begin + ts_subtree_size(root).bytes, kNoLevel, symbol, 0, 0, 0};
    if (symbol < flags_.size()) current_.flags = flags_[symbol];
    if (ts_subtree_child_count(root) > 0) {
      frames_.push_back({current_, 0, 0, begin, true, false, 0});
    }
    if (current_.flags != 0) return &current_;
  }
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    const Subtree parent = subtree_of(frame.node);
    const std::uint32_t child_count = parent.ptr->child_count;
    if (frame.next_child == child_count) {
      frames_.pop_back();
      continue;
    }
    const Subtree* children = ts_subtree_children(parent);
    const TSSymbol* aliases = ts_language_alias_sequence(language, parent.ptr->production_id);
    const std::uint32_t level =
        frame.visible ? static_cast<std::uint32_t>(frames_.size() - 1) : frame.node.parent;
    // Leaves that nobody asked for, the greater part of every tree, are passed in this inner loop.
    bool descended = false;
    while (frame.next_child < child_count) {
      const Subtree* child = &children[frame.next_child];
      std::uint32_t begin = frame.position;
      if (frame.next_child > 0) begin += ts_subtree_padding(*child).bytes;
      const std::uint32_t end = begin + ts_subtree_size(*child).bytes;
      const bool extra = ts_subtree_extra(*child);
      const std::uint32_t structural = frame.next_structural;
      frame.position = end;
      ++frame.next_child;
      TSSymbol alias = 0;
      if (!extra) {
        if (aliases != nullptr) alias = aliases[structural];
        ++frame.next_structural;
      }
      const bool visible = alias != 0 || ts_subtree_visible(*child);
      const bool inner = ts_subtree_child_count(*child) > 0;
      if (!visible) {
        if (!inner || child->ptr->visible_child_count == 0) continue;
        Frame hidden{{child, begin, end, level, 0, 0, 0, 0}, 0, 0, begin, false, extra, structural};
        frames_.push_back(hidden);
        descended = true;
        break;
      }
      const TSSymbol raw = alias != 0 ? alias : ts_subtree_symbol(*child);
      const TSSymbol symbol = raw == kErrorSymbol ? raw : language->public_symbol_map[raw];
      const SymbolFlags flags = symbol < flags_.size() ? flags_[symbol] : SymbolFlags{0};
      if (flags == 0 && !inner) continue;
      const TSFieldId field = (flags & kFieldWanted) != 0 ? field_of(structural, extra) : TSFieldId{0};
      const Node node{child, begin, end, level, symbol, alias, field, flags};
      if (inner) {
        frames_.push_back({node, 0, 0, begin, true, extra, structural});
        descended = true;
      }
      if (flags != 0) {
        current_ = node;
        return &current_;
      }
      if (descended) break;
    }
    if (!descended && frames_.back().next_child == child_count) frames_.pop_back();
  }
  return nullptr;
}

}  // namespace quarry::syntax
