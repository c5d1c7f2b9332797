// What a subcommand looks like from outside, as data: the one table that parsing, help, the man page, shell
// completions, QUARRY_... variables and the configuration file are all made from.
//
// Everything here is constexpr and points to string literals; a subcommand's file holds its own tables.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::cli {

class Context;

enum class ValueType : std::uint8_t {
  toggle,  // on or off; `--no-x` undoes `--x`, and `--x` undoes `--no-x`
  text,
  number,  // a whole number from Flag::minimum to Flag::maximum
  bytes,   // a number with an optional unit: 500K, 4M, 1G (powers of 1024)
  choice,  // one of Flag::choices
  list,    // several values: the flag repeated, or one value with commas
  repeat,  // several values: the flag repeated (values may hold commas)
};

// What a shell offers after the flag or in the argument's place.
enum class Completion : std::uint8_t { nothing, file, folder, language, choices };

struct Flag {
  std::string_view name = {};  // long name without dashes; also the key of the configuration file
  char letter = 0;             // short name, 0 where there is none
  ValueType type = ValueType::toggle;
  std::string_view value = {};     // what help calls the value ("N", "DIR"); empty for toggles
  std::string_view fallback = {};  // the default as a user would type it; empty: not set
  std::string_view brief = {};     // one line, no full stop
  std::string_view details = {};   // whole sentences for --help and the man page; may be empty
  std::span<const std::string_view> choices = {};
  Completion completion = Completion::nothing;
  std::uint64_t minimum = 0;
  std::uint64_t maximum = std::numeric_limits<std::uint32_t>::max();
};

struct FlagGroup {
  std::string_view heading = {};
  std::span<const Flag* const> flags = {};
};

struct Argument {
  std::string_view name = {};  // "QUERY"
  bool required = true;
  bool repeated = false;
  std::string_view brief = {};
  Completion completion = Completion::nothing;
  std::span<const std::string_view> choices = {};
};

struct Example {
  std::string_view command = {};
  std::string_view meaning = {};
};

// Runs with its flags resolved; answers the exit status, or why it failed.
using Run = Result<int> (*)(Context&);

struct Command {
  std::string_view name = {};
  std::string_view brief = {};    // one line, no full stop
  std::string_view details = {};  // paragraphs, separated by an empty line
  std::span<const Argument> arguments = {};
  std::span<const FlagGroup> groups = {};
  std::span<const Example> examples = {};
  Run run = nullptr;
};

// Exit statuses, as ripgrep's.
inline constexpr int kFound = 0;
inline constexpr int kNothingFound = 1;
inline constexpr int kFailed = 2;

// QUARRY_MAX_FILE_SIZE for "max-file-size".
[[nodiscard]] std::string environment_name(const Flag& flag);

// "vectors" for "no-vectors", "no-quiet" for "quiet": what undoes a toggle.
[[nodiscard]] std::string opposite_name(const Flag& flag);

// Every flag of a command, the general ones (--color, --config ...) last.
[[nodiscard]] std::vector<FlagGroup> groups_of(const Command& command);
[[nodiscard]] std::vector<const Flag*> flags_of(const Command& command);

// What may stand in the place of the flag's value or the argument, for messages and completions; empty:
// anything.
[[nodiscard]] std::vector<std::string_view> known_values(const Flag& flag);
[[nodiscard]] std::vector<std::string_view> known_values(const Argument& argument);

}  // namespace quarry::cli
