#include "quarry/training/tuning_space.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace quarry::training {
namespace {

Status known_keys(const YAML::Node& node, const std::string& where,
                  std::initializer_list<std::string_view> known) {
  if (!node.IsMap()) return fail(ErrorKind::invalid_argument, "{}: not a mapping", where);
  for (const auto& entry : node) {
    const auto key = entry.first.as<std::string>();
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return fail(ErrorKind::invalid_argument, "{}: unknown key \"{}\"", where, key);
    }
  }
  return {};
}

Result<TunedKey> read_key(const std::string& name, const YAML::Node& node) {
  const auto wrong = [&](std::string_view why) {
    return fail(ErrorKind::invalid_argument, "parameters.{}: {}", name, why);
  };
  QUARRY_CHECK(known_keys(node, "parameters." + name, {"min", "max", "step", "scale", "type", "choices"}));
  TunedKey key;
  key.name = name;
  if (const YAML::Node choices = node["choices"]; choices) {
    if (!choices.IsSequence() || choices.size() < 2 || node.size() != 1) {
      return wrong("choices are a list of two values or more, alone");
    }
    key.kind = TunedKey::Kind::choice;
    for (const auto& choice : choices) key.choices.push_back(choice.as<std::string>());
    return key;
  }
  if (!node["min"] || !node["max"]) return wrong("min and max, or choices, wanted");
  key.low = node["min"].as<double>();
  key.high = node["max"].as<double>();
  if (!(key.low < key.high)) return wrong("min is not below max");
  if (node["step"]) key.step = node["step"].as<double>();
  if (key.step < 0 || key.step > key.high - key.low) return wrong("step is larger than the range");
  const auto type = node["type"].as<std::string>("double");
  if (type != "double" && type != "int") return wrong("type is double or int");
  if (type == "int") key.kind = TunedKey::Kind::integer;
  const auto scale = node["scale"].as<std::string>("linear");
  if (scale != "linear" && scale != "log") return wrong("scale is linear or log");
  key.logarithmic = scale == "log";
  if (key.logarithmic && key.low <= 0) return wrong("min must be above 0 on a logarithmic scale");
  return key;
}

Result<TuningSpace> read_space(const YAML::Node& root) {
  QUARRY_CHECK(known_keys(root, "search space", {"objective", "parameters"}));
  if (!root["objective"] || !root["parameters"]) {
    return fail(ErrorKind::invalid_argument, "objective and parameters wanted");
  }
  TuningSpace space;
  const YAML::Node objective = root["objective"];
  QUARRY_CHECK(known_keys(objective, "objective", {"metric", "goal"}));
  space.metric = objective["metric"].as<std::string>("");
  const auto goal = objective["goal"].as<std::string>("maximize");
  if (space.metric.empty()) return fail(ErrorKind::invalid_argument, "objective.metric: a name wanted");
  if (goal != "maximize" && goal != "minimize") {
    return fail(ErrorKind::invalid_argument, "objective.goal is maximize or minimize");
  }
  space.maximize = goal == "maximize";
  if (!root["parameters"].IsMap() || root["parameters"].size() == 0) {
    return fail(ErrorKind::invalid_argument, "parameters: nothing to change");
  }
  for (const auto& entry : root["parameters"]) {
    QUARRY_TRY(TunedKey key, read_key(entry.first.as<std::string>(), entry.second));
    space.keys.push_back(std::move(key));
  }
  return space;
}

}  // namespace

std::string TunedKey::text_of(double coordinate) const {
  if (kind == Kind::choice) {
    const auto last = static_cast<double>(choices.size() - 1);
    return choices[static_cast<std::size_t>(std::clamp(std::round(coordinate), 0.0, last))];
  }
  const double share = std::clamp(coordinate, 0.0, 1.0);
  double value = logarithmic ? std::exp(std::log(low) + share * (std::log(high) - std::log(low)))
                             : low + share * (high - low);
  const double grid = step > 0 ? step : kind == Kind::integer ? 1 : 0;
  if (grid > 0) value = low + std::round((value - low) / grid) * grid;
  if (value > high) value -= grid;
  if (kind == Kind::integer) return fmt::format("{}", std::llround(value));
  return fmt::format("{:.6g}", value);
}

Result<TuningSpace> parse_tuning_space(const std::string& yaml) {
  try {
    return read_space(YAML::Load(yaml));
  } catch (const YAML::Exception& error) {
    return fail(ErrorKind::invalid_argument, "line {}: {}", error.mark.line + 1, error.msg);
  }
}

std::string canonical_text(const TuningSpace& space) {
  std::string text = fmt::format("{} {}", space.maximize ? "maximize" : "minimize", space.metric);
  for (const TunedKey& key : space.keys) {
    text += fmt::format("; {} {} {} {} {} {}", key.name, static_cast<int>(key.kind), key.low, key.high,
                        key.step, key.logarithmic ? "log" : "linear");
    for (const std::string& choice : key.choices) text += " " + choice;
  }
  return text;
}

}  // namespace quarry::training
