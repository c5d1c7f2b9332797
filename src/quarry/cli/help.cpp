// Renders the flag table for a person at a terminal.
#include "quarry/cli/help.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "quarry/cli/common_flags.h"
#include "quarry/cli/text_layout.h"

namespace quarry::cli {

const std::string_view kProgramBrief = "find code by describing what it does";
const std::string_view kExitStatus =
    "0 when something was found or done, 1 when a search found nothing, 2 after an error, 130 when it was "
    "interrupted. A "
    "reader of the output that goes away early (`| head`) is no error.";
const std::string_view kFilesAndVariables =
    "Every flag can also be set by a variable (QUARRY_LIMIT for --limit) and in "
    "$XDG_CONFIG_HOME/quarry/config.yaml "
    "(`limit: 20`), by its long name. A flag beats its variable, which beats the file, which beats the "
    "default. `quarry "
    "config` shows what holds and why. Indexes and clones lie below $XDG_CACHE_HOME/quarry and may be "
    "deleted at any time. Clones over HTTPS trust the certificates in $GIT_SSL_CAINFO or $SSL_CERT_FILE, "
    "where one is "
    "set, instead of the system's.";
const std::string_view kInlineFilters =
    "A query may hold filters: `lang:go path:net/ kind:method repo:moby retry with backoff`.";

namespace {

constexpr std::size_t kDefaultWidth = 100;
constexpr std::size_t kWidest = 110;

std::size_t width_for(const Terminal& terminal) {
  return terminal.width == 0 ? kDefaultWidth : std::clamp<std::size_t>(terminal.width, 50, kWidest);
}

void append_heading(std::string& text, const Terminal& terminal, std::string_view heading) {
  text += fmt::format("\n{}\n", terminal.paint(Style::heading, heading));
}

// Two columns: the left one as wide as its widest entry.
struct Row {
  std::string left;
  std::string right;
};

void append_rows(std::string& text, const std::vector<Row>& rows, std::size_t left, std::size_t width) {
  for (const auto& row : rows) {
    const auto wrapped = wrap(row.right, width, left + 4);
    text += fmt::format("  {:<{}}  {}", row.left, left,
                        wrapped.empty() ? "\n" : std::string_view(wrapped).substr(left + 4));
  }
}

std::string brief_of(const Flag& flag) {
  if (flag.fallback.empty()) return std::string(flag.brief);
  return fmt::format("{} [{}]", flag.brief, flag.fallback);
}

void append_brief_flags(std::string& text, const Command& command, const Terminal& terminal) {
  std::size_t left = 0;
  for (const auto* flag : flags_of(command)) left = std::max(left, spelling(*flag).size());
  for (const auto& group : command.groups) {
    append_heading(text, terminal, group.heading);
    std::vector<Row> rows;
    for (const auto* flag : group.flags) rows.push_back({spelling(*flag), brief_of(*flag)});
    append_rows(text, rows, left, width_for(terminal));
  }
}

void append_full_flags(std::string& text, const Command& command, const Terminal& terminal) {
  const auto width = width_for(terminal);
  for (const auto& group : groups_of(command)) {
    append_heading(text, terminal, group.heading);
    for (const auto* flag : group.flags) {
      text += fmt::format("  {}\n", terminal.paint(Style::name, spelling(*flag)));
      text += wrap(fmt::format("{}. {}", flag->brief, flag->details), width, 6);
      std::string facts = fmt::format("Variable: {}.", environment_name(*flag));
      if (!flag->fallback.empty()) facts = fmt::format("Default: {}. {}", flag->fallback, facts);
      if (flag->type == ValueType::toggle) facts += fmt::format(" Undone by --{}.", opposite_name(*flag));
      if (flag->type == ValueType::repeat || flag->type == ValueType::list) facts += " May be repeated.";
      text += fmt::format("      {}\n\n", terminal.paint(Style::faint, facts));
    }
    text.pop_back();
  }
}

}  // namespace

std::string spelling(const Flag& flag) {
  std::string text = flag.letter == 0 ? "    " : fmt::format("-{}, ", flag.letter);
  text += fmt::format("--{}", flag.name);
  if (!flag.value.empty()) text += fmt::format(" {}", flag.value);
  return text;
}

std::string synopsis(const Command& command) {
  std::string text = fmt::format("quarry {} [FLAGS]", command.name);
  for (const auto& argument : command.arguments) {
    const auto name = fmt::format("{}{}", argument.name, argument.repeated ? " ..." : "");
    text += argument.required ? fmt::format(" {}", name) : fmt::format(" [{}]", name);
  }
  return text;
}

std::string program_help(std::span<const Command* const> commands, bool full, const Terminal& terminal) {
  const auto width = width_for(terminal);
  std::string text = fmt::format("{}: {}\n", terminal.paint(Style::heading, "quarry"), kProgramBrief);
  text += "\n  quarry search \"where are expired cookies dropped\"\n";
  append_heading(text, terminal, "Subcommands");
  std::size_t left = 0;
  for (const auto* command : commands) left = std::max(left, command->name.size());
  std::vector<Row> rows;
  for (const auto* command : commands)
    rows.push_back({std::string(command->name), std::string(command->brief)});
  append_rows(text, rows, left, width);
  if (full) {
    append_heading(text, terminal, "Queries");
    text += wrap(kInlineFilters, width, 2);
    append_heading(text, terminal, "Configuration and files");
    text += wrap(kFilesAndVariables, width, 2);
    append_heading(text, terminal, "Exit status");
    text += wrap(kExitStatus, width, 2);
  }
  text +=
      "\n`quarry SUBCOMMAND -h` shows its flags, `quarry SUBCOMMAND --help` explains them, `quarry "
      "--version` the version.\n";
  return text;
}

std::string command_help(const Command& command, bool full, const Terminal& terminal) {
  const auto width = width_for(terminal);
  std::string text =
      fmt::format("{}: {}\n\n  {}\n", terminal.paint(Style::heading, fmt::format("quarry {}", command.name)),
                  command.brief, synopsis(command));
  if (full) {
    for_each_paragraph(command.details, [&](std::string_view paragraph) {
      text += fmt::format("\n{}", wrap(paragraph, width, 0));
    });
  }
  if (!command.arguments.empty()) {
    append_heading(text, terminal, "Arguments");
    std::vector<Row> rows;
    std::size_t left = 0;
    for (const auto& argument : command.arguments) {
      rows.push_back({std::string(argument.name), std::string(argument.brief)});
      left = std::max(left, argument.name.size());
    }
    append_rows(text, rows, left, width);
  }
  if (full) {
    append_full_flags(text, command, terminal);
    append_heading(text, terminal, "Examples");
    for (const auto& example : command.examples) {
      text += fmt::format("  {}\n{}", example.command, wrap(example.meaning, width, 6));
    }
    append_heading(text, terminal, "Exit status");
    text += wrap(kExitStatus, width, 2);
  } else {
    append_brief_flags(text, command, terminal);
    std::vector<std::string> everywhere;
    for (const auto* flag : general_flags().flags) everywhere.push_back(fmt::format("--{}", flag->name));
    text +=
        fmt::format("\n{}", wrap(fmt::format("Everywhere: {}. --help explains the flags and shows examples.",
                                             fmt::join(everywhere, ", ")),
                                 width, 0));
  }
  return text;
}

}  // namespace quarry::cli
