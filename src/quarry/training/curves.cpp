#include "quarry/training/curves.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace quarry::training {

void Curves::forget_after(std::uint64_t step) {
  for (auto& [name, points] : curves_) {
    std::erase_if(points, [step](const auto& point) { return point.first > step; });
  }
}

std::string Curves::to_json_lines() const {
  std::string text;
  for (const auto& [name, points] : curves_) {
    for (const auto& [step, value] : points) {
      text += nlohmann::ordered_json{{"name", name}, {"step", step}, {"value", value}}.dump() + '\n';
    }
  }
  return text;
}

Result<Curves> Curves::parse(std::string_view json_lines) {
  Curves curves;
  for (std::size_t number = 1; !json_lines.empty(); ++number) {
    const std::string_view line = json_lines.substr(0, json_lines.find('\n'));
    json_lines.remove_prefix(std::min(json_lines.size(), line.size() + 1));
    const auto json = nlohmann::json::parse(line, nullptr, false);
    const bool whole = json.is_object() && json.contains("name") && json["name"].is_string() &&
                       json.contains("step") && json["step"].is_number_unsigned() && json.contains("value") &&
                       json["value"].is_number();
    if (!whole) return fail(ErrorKind::corrupt, "line {}: not a measurement", number);
    curves.add(json["name"].get<std::string>(), json["step"].get<std::uint64_t>(),
               json["value"].get<double>());
  }
  return curves;
}

}  // namespace quarry::training
