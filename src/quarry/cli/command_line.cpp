// Feeds the flag table of one subcommand to CLI11 and collects what it found.
#include "quarry/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "quarry/cli/suggestion.h"

namespace quarry::cli {
namespace {

constexpr int kManyTimes = CLI::detail::expected_max_vector_size;

std::string names_of(const Flag& flag) {
  std::string names = flag.letter == 0 ? "" : fmt::format("-{},", flag.letter);
  names += fmt::format("--{}", flag.name);
  if (flag.type == ValueType::toggle) names += fmt::format(",!--{}", opposite_name(flag));
  return names;
}

CLI::Option* add(CLI::App& app, const Flag& flag) {
  if (flag.type == ValueType::toggle) {
    return app.add_flag(names_of(flag))->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  // A flag takes exactly one word and may be repeated; the last one, or all of them, count.
  return app.add_option(names_of(flag))
      ->expected(1, kManyTimes)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

tl::unexpected<Error> unknown_flag(const Command& command, std::string_view word) {
  const auto typed = word.substr(0, word.find('='));
  std::vector<std::string> names{"--help"};
  for (const auto* flag : flags_of(command)) names.push_back(fmt::format("--{}", flag->name));
  const std::vector<std::string_view> known(names.begin(), names.end());
  return fail(ErrorKind::invalid_argument, "{}: unknown flag '{}'{}; see `quarry {} -h`", command.name, typed,
              did_you_mean(typed, known), command.name);
}

Status check_arguments(const Command& command, const std::vector<std::string>& given) {
  std::size_t required = 0;
  bool unlimited = false;
  for (const auto& argument : command.arguments) {
    if (argument.required) ++required;
    if (argument.repeated) unlimited = true;
  }
  if (given.size() < required) {
    return fail(ErrorKind::invalid_argument, "{}: {} is missing; see `quarry {} -h`", command.name,
                command.arguments[given.size()].name, command.name);
  }
  if (!unlimited && given.size() > command.arguments.size()) {
    return fail(ErrorKind::invalid_argument,
                "{}: '{}' is one argument too many; put words that belong together in quotes", command.name,
                given[command.arguments.size()]);
  }
  return {};
}

Result<Invocation> parse_flags(const Command& command, std::span<const std::string> words) {
  Invocation invocation;
  invocation.command = &command;
  const auto dashes = std::ranges::find(words, "--");
  try {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras();
    const auto* brief = app.add_flag("-h");
    const auto* full = app.add_flag("--help");
    std::vector<std::pair<const Flag*, CLI::Option*>> options;
    for (const auto* flag : flags_of(command)) options.emplace_back(flag, add(app, *flag));

    std::vector<std::string> reversed(std::make_reverse_iterator(dashes), words.rend());
    app.parse(reversed);
    if (full->count() > 0) invocation.help = HelpRequest::full;
    if (brief->count() > 0) invocation.help = HelpRequest::brief;
    for (const auto& [flag, option] : options) {
      if (option->count() > 0) invocation.flags[flag] = option->results();
    }
    for (auto& word : app.remaining()) {
      if (word.size() > 1 && word.front() == '-') return unknown_flag(command, word);
      invocation.arguments.push_back(std::move(word));
    }
  } catch (const CLI::Error& error) {
    return fail(ErrorKind::invalid_argument, "{}: {}; see `quarry {} -h`", command.name, error.what(),
                command.name);
  }
  if (dashes != words.end()) invocation.arguments.insert(invocation.arguments.end(), dashes + 1, words.end());
  if (invocation.help == HelpRequest::none) QUARRY_CHECK(check_arguments(command, invocation.arguments));
  return invocation;
}

}  // namespace

Result<Invocation> parse_command_line(std::span<const Command* const> commands,
                                      std::span<const std::string> words) {
  Invocation invocation;
  if (words.empty() || words[0] == "-h") {
    invocation.help = HelpRequest::brief;
    return invocation;
  }
  const auto& first = words[0];
  if (first == "--help") {
    invocation.help = HelpRequest::full;
    return invocation;
  }
  if (first == "--version" || first == "-V") {
    invocation.version = true;
    return invocation;
  }
  const auto named = [&](std::string_view name) {
    return std::ranges::find_if(commands, [&](const Command* command) { return command->name == name; });
  };
  if (first == "help") {
    invocation.help = HelpRequest::full;
    if (words.size() == 1) return invocation;
  }
  const auto& name = first == "help" ? words[1] : first;
  if (const auto command = named(name); command != commands.end()) {
    if (invocation.help == HelpRequest::none) return parse_flags(**command, words.subspan(1));
    invocation.command = *command;
    return invocation;
  }
  std::vector<std::string_view> known;
  for (const auto* command : commands) known.push_back(command->name);
  if (name.starts_with('-')) {
    return fail(ErrorKind::invalid_argument,
                "flags come after the subcommand: quarry search {} ...; see `quarry -h`", name);
  }
  return fail(ErrorKind::invalid_argument, "unknown subcommand '{}'{}; to search for it: quarry search '{}'",
              name, did_you_mean(name, known), name);
}

}  // namespace quarry::cli
