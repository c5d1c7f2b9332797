// https://json-schema.org/draft/2020-12/json-schema-validation
#include "json_schema.h"

#include <regex>
#include <set>

namespace quarry::tests {
namespace {

using nlohmann::json;

bool has_type(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return false;
}

std::string check_object(const json& schema, const json& value, const std::string& place) {
  for (const auto& name : schema.value("required", json::array())) {
    if (!value.contains(name.get<std::string>())) return place + ": lacks " + name.get<std::string>();
  }
  const auto properties = schema.value("properties", json::object());
  const auto others = schema.value("additionalProperties", json(true));
  for (const auto& [name, member] : value.items()) {
    const auto inner = place + "." + name;
    if (properties.contains(name)) {
      if (auto error = check_schema(properties[name], member, inner); !error.empty()) return error;
    } else if (others.is_object()) {
      if (auto error = check_schema(others, member, inner); !error.empty()) return error;
    } else if (!others.get<bool>()) {
      return inner + ": not in the schema";
    }
  }
  return {};
}

}  // namespace

std::string check_schema(const json& schema, const json& value, const std::string& place) {
  static const std::set<std::string> kKnown{
      "$schema",    "title", "description", "type",    "required", "additionalProperties",
      "properties", "items", "minimum",     "pattern", "enum"};
  for (const auto& [keyword, ignored] : schema.items()) {
    if (!kKnown.contains(keyword)) return place + ": the checker does not know " + keyword;
  }
  if (!has_type(value, schema.value("type", ""))) return place + ": not of type " + schema.value("type", "");
  if (schema.contains("minimum") && value.get<double>() < schema["minimum"].get<double>())
    return place + ": too small";
  if (schema.contains("pattern") &&
      !std::regex_search(value.get<std::string>(), std::regex(schema["pattern"].get<std::string>()))) {
    return place + ": does not match its pattern";
  }
  if (schema.contains("enum") &&
      std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
    return place + ": not one of the values";
  }
  if (value.is_object()) return check_object(schema, value, place);
  if (value.is_array() && schema.contains("items")) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (auto error = check_schema(schema["items"], value[i], place + "[" + std::to_string(i) + "]");
          !error.empty())
        return error;
    }
  }
  return {};
}

}  // namespace quarry::tests
