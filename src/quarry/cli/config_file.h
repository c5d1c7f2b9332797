// The user's configuration file: YAML whose keys are the long names of flags.
//
//   color: never            # for every subcommand that has the flag
//   search:                 # for one subcommand; beats the general key
//     limit: 20
//     lang: [python, go]
//
// Only the user's own file is read, never one that lies in a searched repository: nothing there is trusted.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/cli/flag.h"

namespace quarry::cli {

struct ConfigEntry {
  std::string command;  // "" for a general key
  std::string key;
  std::vector<std::string> values;
  int line = 0;  // 1-based
};

struct ConfigFile {
  std::filesystem::path path;  // empty: no file was read
  std::vector<ConfigEntry> entries;

  // The entry of a command's own section, else the general one, else null.
  [[nodiscard]] const ConfigEntry* find(std::string_view command, std::string_view key) const;
};

// ErrorKind::invalid_argument names file, line and key: not YAML, an unknown key (with the nearest known
// one), a value that its flag does not take, a key given twice. ErrorKind::not_found where there is no such
// file.
[[nodiscard]] Result<ConfigFile> read_config(const FileSystem& files, const std::filesystem::path& path,
                                             std::span<const Command* const> commands);

// A file with every key, its meaning and default, all commented out.
[[nodiscard]] std::string default_config(std::span<const Command* const> commands);

}  // namespace quarry::cli
