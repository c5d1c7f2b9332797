// Colours are the sixteen of the terminal's own palette, so that they are readable on light and dark alike.
#include "quarry/cli/terminal.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "quarry/base/percent_encoding.h"
#include "quarry/model/unicode.h"

namespace quarry::cli {
namespace {

namespace unicode = model::unicode;

bool within(char32_t value, char32_t first, char32_t last) {
  return value >= first && value <= last;
}

// The blocks that matter for source code, after Unicode's East_Asian_Width and general categories Mn, Me and
// Cf.
std::size_t width_of(char32_t c) {
  const bool combining = within(c, 0x300, 0x36F) || within(c, 0x1AB0, 0x1AFF) || within(c, 0x1DC0, 0x1DFF) ||
                         within(c, 0x20D0, 0x20FF) || within(c, 0xFE00, 0xFE0F) ||
                         within(c, 0xFE20, 0xFE2F) || within(c, 0x200B, 0x200F) || c == 0xFEFF;
  if (combining) return 0;
  const bool wide = within(c, 0x1100, 0x115F) || within(c, 0x2E80, 0x303E) || within(c, 0x3041, 0xA4CF) ||
                    within(c, 0xAC00, 0xD7A3) || within(c, 0xF900, 0xFAFF) || within(c, 0xFE30, 0xFE4F) ||
                    within(c, 0xFF00, 0xFF60) || within(c, 0xFFE0, 0xFFE6) || within(c, 0x1F300, 0x1F64F) ||
                    within(c, 0x1F900, 0x1F9FF) || within(c, 0x20000, 0x3FFFD);
  return wide ? 2 : 1;
}

// Also the marks that reorder text: code that reads differently from what it does ("Trojan Source").
bool is_reordering(char32_t c) {
  return within(c, 0x202A, 0x202E) || within(c, 0x2066, 0x2069);
}

std::string_view escape_of(Style style) {
  switch (style) {
    case Style::path:
      return "\x1b[35m";
    case Style::line_number:
      return "\x1b[32m";
    case Style::faint:
      return "\x1b[2m";
    case Style::name:
      return "\x1b[1m";
    case Style::match:
      return "\x1b[1;31m";
    case Style::heading:
      return "\x1b[1m";
    case Style::good:
      return "\x1b[32m";
    case Style::bad:
      return "\x1b[1;31m";
    case Style::keyword:
      return "\x1b[35m";
    case Style::type:
      return "\x1b[36m";
    case Style::function:
      return "\x1b[34m";
    case Style::string:
      return "\x1b[32m";
    case Style::number:
      return "\x1b[36m";
    case Style::comment:
      return "\x1b[2;3m";
    case Style::constant:
      return "\x1b[36m";
    case Style::property:
      return "";
  }
  return "";
}

bool supports_links(const Environment& environment) {
  // There is no way to ask a terminal; these say who they are. VTE knows links since 0.50 (VTE_VERSION 5000).
  if (const auto version = environment("VTE_VERSION")) return version->size() >= 4 && *version >= "5000";
  for (const auto* name :
       {"KITTY_WINDOW_ID", "WEZTERM_PANE", "KONSOLE_VERSION", "WT_SESSION", "GHOSTTY_RESOURCES_DIR"}) {
    if (environment(name)) return true;
  }
  const auto program = environment("TERM_PROGRAM").value_or("");
  return program == "iTerm.app" || program == "vscode" || program == "WezTerm" || program == "ghostty";
}

bool wants_colours(std::string_view when, bool is_terminal, const Environment& environment) {
  if (when != "auto") return when == "always";
  const auto set = [&](const char* name) { return !environment(name).value_or("").empty(); };
  if (set("NO_COLOR")) return false;
  if (set("CLICOLOR_FORCE") && environment("CLICOLOR_FORCE") != "0") return true;
  return is_terminal && environment("TERM").value_or("dumb") != "dumb";
}

}  // namespace

std::string_view Terminal::begin(Style style) const {
  return colours ? escape_of(style) : std::string_view{};
}

std::string_view Terminal::end() const {
  return colours ? "\x1b[0m" : "";
}

std::string Terminal::paint(Style style, std::string_view text) const {
  return fmt::format("{}{}{}", begin(style), text, begin(style).empty() ? "" : end());
}

std::string Terminal::link(std::string_view uri, std::string_view text) const {
  if (!links || uri.empty()) return std::string(text);
  return fmt::format("\x1b]8;;{}\x1b\\{}\x1b]8;;\x1b\\", uri, text);
}

Terminal detect_terminal(int descriptor, std::string_view when, const Environment& environment) {
  Terminal terminal;
  const bool is_terminal = ::isatty(descriptor) == 1;
  terminal.interactive = is_terminal && environment("TERM").value_or("dumb") != "dumb";
  terminal.colours = wants_colours(when, is_terminal, environment);
  terminal.links = terminal.interactive && terminal.colours && supports_links(environment);
  winsize size{};
  if (!is_terminal) {
    terminal.width = 0;
  } else if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = size.ws_col;
  }
  return terminal;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = unicode::decode(text, at);
    width += width_of(c.value);
    at += c.bytes;
  }
  return width;
}

std::string_view fit(std::string_view text, std::size_t columns) {
  std::size_t used = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto c = unicode::decode(text, at);
    const auto width = width_of(c.value);
    if (used + width > columns) break;
    used += width;
    at += c.bytes;
  }
  return text.substr(0, at);
}

std::string harmless(std::string_view line, std::size_t column) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  std::string result;
  result.reserve(line.size());
  while (!line.empty()) {
    const auto c = unicode::decode(line, 0);
    if (within(c.value, 0x80, 0x9F) || is_reordering(c.value) || c.value == 0xFFFD) {
      result += "\xEF\xBF\xBD";  // U+FFFD, also for what is no UTF-8
      ++column;
    } else if (c.value == '\t') {
      const auto spaces = 4 - column % 4;
      result.append(spaces, ' ');
      column += spaces;
    } else if (c.value < 0x20 || c.value == 0x7F) {
      result += '^';
      result += c.value == 0x7F ? '?' : static_cast<char>('@' + c.value);
      column += 2;
    } else {
      result.append(line.substr(0, c.bytes));
      column += width_of(c.value);
    }
    line.remove_prefix(c.bytes);
  }
  return result;
}

std::string file_uri(std::string_view path) {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return fmt::format("file://{}{}", host.data(), percent_encode_path(path));
}

}  // namespace quarry::cli
