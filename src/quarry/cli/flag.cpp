// Derives from the flag table what must not be written down twice: variable names, opposites, known values.
#include "quarry/cli/flag.h"

#include "quarry/base/ascii.h"
#include "quarry/cli/common_flags.h"
#include "quarry/corpus/language.h"

namespace quarry::cli {
namespace {

std::vector<std::string_view> known_values(Completion completion, std::span<const std::string_view> choices) {
  if (completion != Completion::language) return {choices.begin(), choices.end()};
  std::vector<std::string_view> names;
  for (const auto language : corpus::all_languages()) names.push_back(corpus::name_of(language));
  return names;
}

}  // namespace

std::string environment_name(const Flag& flag) {
  std::string name = "QUARRY_";
  for (const char c : flag.name) {
    name += c == '-' ? '_' : (ascii::is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return name;
}

std::string opposite_name(const Flag& flag) {
  constexpr std::string_view kNo = "no-";
  return flag.name.starts_with(kNo) ? std::string(flag.name.substr(kNo.size()))
                                    : std::string(kNo) + std::string(flag.name);
}

std::vector<FlagGroup> groups_of(const Command& command) {
  std::vector<FlagGroup> groups(command.groups.begin(), command.groups.end());
  groups.push_back(general_flags());
  return groups;
}

std::vector<const Flag*> flags_of(const Command& command) {
  std::vector<const Flag*> flags;
  for (const auto& group : groups_of(command))
    flags.insert(flags.end(), group.flags.begin(), group.flags.end());
  return flags;
}

std::vector<std::string_view> known_values(const Flag& flag) {
  return known_values(flag.completion, flag.choices);
}

std::vector<std::string_view> known_values(const Argument& argument) {
  return known_values(argument.completion, argument.choices);
}

}  // namespace quarry::cli
