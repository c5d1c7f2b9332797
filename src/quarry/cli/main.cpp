// quarry's entry: the process's arguments, variables and descriptors go in, the exit status comes out.
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "quarry/cli/program.h"

int main(int argc, char** argv) {
  // A reader that goes away shows as EPIPE where output is written, and is no error there.
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + (argc > 0 ? argc : 1));
  const quarry::cli::Environment environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  quarry::cli::Output out(STDOUT_FILENO);
  quarry::cli::Output err(STDERR_FILENO);
  return quarry::cli::run_program(words, environment, quarry::posix_file_system(), out, err);
}
