// Fuzzes configuration files: any bytes are settings or an error with its line, and every subcommand resolves
// them so.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "quarry/cli/commands.h"
#include "quarry/cli/config_file.h"
#include "quarry/cli/settings.h"
#include "quarry/index/test_file_systems.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quarry::cli;
  quarry::index::MemoryFileSystem files;
  files.put("/config.yaml", std::string(reinterpret_cast<const char*>(data), size));
  const auto config = read_config(files, "/config.yaml", all_commands());
  if (!config) {
    if (config.error().message.empty()) std::abort();
    return 0;
  }
  const auto no_variables = [](const std::string&) { return std::optional<std::string>(); };
  for (const Command* command : all_commands()) {
    // What read_config accepted is a value of its flag, so it resolves for every subcommand.
    if (!Settings::resolve(*command, {}, no_variables, *config)) std::abort();
  }
  return 0;
}
