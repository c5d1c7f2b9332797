// Decides in one place what an error looks like and which exit status it becomes.
#include "quarry/cli/command_run.h"

#include <exception>

#include "quarry/cli/command_line.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/context.h"
#include "quarry/cli/help.h"
#include "quarry/cli/interruption.h"
#include "quarry/cli/user_folders.h"

namespace quarry::cli {
namespace {

// The configuration to read: --config, QUARRY_CONFIG, or the user's own, which may be absent.
Result<ConfigFile> load_config(std::span<const Command* const> commands, const Invocation& invocation,
                               const Environment& environment, const FileSystem& files) {
  std::optional<std::string> named;
  if (const auto given = invocation.flags.find(&kConfig); given != invocation.flags.end()) {
    named = given->second.back();
  } else {
    named = environment(environment_name(kConfig));
  }
  if (named) {
    if (named->empty()) return ConfigFile{};
    return read_config(files, *named, commands);
  }
  const auto path = user_folder(UserFolder::config, environment);
  if (path.empty()) return ConfigFile{};
  auto config = read_config(files, path / "config.yaml", commands);
  if (!config && config.error().kind == ErrorKind::not_found) return ConfigFile{};
  return config;
}

Result<int> run(std::span<const Command* const> commands, std::span<const std::string> words,
                const Environment& environment, FileSystem& files, Output& out, Output& err) {
  QUARRY_TRY(auto invocation, parse_command_line(commands, words));
  if (invocation.version) {
    out.write(fmt::format("quarry {}\n", program_version()));
    return kFound;
  }
  if (invocation.help != HelpRequest::none || invocation.command == nullptr) {
    const auto terminal = detect_terminal(out.descriptor(), "auto", environment);
    const bool full = invocation.help == HelpRequest::full;
    out.write(invocation.command == nullptr ? program_help(commands, full, terminal)
                                            : command_help(*invocation.command, full, terminal));
    return kFound;
  }
  QUARRY_TRY(const auto config, load_config(commands, invocation, environment, files));
  QUARRY_TRY(auto settings, Settings::resolve(*invocation.command, invocation.flags, environment, config));
  Context context(*invocation.command, std::move(settings), std::move(invocation.arguments), config,
                  environment, files, out, err);
  return invocation.command->run(context);
}

int report(const Error& error, const Terminal& terminal, Output& err) {
  if (error.kind == ErrorKind::cancelled && Interruption::signal() != 0) {
    err.write(fmt::format("quarry: {}\n", harmless(error.message)));
    return 128 + Interruption::signal();
  }
  err.write(fmt::format("{} {}\n", terminal.paint(Style::bad, "quarry:"), harmless(error.message)));
  return kFailed;
}

}  // namespace

std::string_view program_version() {
  return QUARRY_VERSION;
}

int run_commands(std::span<const Command* const> commands, std::span<const std::string> words,
                 const Environment& environment, FileSystem& files, Output& out, Output& err) {
  const auto terminal = detect_terminal(err.descriptor(), "auto", environment);
  int status = kFailed;
  try {
    const auto result = run(commands, words, environment, files, out, err);
    out.flush();
    status = result ? *result : report(result.error(), terminal, err);
    if (!out.status()) status = report(out.status().error(), terminal, err);
  } catch (
      const std::exception& error) {  // out of memory, or a library's defect: still a sentence and a status
    out.flush();
    status = report({ErrorKind::io, fmt::format("unexpected failure: {}", error.what())}, terminal, err);
  }
  err.flush();
  return status;
}

}  // namespace quarry::cli
