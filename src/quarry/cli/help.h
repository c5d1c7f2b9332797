// Help from the flag table: one screen for -h, paragraphs and examples for --help.
#pragma once

#include <span>
#include <string>

#include "quarry/cli/flag.h"
#include "quarry/cli/terminal.h"

namespace quarry::cli {

// Of the program.
[[nodiscard]] std::string program_help(std::span<const Command* const> commands, bool full,
                                       const Terminal& terminal);
// Of one subcommand.
[[nodiscard]] std::string command_help(const Command& command, bool full, const Terminal& terminal);

// "quarry search [FLAGS] QUERY [PATH]".
[[nodiscard]] std::string synopsis(const Command& command);
// "-n, --limit N".
[[nodiscard]] std::string spelling(const Flag& flag);

// What the man page and the long help say around the flags.
extern const std::string_view kProgramBrief;
extern const std::string_view kExitStatus;
extern const std::string_view kFilesAndVariables;
extern const std::string_view kInlineFilters;

}  // namespace quarry::cli
