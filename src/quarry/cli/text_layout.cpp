// Wraps by display width, so that accents and wide characters do not shorten lines.
#include "quarry/cli/text_layout.h"

#include <fmt/core.h>

#include <array>
#include <cmath>

#include "quarry/cli/terminal.h"

namespace quarry::cli {

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  constexpr std::string_view kSpace = " \n";
  std::string result;
  std::string line;
  while (true) {
    const auto start = text.find_first_not_of(kSpace);
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    const auto word = text.substr(0, text.find_first_of(kSpace));
    text.remove_prefix(word.size());
    if (!line.empty() && indent + display_width(line) + 1 + display_width(word) > width) {
      result += fmt::format("{:{}}{}\n", "", indent, line);
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) result += fmt::format("{:{}}{}\n", "", indent, line);
  return result;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string readable_bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits{"B", "KB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes)
                   : fmt::format("{:.{}f} {}", value, value < 100 ? 1 : 0, kUnits[unit]);
}

std::string readable_seconds(double seconds) {
  if (seconds < 0.9995) return fmt::format("{:.{}f} ms", seconds * 1e3, seconds < 0.00995 ? 1 : 0);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

}  // namespace quarry::cli
