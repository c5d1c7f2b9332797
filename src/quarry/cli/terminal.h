// What is known about where output goes: a terminal or not, how wide, which colours, whether links work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "quarry/cli/settings.h"

namespace quarry::cli {

enum class Style : std::uint8_t {
  path,
  line_number,
  faint,    // scores, notes
  name,     // of a result
  match,    // a word of the query
  heading,  // of help and status
  good,
  bad,
  keyword,
  type,
  function,
  string,
  number,
  comment,
  constant,
  property,
};

struct Terminal {
  bool interactive = false;  // a person looks at it
  bool colours = false;
  bool links = false;      // OSC 8 hyperlinks
  std::size_t width = 80;  // columns; 0: unlimited (a pipe)

  // `text` between the escape sequences of the style, or as it is where there are no colours.
  [[nodiscard]] std::string paint(Style style, std::string_view text) const;
  [[nodiscard]] std::string_view begin(Style style) const;  // "" without colours
  [[nodiscard]] std::string_view end() const;
  // `text`, made to open `uri` when clicked where links work.
  [[nodiscard]] std::string link(std::string_view uri, std::string_view text) const;
};

// `when` is auto, always or never; auto asks the descriptor, NO_COLOR, CLICOLOR_FORCE and TERM.
[[nodiscard]] Terminal detect_terminal(int descriptor, std::string_view when, const Environment& environment);

// Columns that the text takes on a terminal: wide (East Asian) characters two, combining ones none.
[[nodiscard]] std::size_t display_width(std::string_view text);

// The longest front of `text` that fits in `columns`, whole characters only.
[[nodiscard]] std::string_view fit(std::string_view text, std::size_t columns);

// Source is not trusted: control characters would let it move the cursor, retitle the terminal or hide code.
// They become visible ("^[" for escape); tabs become spaces up to the next multiple of four columns; the
// line's end and bytes that are no UTF-8 go. `column` is where the text starts, for tabs.
[[nodiscard]] std::string harmless(std::string_view line, std::size_t column = 0);

// file://host/path with what may not stand in a URI percent-encoded. `path` is absolute.
[[nodiscard]] std::string file_uri(std::string_view path);

}  // namespace quarry::cli
