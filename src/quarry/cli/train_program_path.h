// Where the training program is: a program of its own, so that quarry runs without libtorch.
#pragma once

#include <filesystem>

#include "quarry/base/result.h"
#include "quarry/cli/context.h"

namespace quarry::cli {

// Beside quarry, in the installation's libexec folder, or in the build folder; ErrorKind::not_found says how
// to get it.
[[nodiscard]] Result<std::filesystem::path> train_program_path(const Context& context);

}  // namespace quarry::cli
