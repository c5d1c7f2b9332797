// Checks and splits values by the type of their flag.
#include "quarry/cli/flag_value.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "quarry/base/ascii.h"
#include "quarry/cli/suggestion.h"
#include "quarry/corpus/language.h"

namespace quarry::cli {
namespace {

Status check_choice(const Flag& flag, std::string_view value) {
  const auto known = known_values(flag);
  if (known.empty()) return {};
  if (flag.completion == Completion::language) {
    if (corpus::language_from_name(value)) return {};
    return fail(ErrorKind::invalid_argument, "'{}' is not a language known here{}", value,
                did_you_mean(ascii::lower(value), known));
  }
  if (std::ranges::find(known, value) != known.end()) return {};
  return fail(ErrorKind::invalid_argument, "'{}' is not one of {}{}", value, fmt::join(known, ", "),
              did_you_mean(ascii::lower(value), known));
}

}  // namespace

std::optional<bool> parse_toggle(std::string_view text) {
  constexpr std::array<std::string_view, 4> kOn{"true", "yes", "on", "1"};
  constexpr std::array<std::string_view, 4> kOff{"false", "no", "off", "0"};
  const auto word = ascii::lower(text);
  if (std::ranges::find(kOn, word) != kOn.end()) return true;
  if (std::ranges::find(kOff, word) != kOff.end()) return false;
  return std::nullopt;
}

std::optional<double> parse_decimal(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> parse_number(std::string_view text, bool with_unit) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{}) return std::nullopt;
  if (rest == end) return number;
  if (!with_unit || end - rest != 1) return std::nullopt;
  unsigned shift = 0;
  switch (*rest) {
    case 'k':
    case 'K':
      shift = 10;
      break;
    case 'm':
    case 'M':
      shift = 20;
      break;
    case 'g':
    case 'G':
      shift = 30;
      break;
    default:
      return std::nullopt;
  }
  if (number > (std::numeric_limits<std::uint64_t>::max() >> shift)) return std::nullopt;
  return number << shift;
}

std::vector<std::string> split_value(const Flag& flag, std::string_view text) {
  if (flag.type != ValueType::list) return {std::string(text)};
  std::vector<std::string> values;
  while (true) {
    const auto comma = text.find(',');
    const auto value = text.substr(0, comma);
    if (!value.empty()) values.emplace_back(value);
    if (comma == std::string_view::npos) return values;
    text.remove_prefix(comma + 1);
  }
}

Status check_value(const Flag& flag, std::string_view value) {
  switch (flag.type) {
    case ValueType::toggle:
      if (!parse_toggle(value))
        return fail(ErrorKind::invalid_argument, "'{}' is neither true nor false", value);
      return {};
    case ValueType::number:
    case ValueType::bytes: {
      const auto number = parse_number(value, flag.type == ValueType::bytes);
      if (!number || *number < flag.minimum || *number > flag.maximum) {
        return fail(ErrorKind::invalid_argument, "'{}' is not a {} from {} to {}", value,
                    flag.type == ValueType::bytes ? "size (bytes, or with K, M, G)" : "whole number",
                    flag.minimum, flag.maximum);
      }
      return {};
    }
    case ValueType::text:
    case ValueType::choice:
    case ValueType::list:
    case ValueType::repeat:
      return check_choice(flag, value);
  }
  return {};
}

}  // namespace quarry::cli
