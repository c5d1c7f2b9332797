// From words to exit status for any table of subcommands: quarry's own, or the one of a program beside it.
#pragma once

#include <span>
#include <string>

#include "quarry/base/file_system.h"
#include "quarry/cli/flag.h"
#include "quarry/cli/output.h"
#include "quarry/cli/settings.h"

namespace quarry::cli {

// Parses, resolves the settings, runs the subcommand and prints its error. Never throws.
[[nodiscard]] int run_commands(std::span<const Command* const> commands, std::span<const std::string> words,
                               const Environment& environment, FileSystem& files, Output& out, Output& err);

// "0.1.0".
[[nodiscard]] std::string_view program_version();

}  // namespace quarry::cli
