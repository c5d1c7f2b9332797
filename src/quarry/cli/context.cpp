// Notes go to standard error at once, so that they stand in order with what a terminal shows.
#include "quarry/cli/context.h"

#include "quarry/cli/common_flags.h"

namespace quarry::cli {
namespace {

void print(Output& err, std::string_view prefix, const std::string& line) {
  err.write(fmt::format("{}{}\n", prefix, harmless(line)));
  err.flush();
}

}  // namespace

Context::Context(const Command& command_in, Settings settings_in, std::vector<std::string> arguments_in,
                 const ConfigFile& config_in, Environment environment_in, FileSystem& files_in,
                 Output& out_in, Output& err_in)
    : command(command_in),
      settings(std::move(settings_in)),
      arguments(std::move(arguments_in)),
      config(config_in),
      environment(std::move(environment_in)),
      files(files_in),
      out(out_in),
      err(err_in),
      terminal(detect_terminal(out.descriptor(), settings.text(kColor), environment)),
      error_terminal(detect_terminal(err.descriptor(), settings.text(kColor), environment)) {}

void Context::note(const std::string& line) const {
  if (!settings.on(kQuiet)) print(err, "", line);
}

void Context::detail(const std::string& line) const {
  if (settings.on(kVerbose)) print(err, "", line);
}

void Context::warn(const std::string& line) const {
  print(err, "quarry: warning: ", line);
}

}  // namespace quarry::cli
