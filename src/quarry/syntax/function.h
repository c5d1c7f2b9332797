// What a source file consists of: its functions, methods, classes and the sections between them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quarry::syntax {

// Stored in indexes by number: append, never renumber.
enum class Kind : std::uint8_t {
  file = 0,  // a whole file; index/ makes it, extraction does not
  function = 1,
  method = 2,  // a function whose nearest enclosing definition is a class
  class_ =
      3,  // class, struct, enum, interface, trait, protocol, union, type alias, module (Ruby, Elixir), object
  section = 4,  // text outside every definition
};
[[nodiscard]] std::string_view name_of(Kind kind);  // "function", "class" ...

// Half-open range of bytes in the source.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  [[nodiscard]] bool empty() const { return begin == end; }
  [[nodiscard]] std::uint32_t size() const { return end - begin; }
};

inline constexpr std::uint32_t kNoParent = 0xffffffff;

// One unit of search. `range` holds decorators, annotations and the body, and starts at the first of them; a
// doc comment that stands before the definition is in `doc` only. A docstring inside the body is in both.
struct Function {
  Kind kind = Kind::section;
  std::string name;            // "rebuild_auth"; empty for sections (a Markdown section: its heading)
  std::string qualified_name;  // "Session.rebuild_auth", joined by '.' in every language
  Range range;
  Range
      signature;  // first token after decorators up to the body (`def f(a,\n b) -> int:`); empty for sections
  Range doc;      // doc comment or docstring with its markers; empty where there is none
  std::uint32_t start_line = 0;      // 1-based, of range.begin
  std::uint32_t end_line = 0;        // 1-based, inclusive
  std::uint32_t parent = kNoParent;  // position in ParsedFile::functions of the enclosing definition
};

// A name used by a definition (a call, a constructed type, a base class), not the place that defines it.
struct Reference {
  std::string_view name;       // points into the source; the last part: `parse` of `json.parse(x)`
  std::uint32_t function = 0;  // the innermost unit around it, by position in ParsedFile::functions
};

struct ParsedFile {
  std::vector<Function>
      functions;  // in the order of range.begin, an enclosing definition before what it holds
  std::vector<Reference> references;  // in the order of the source, repeated as often as they occur
  bool complete = true;  // false: the deadline, depth or size limit ended the parse; sections stand in
};

}  // namespace quarry::syntax
