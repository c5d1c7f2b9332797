// Typed access to the JSON of model files: every wrong or missing field becomes an error that names it.
//
// For the sources of this folder. Nothing here throws: types are checked before values are taken.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "quarry/base/result.h"

namespace quarry::model {

using Json = nlohmann::json;

// ErrorKind::corrupt where `text` is not one JSON value. The parser keeps no recursion, so depth costs memory
// only.
[[nodiscard]] inline Result<Json> parse_json(std::string_view text) {
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return fail(ErrorKind::corrupt, "not valid JSON, or cut off");
  return value;
}

// The member, or null where it is missing or JSON's null.
[[nodiscard]] inline const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

[[nodiscard]] inline Result<std::string> string_field(const Json& object, const char* key) {
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_string())
    return fail(ErrorKind::corrupt, "\"{}\" must be a string", key);
  return value->get<std::string>();
}

[[nodiscard]] inline Result<std::string> string_field(const Json& object, const char* key,
                                                      std::string absent) {
  if (member(object, key) == nullptr) return absent;
  return string_field(object, key);
}

[[nodiscard]] inline Result<bool> bool_field(const Json& object, const char* key, bool absent) {
  const Json* value = member(object, key);
  if (value == nullptr) return absent;
  if (!value->is_boolean()) return fail(ErrorKind::corrupt, "\"{}\" must be true or false", key);
  return value->get<bool>();
}

[[nodiscard]] inline Result<std::uint64_t> number_field(const Json& object, const char* key,
                                                        std::uint64_t absent) {
  const Json* value = member(object, key);
  if (value == nullptr) return absent;
  if (!value->is_number_unsigned()) return fail(ErrorKind::corrupt, "\"{}\" must be a whole number", key);
  return value->get<std::uint64_t>();
}

}  // namespace quarry::model
