// Recursion here is as deep as a pattern, never as deep as a tree.
#include "quarry/syntax/matcher.h"

namespace quarry::syntax {

Matcher::~Matcher() {
  for (TSTreeCursor& cursor : cursors_) ts_tree_cursor_delete(&cursor);
}

bool Matcher::match(const MatchNode& pattern, TSNode node) {
  captures_.clear();
  return fits(pattern, node, 0);
}

TSTreeCursor& Matcher::cursor(std::size_t depth, TSNode node) {
  while (cursors_.size() <= depth) cursors_.push_back(ts_tree_cursor_new(node));
  ts_tree_cursor_reset(&cursors_[depth], node);
  return cursors_[depth];
}

bool Matcher::fits(const MatchNode& pattern, TSNode node, std::size_t depth) {
  const std::size_t before = captures_.size();
  for (const std::uint16_t id : pattern.captures) captures_.push_back({id, node});
  bool good = false;
  switch (pattern.type) {
    case MatchNode::Type::node:
      good = ts_node_symbol(node) == pattern.symbol;
      break;
    case MatchNode::Type::any:
      good = true;
      break;
    case MatchNode::Type::any_named:
      good = ts_node_is_named(node);
      break;
    case MatchNode::Type::alternation:
      for (const MatchNode& branch : pattern.children) {
        if (fits(branch, node, depth)) return true;
      }
      break;
  }
  if (good && pattern.type != MatchNode::Type::alternation) {
    for (const TSFieldId field : pattern.without)
      good = good && ts_node_is_null(ts_node_child_by_field_id(node, field));
    good = good && (pattern.children.empty() || fit_children(pattern, node, depth));
  }
  if (!good) captures_.resize(before);
  return good;
}

bool Matcher::fit_children(const MatchNode& pattern, TSNode node, std::size_t depth) {
  bool fielded = true;
  for (const MatchNode& child : pattern.children) fielded = fielded && child.field != 0 && !child.anchored;
  if (fielded) {
    // The usual case, without a look at every child: wide blocks have thousands.
    bool found_all = true;
    const std::size_t before = captures_.size();
    for (const MatchNode& child : pattern.children) {
      const TSNode found = ts_node_child_by_field_id(node, child.field);
      const bool good = !ts_node_is_null(found) && fits(child, found, depth + 1);
      found_all = found_all && (good || (child.optional && ts_node_is_null(found)));
      if (!found_all) break;
    }
    if (found_all) return true;
    captures_.resize(before);  // a field may stand on several children
  }
  cursor(depth, node);
  bool more = ts_tree_cursor_goto_first_child(&cursors_[depth]);
  for (const MatchNode& child : pattern.children) {
    // An optional child that is missing must not use up the siblings of the next one.
    TSTreeCursor start{};
    if (child.optional) start = ts_tree_cursor_copy(&cursors_[depth]);
    bool found = false;
    bool going = more;
    while (going && !found) {
      const TSNode candidate = ts_tree_cursor_current_node(&cursors_[depth]);
      const bool right_field =
          child.field == 0 || ts_tree_cursor_current_field_id(&cursors_[depth]) == child.field;
      found = right_field && fits(child, candidate, depth + 1);
      const bool passed_named = !found && ts_node_is_named(candidate) && !ts_node_is_extra(candidate);
      going = ts_tree_cursor_goto_next_sibling(&cursors_[depth]);
      if (child.anchored && passed_named) break;
    }
    if (found) {
      more = going;
    } else if (child.optional) {
      ts_tree_cursor_reset_to(&cursors_[depth], &start);
    }
    if (child.optional) ts_tree_cursor_delete(&start);
    if (!found && !child.optional) return false;
  }
  return true;
}

}  // namespace quarry::syntax
