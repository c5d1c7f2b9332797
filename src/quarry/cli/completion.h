// Completion scripts for bash, zsh and fish, made from the flag table.
#pragma once

#include <span>
#include <string>

#include "quarry/cli/flag.h"

namespace quarry::cli {

[[nodiscard]] std::string bash_completion(std::span<const Command* const> commands);
[[nodiscard]] std::string zsh_completion(std::span<const Command* const> commands);
[[nodiscard]] std::string fish_completion(std::span<const Command* const> commands);

}  // namespace quarry::cli
