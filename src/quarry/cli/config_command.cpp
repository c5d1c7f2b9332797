// quarry config: which settings hold and where they come from.
#include <fmt/ranges.h>

#include <algorithm>

#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/context.h"
#include "quarry/cli/user_folders.h"

namespace quarry::cli {
namespace {

constexpr Flag kDefaults{.name = "defaults",
                         .brief = "Print a configuration file with every key, commented out"};
constexpr std::array kConfigFlags{&kDefaults};
constexpr std::array kGroups{FlagGroup{"Output", kConfigFlags}};
constexpr std::array kArguments{
    Argument{.name = "SUBCOMMAND", .required = false, .brief = "Show the settings of this subcommand only"}};
constexpr std::array kExamples{
    Example{"quarry config search", "What holds for `quarry search`, and where it was set."},
    Example{"quarry config --defaults > ~/.config/quarry/config.yaml", "Start a configuration file."}};

Status print_settings(Context& context, const Command& command) {
  // --color, --config and the like were given to `quarry config` itself and hold for what it shows.
  QUARRY_TRY(const auto settings, Settings::resolve(command, {}, context.environment, context.config));
  context.out.write(
      fmt::format("{}\n", context.terminal.paint(Style::heading, fmt::format("{}:", command.name))));
  for (const auto* flag : flags_of(command)) {
    const auto& setting = settings.setting(*flag);
    auto value = fmt::format("{}", fmt::join(setting.values, ", "));
    if (setting.values.size() > 1) value = fmt::format("[{}]", value);
    if (value.empty() && flag->type == ValueType::toggle) value = "false";
    const auto line = fmt::format("  {}: {}", flag->name, harmless(value));
    const bool set = setting.origin != Origin::fallback;
    context.out.write(fmt::format(
        "{:<40} {}\n", line,
        context.terminal.paint(set ? Style::good : Style::faint, "# " + harmless(setting.place))));
  }
  return {};
}

Result<int> run_config(Context& context) {
  if (context.settings.on(kDefaults)) {
    context.out.write(default_config(all_commands()));
    return kFound;
  }
  const auto file =
      context.config.path.empty()
          ? fmt::format("none (looked for {})",
                        (user_folder(UserFolder::config, context.environment) / "config.yaml").string())
          : context.config.path.string();
  context.out.write(fmt::format("# configuration file: {}\n", harmless(file)));
  bool found = false;
  for (const auto* command : all_commands()) {
    if (!context.arguments.empty() && context.arguments[0] != command->name) continue;
    found = true;
    QUARRY_CHECK(print_settings(context, *command));
  }
  if (!found)
    return fail(ErrorKind::invalid_argument, "config: unknown subcommand '{}'", context.arguments[0]);
  return kFound;
}

}  // namespace

const Command kConfigCommand{
    .name = "config",
    .brief = "Show the settings that hold and where they come from",
    .details =
        "Settings come from $XDG_CONFIG_HOME/quarry/config.yaml and from QUARRY_... variables; both use the "
        "long names "
        "of flags. A key at the top of the file holds for every subcommand with that flag, a key in a "
        "section named "
        "after a subcommand for it alone. Unknown keys and wrong values are errors that name the line.",
    .arguments = kArguments,
    .groups = kGroups,
    .examples = kExamples,
    .run = run_config};

}  // namespace quarry::cli
