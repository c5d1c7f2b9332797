// All that a subcommand may touch: its settings and arguments, where it prints, and the files of the machine.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/cli/flag.h"
#include "quarry/cli/output.h"
#include "quarry/cli/settings.h"
#include "quarry/cli/terminal.h"

namespace quarry::cli {

class Context {
 public:
  Context(const Command& command, Settings settings, std::vector<std::string> arguments,
          const ConfigFile& config, Environment environment, FileSystem& files, Output& out, Output& err);

  const Command& command;
  const Settings settings;
  const std::vector<std::string> arguments;
  const ConfigFile& config;
  const Environment environment;
  FileSystem& files;
  Output& out;
  Output& err;
  const Terminal terminal;        // of out
  const Terminal error_terminal;  // of err

  // A line for the user beside the result, on err; note() is silent with --quiet, detail() needs --verbose.
  void note(const std::string& line) const;
  void detail(const std::string& line) const;
  void warn(const std::string& line) const;
};

}  // namespace quarry::cli
