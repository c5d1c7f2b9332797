// The whole program but for main(): words in, exit status out.
#pragma once

#include <span>
#include <string>

#include "quarry/base/file_system.h"
#include "quarry/cli/output.h"
#include "quarry/cli/settings.h"

namespace quarry::cli {

// Parses, resolves the settings, runs the subcommand and prints its error. Never throws. `words` without the
// program's name.
[[nodiscard]] int run_program(std::span<const std::string> words, const Environment& environment,
                              FileSystem& files, Output& out, Output& err);

}  // namespace quarry::cli
