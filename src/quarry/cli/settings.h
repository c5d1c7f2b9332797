// What holds in the end: every flag of a subcommand with its value and where the value came from.
//
// A flag on the command line beats its QUARRY_... variable, which beats the configuration file, which beats
// the default. Values are checked wherever they come from, and an error names the place.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/cli/command_line.h"
#include "quarry/cli/config_file.h"
#include "quarry/cli/flag.h"

namespace quarry::cli {

// A variable of the process's environment, or nothing; tests give their own.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

enum class Origin : std::uint8_t { fallback, config, environment, command_line };

struct Setting {
  std::vector<std::string> values;  // empty: not set
  Origin origin = Origin::fallback;
  std::string place;  // "--limit", "QUARRY_LIMIT", "/home/a/.config/quarry/config.yaml:3"; "default"
};

class Settings {
 public:
  [[nodiscard]] static Result<Settings> resolve(const Command& command, const GivenFlags& given,
                                                const Environment& environment, const ConfigFile& config);

  // Each needs a flag of the command that was resolved; another one reads as not set.
  [[nodiscard]] const Setting& setting(const Flag& flag) const;
  [[nodiscard]] bool is_set(const Flag& flag) const;           // by anything but its default
  [[nodiscard]] bool on(const Flag& flag) const;               // a toggle
  [[nodiscard]] std::string text(const Flag& flag) const;      // "" where not set
  [[nodiscard]] std::uint64_t number(const Flag& flag) const;  // numbers and sizes; 0 where not set
  [[nodiscard]] const std::vector<std::string>& list(const Flag& flag) const;

 private:
  std::map<const Flag*, Setting> settings_;
};

}  // namespace quarry::cli
