#include "quarry/server/mcp/arguments.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace quarry::server::mcp {

const Json* Arguments::take(std::string_view name) {
  taken_.push_back(name);
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

Result<std::optional<std::string>> Arguments::text(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return fail(ErrorKind::invalid_argument, "{} must be a string", name);
  return value->get<std::string>();
}

Result<std::string> Arguments::required_text(std::string_view name) {
  QUARRY_TRY(auto value, text(name));
  if (!value || value->empty()) return fail(ErrorKind::invalid_argument, "{} is missing: a string", name);
  return *std::move(value);
}

Result<std::optional<std::uint64_t>> Arguments::number(std::string_view name, std::uint64_t least,
                                                       std::uint64_t most) {
  const Json* value = take(name);
  if (value == nullptr) return std::nullopt;
  const bool whole =
      value->is_number_unsigned() || (value->is_number_integer() && value->get<std::int64_t>() >= 0);
  if (!whole || value->get<std::uint64_t>() < least || value->get<std::uint64_t>() > most) {
    return fail(ErrorKind::invalid_argument, "{} must be a whole number from {} to {}", name, least, most);
  }
  return value->get<std::uint64_t>();
}

Result<bool> Arguments::flag(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) return fail(ErrorKind::invalid_argument, "{} must be true or false", name);
  return value->get<bool>();
}

Result<std::vector<std::string>> Arguments::texts(std::string_view name) {
  const Json* value = take(name);
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (value->is_string()) {
    texts.push_back(value->get<std::string>());
    return texts;
  }
  const bool fits =
      value->is_array() && std::ranges::all_of(*value, [](const Json& item) { return item.is_string(); });
  if (!fits) return fail(ErrorKind::invalid_argument, "{} must be a string or a list of strings", name);
  for (const Json& item : *value) texts.push_back(item.get<std::string>());
  return texts;
}

Status Arguments::finish() const {
  for (const auto& [name, value] : object_.items()) {
    if (std::ranges::find(taken_, std::string_view(name)) == taken_.end()) {
      return fail(ErrorKind::invalid_argument, "unknown argument \"{}\"; this tool takes {}",
                  name.substr(0, 100), fmt::join(taken_, ", "));
    }
  }
  return {};
}

}  // namespace quarry::server::mcp
