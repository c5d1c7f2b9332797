// argv becomes an Invocation: which subcommand, which flags with which words, which arguments. Nothing is
// resolved yet.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/cli/flag.h"

namespace quarry::cli {

enum class HelpRequest : std::uint8_t { none, brief, full };

using GivenFlags = std::map<const Flag*, std::vector<std::string>>;  // toggles: "true" or "false"; in order

struct Invocation {
  const Command* command = nullptr;  // null: no subcommand was named
  HelpRequest help = HelpRequest::none;
  bool version = false;
  GivenFlags flags;
  std::vector<std::string> arguments;
};

// `words` without the program's name. ErrorKind::invalid_argument names the word, and the nearest known one.
// The number of arguments is checked unless help was asked for.
[[nodiscard]] Result<Invocation> parse_command_line(std::span<const Command* const> commands,
                                                    std::span<const std::string> words);

}  // namespace quarry::cli
