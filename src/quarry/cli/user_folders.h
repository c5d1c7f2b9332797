// The XDG base folders of the user, with Quarry's name below them.
#pragma once

#include <cstdint>
#include <filesystem>

#include "quarry/cli/settings.h"

namespace quarry::cli {

enum class UserFolder : std::uint8_t { config, cache, data };

// $XDG_CACHE_HOME/quarry, or ~/.cache/quarry where the variable is not set or not absolute; empty without
// HOME. https://specifications.freedesktop.org/basedir-spec/
[[nodiscard]] std::filesystem::path user_folder(UserFolder folder, const Environment& environment);

}  // namespace quarry::cli
