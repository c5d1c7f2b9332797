#include "quarry/cli/companion_program.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "quarry/cli/command_run.h"
#include "quarry/cli/common_flags.h"

namespace quarry::cli {

namespace fs = std::filesystem;

Result<fs::path> companion_path(const Context& context, const Companion& companion) {
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  std::vector<fs::path> places;
  if (!error) {
    places.push_back(folder / companion.program);
    places.push_back(folder.parent_path() / "libexec" / "quarry" / companion.program);
    // In the build folder each program lies with its sources.
    places.push_back(folder / "src/quarry/cli/train_program" / companion.program);
    places.push_back(folder / "src/quarry/cli/export_program" / companion.program);
  }
  const std::string path = context.environment("PATH").value_or("");
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (part.starts_with('/')) places.push_back(fs::path(part) / companion.program);
  }
  for (const fs::path& place : places) {
    const auto status = context.files.status(place);
    if (status && status->type == FileType::regular && status->executable) return place;
  }
  return fail(ErrorKind::not_found,
              "{} is a program of its own, and it is not installed: neither beside quarry nor in {} nor on "
              "PATH. It is {}; "
              "packages have it as {}",
              companion.program, (folder.parent_path() / "libexec" / "quarry").string(), companion.built,
              companion.package);
}

std::vector<std::string> words_of(const Context& context) {
  std::vector<std::string> words;
  for (const Flag* flag : flags_of(context.command)) {
    // What comes from the configuration file is handed over as a word; the file is not.
    if (flag == &kConfig || !context.settings.is_set(*flag)) continue;
    if (flag->type == ValueType::toggle) {
      words.push_back("--" + (context.settings.on(*flag) ? std::string(flag->name) : opposite_name(*flag)));
      continue;
    }
    for (const std::string& value : context.settings.setting(*flag).values)
      words.push_back(fmt::format("--{}={}", flag->name, value));
  }
  words.emplace_back("--");
  words.insert(words.end(), context.arguments.begin(), context.arguments.end());
  return words;
}

Result<int> become(const Context& context, const Companion& companion) {
  QUARRY_TRY(const fs::path program, companion_path(context, companion));
  std::vector<std::string> words = words_of(context);
  words.insert(words.begin(), std::string(companion.program));
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  context.out.flush();
  std::signal(SIGPIPE, SIG_DFL);
  ::execv(program.c_str(), pointers.data());
  return fail(ErrorKind::io, "cannot run {}: {}", program.string(), std::strerror(errno));
}

int companion_main(const Command& command, int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> words(argv + 1, argv + (argc > 0 ? argc : 1));
  const bool asks_for_version = words.size() == 1 && words[0] == "--version";
  if (!asks_for_version) words.insert(words.begin(), std::string(command.name));
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == environment_name(kConfig)) return "";
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  const std::array commands{&command};
  Output out(STDOUT_FILENO);
  Output err(STDERR_FILENO);
  return run_commands(commands, words, environment, posix_file_system(), out, err);
}

}  // namespace quarry::cli
