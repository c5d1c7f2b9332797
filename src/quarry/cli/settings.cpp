// Resolves flags, variables, configuration and defaults into one value a flag.
#include "quarry/cli/settings.h"

#include <algorithm>

#include "quarry/cli/flag_value.h"

namespace quarry::cli {
namespace {

// Splits and checks; a flag that holds one value keeps the last.
Result<Setting> accept(const Flag& flag, const std::vector<std::string>& words, Origin origin,
                       std::string place) {
  Setting setting{{}, origin, std::move(place)};
  for (const auto& word : words) {
    for (auto& value : split_value(flag, word)) {
      if (auto status = check_value(flag, value); !status) return fail_in(setting.place, status.error());
      setting.values.push_back(std::move(value));
    }
  }
  const bool several = flag.type == ValueType::list || flag.type == ValueType::repeat;
  if (!several && setting.values.size() > 1) setting.values = {std::move(setting.values.back())};
  return setting;
}

// What stands at the top of a configuration was checked when it was read. Where a subcommand has a flag of
// that name with other choices (`search --format json`, `export --format onnx`), it is not meant for it.
bool concerns(const ConfigEntry& entry, const Flag& flag) {
  if (!entry.command.empty() || flag.type != ValueType::choice) return true;
  return std::ranges::all_of(entry.values,
                             [&](const auto& value) { return check_value(flag, value).has_value(); });
}

}  // namespace

Result<Settings> Settings::resolve(const Command& command, const GivenFlags& given,
                                   const Environment& environment, const ConfigFile& config) {
  Settings settings;
  for (const auto* flag : flags_of(command)) {
    auto& setting = settings.settings_[flag];
    setting.place = "default";
    if (!flag->fallback.empty()) setting.values = {std::string(flag->fallback)};

    if (const auto found = given.find(flag); found != given.end()) {
      QUARRY_TRY(setting,
                 accept(*flag, found->second, Origin::command_line, fmt::format("--{}", flag->name)));
    } else if (const auto variable = environment(environment_name(*flag)); variable && !variable->empty()) {
      QUARRY_TRY(setting, accept(*flag, {*variable}, Origin::environment, environment_name(*flag)));
    } else if (const auto* entry = config.find(command.name, flag->name);
               entry != nullptr && concerns(*entry, *flag)) {
      QUARRY_TRY(setting, accept(*flag, entry->values, Origin::config,
                                 fmt::format("{}:{}: {}", config.path.string(), entry->line, entry->key)));
    }
  }
  return settings;
}

const Setting& Settings::setting(const Flag& flag) const {
  static const Setting kNotSet;
  const auto found = settings_.find(&flag);
  return found == settings_.end() ? kNotSet : found->second;
}

bool Settings::is_set(const Flag& flag) const {
  return setting(flag).origin != Origin::fallback;
}

bool Settings::on(const Flag& flag) const {
  const auto& values = setting(flag).values;
  return !values.empty() && parse_toggle(values.front()).value_or(false);
}

std::string Settings::text(const Flag& flag) const {
  const auto& values = setting(flag).values;
  return values.empty() ? std::string{} : values.front();
}

std::uint64_t Settings::number(const Flag& flag) const {
  return parse_number(text(flag), flag.type == ValueType::bytes).value_or(0);
}

const std::vector<std::string>& Settings::list(const Flag& flag) const {
  return setting(flag).values;
}

}  // namespace quarry::cli
