// Members of a record in JSON that may be missing: files of judgments name what they know.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace quarry::evaluation {

// "" where there is no such member, or no text.
[[nodiscard]] inline std::string text_field(const nlohmann::json& record, const char* key) {
  const auto at = record.find(key);
  return at != record.end() && at->is_string() ? at->get<std::string>() : std::string();
}

// The number of a line, from 1; 0 where there is no such member, or nothing that a line may have for a
// number.
[[nodiscard]] inline std::uint32_t line_field(const nlohmann::json& record, const char* key) {
  const auto at = record.find(key);
  if (at == record.end() || !at->is_number_unsigned()) return 0;
  const auto line = at->get<std::uint64_t>();
  return line <= std::numeric_limits<std::uint32_t>::max() ? static_cast<std::uint32_t>(line) : 0;
}

}  // namespace quarry::evaluation
