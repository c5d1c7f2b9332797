#include "quarry/index/listing_rules.h"

#include <fmt/core.h>

#include <charconv>

namespace quarry::index {
namespace {

// Takes `word` and the number behind it from the front of `text`.
std::optional<std::uint64_t> take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return std::nullopt;
  text.remove_prefix(word.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

}  // namespace

std::string format_listing(const corpus::ListOptions& options) {
  return fmt::format("rules {}, ignore {}, bytes {}", options.builtin_rules ? 1 : 0,
                     options.ignore_files ? 1 : 0, options.max_bytes);
}

std::optional<corpus::ListOptions> parse_listing(std::string_view text) {
  const auto rules = take(text, "rules ");
  const auto ignore = take(text, ", ignore ");
  const auto bytes = take(text, ", bytes ");
  if (!rules || !ignore || !bytes || *rules > 1 || *ignore > 1 || !text.empty()) return std::nullopt;
  corpus::ListOptions options;
  options.builtin_rules = *rules == 1;
  options.ignore_files = *ignore == 1;
  options.max_bytes = *bytes;
  return options;
}

}  // namespace quarry::index
