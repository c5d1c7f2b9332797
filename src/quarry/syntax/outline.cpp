// Sorts the findings by position, finds who holds whom with one stack, and fills the gaps with sections.
#include "quarry/syntax/outline.h"

#include <algorithm>

#include "quarry/syntax/naming.h"

namespace quarry::syntax {
namespace {

constexpr std::size_t kMaxQualified = 1024;

bool is_scope(const Found& found) {
  return found.role == Role::scope || found.role == Role::type_scope;
}

// An enclosing definition or scope while sweeping.
struct Open {
  std::uint32_t end = 0;
  std::uint32_t unit = kNoParent;  // the nearest definition at or above it
  bool type = false;               // functions right inside are methods
  bool rest = false;               // ends where the next such scope begins
  std::string qualified;
};

class Builder {
 public:
  Builder(Findings& findings, std::string_view source, const OutlineLimits& limits, ParsedFile& out)
      : findings_(findings), source_(source), limits_(limits), out_(out) {}

  void build() {
    auto& found = findings_.definitions;
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
      return a.range.begin != b.range.begin ? a.range.begin < b.range.begin : a.range.end > b.range.end;
    });
    out_.functions.reserve(found.size() + found.size() / 4 + 8);
    for (const Found& next : found) add(next);
    add_sections(static_cast<std::uint32_t>(source_.size()));
    number_lines(source_, out_.functions);
    assign_uses();
  }

 private:
  [[nodiscard]] std::string_view text(Range range) const { return source_.substr(range.begin, range.size()); }

  void add(const Found& found) {
    while (!open_.empty() && open_.back().end <= found.range.begin) open_.pop_back();
    if (found.rest && !open_.empty() && open_.back().rest) open_.pop_back();
    if (!is_scope(found)) {
      if (definitions_ == limits_.definitions || open_.size() >= limits_.depth) return;
      if (!out_.functions.empty() && same_as_last(found)) return;
    } else if (open_.size() >= limits_.depth) {
      return;
    }
    Range range = found.range;
    if (!open_.empty()) range.end = std::min(range.end, open_.back().end);
    SplitName name = split_name(text(found.name));
    if (!found.container.empty()) {
      SplitName outer = split_name(text(found.container));
      std::string container =
          outer.container.empty() ? std::move(outer.name) : outer.container + '.' + outer.name;
      name.container = name.container.empty() ? std::move(container) : container + '.' + name.container;
    }
    if (name.name.empty()) return;
    std::string qualified;
    if (!open_.empty() && open_.back().qualified.size() < kMaxQualified) qualified = open_.back().qualified;
    for (const std::string* part : {&name.container, &name.name}) {
      if (part->empty()) continue;
      if (!qualified.empty()) qualified += '.';
      qualified += *part;
    }
    const std::uint32_t parent = open_.empty() ? kNoParent : open_.back().unit;
    if (is_scope(found)) {
      const bool type = found.role == Role::type_scope || (!open_.empty() && open_.back().type);
      open_.push_back({range.end, parent, type, found.rest, std::move(qualified)});
      return;
    }
    // A doc inside the range is an attribute: the next function that shares the name.
    const bool own_doc = found.doc.begin >= found.range.begin && !found.doc.empty();
    if (found.clause && !own_doc && joins_last(range, qualified)) {
      open_.push_back({range.end, last_clause_, false, false, std::move(qualified)});
      return;
    }
    if (parent == kNoParent)
      add_sections(found.doc.empty() ? range.begin : std::min(found.doc.begin, range.begin));

    Function unit;
    unit.kind = kind_of(found, !name.container.empty());
    unit.range = range;
    unit.signature = {std::min(found.signature.begin, range.end), std::min(found.signature.end, range.end)};
    unit.doc = found.doc;
    unit.parent = parent;
    unit.name = std::move(name.name);
    unit.qualified_name = qualified;
    if (parent == kNoParent) covered_ = std::max({covered_, range.end, found.doc.end});
    ++definitions_;
    const auto position = static_cast<std::uint32_t>(out_.functions.size());
    if (found.clause) last_clause_ = position;
    open_.push_back({range.end, position, unit.kind == Kind::class_, false, std::move(qualified)});
    out_.functions.push_back(std::move(unit));
  }

  [[nodiscard]] Kind kind_of(const Found& found, bool contained) const {
    if (found.role == Role::definition_class) return Kind::class_;
    if (found.role == Role::definition_method || contained) return Kind::method;
    return !open_.empty() && open_.back().type ? Kind::method : Kind::function;
  }

  // Two patterns, or the text inside a macro, may yield one definition twice.
  [[nodiscard]] bool same_as_last(const Found& found) const {
    const Function& last = out_.functions.back();
    return last.kind != Kind::section && last.range.begin == found.range.begin &&
           last.range.end == found.range.end;
  }

  // The equations of one Haskell function are one unit, as long as nothing else stands between them.
  bool joins_last(Range range, const std::string& qualified) {
    if (last_clause_ < out_.functions.size()) {
      Function& first = out_.functions[last_clause_];
      const bool next_to_it =
          first.range.end <= range.begin && out_.functions.back().range.begin < first.range.end;
      if (next_to_it && first.qualified_name == qualified) {
        first.range.end = range.end;
        if (first.parent == kNoParent) covered_ = std::max(covered_, range.end);
        return true;
      }
    }
    return false;
  }

  void add_sections(std::uint32_t end) {
    if (end <= covered_) return;
    split_sections(source_, {covered_, end}, limits_.sections, out_.functions);
    covered_ = end;
  }

  void assign_uses() {
    auto& uses = findings_.uses;
    const auto earlier = [](const Use& a, const Use& b) { return a.offset < b.offset; };
    if (!std::is_sorted(uses.begin(), uses.end(), earlier))
      std::stable_sort(uses.begin(), uses.end(), earlier);
    out_.references.reserve(uses.size());
    std::vector<std::uint32_t> around;
    std::size_t next = 0;
    for (const Use& use : uses) {
      while (next < out_.functions.size() && out_.functions[next].range.begin <= use.offset) {
        while (!around.empty() &&
               out_.functions[around.back()].range.end <= out_.functions[next].range.begin) {
          around.pop_back();
        }
        around.push_back(static_cast<std::uint32_t>(next++));
      }
      while (!around.empty() && out_.functions[around.back()].range.end <= use.offset) around.pop_back();
      if (!around.empty()) out_.references.push_back({source_.substr(use.offset, use.size), around.back()});
    }
  }

  Findings& findings_;
  std::string_view source_;
  const OutlineLimits& limits_;
  ParsedFile& out_;
  std::vector<Open> open_;
  std::uint32_t covered_ = 0;  // everything before is in a unit or a section
  std::uint32_t definitions_ = 0;
  std::uint32_t last_clause_ = kNoParent;
};

}  // namespace

void number_lines(std::string_view source, std::vector<Function>& units) {
  std::vector<std::uint32_t> breaks;
  for (std::size_t at = source.find('\n'); at != std::string_view::npos; at = source.find('\n', at + 1)) {
    breaks.push_back(static_cast<std::uint32_t>(at));
  }
  const auto line_of = [&breaks](std::uint32_t offset) {
    return 1 + static_cast<std::uint32_t>(std::lower_bound(breaks.begin(), breaks.end(), offset) -
                                          breaks.begin());
  };
  for (Function& unit : units) {
    unit.start_line = line_of(unit.range.begin);
    unit.end_line = unit.range.empty() ? unit.start_line : line_of(unit.range.end - 1);
  }
}

void build_outline(Findings& findings, std::string_view source, const OutlineLimits& limits,
                   ParsedFile& out) {
  Builder(findings, source, limits, out).build();
}

}  // namespace quarry::syntax
