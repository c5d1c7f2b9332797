// Programs beside quarry that need libraries which would slow down every start of it: where they are, and how
// a subcommand becomes one of them.
#pragma once

#include <filesystem>
#include <string_view>

#include "quarry/base/result.h"
#include "quarry/cli/context.h"

namespace quarry::cli {

struct Companion {
  std::string_view program;  // "quarry-train"
  std::string_view built;    // "built where CMake finds libtorch (Debian: libtorch-dev)"
  std::string_view package;  // the Debian package that holds it
};
inline constexpr Companion kTrainProgram{
    "quarry-train", "built where CMake finds libtorch (Debian: libtorch-dev, libgloo-dev)", "quarry-train"};
inline constexpr Companion kExportProgram{
    "quarry-export", "built where CMake finds ONNX (Debian: libonnx-dev)", "quarry-train"};

// Beside quarry, in the installation's libexec folder, in the build folder, or on PATH; ErrorKind::not_found
// says how to get it.
[[nodiscard]] Result<std::filesystem::path> companion_path(const Context& context,
                                                           const Companion& companion);

// Replaces this process by the companion, with the context's settings and arguments as its words; comes back
// with an error only.
[[nodiscard]] Result<int> become(const Context& context, const Companion& companion);

// The words that make a program with the same table resolve to the same settings, wherever they came from.
[[nodiscard]] std::vector<std::string> words_of(const Context& context);

// main() of such a program: `command` is its one subcommand, which is not named in argv. Reads no
// configuration file; whoever starts it has.
[[nodiscard]] int companion_main(const Command& command, int argc, char** argv);

}  // namespace quarry::cli
