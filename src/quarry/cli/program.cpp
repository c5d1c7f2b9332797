// Binds the table of all subcommands to what runs any table.
#include "quarry/cli/program.h"

#include "quarry/cli/command_run.h"
#include "quarry/cli/commands.h"

namespace quarry::cli {

int run_program(std::span<const std::string> words, const Environment& environment, FileSystem& files,
                Output& out, Output& err) {
  return run_commands(all_commands(), words, environment, files, out, err);
}

}  // namespace quarry::cli
