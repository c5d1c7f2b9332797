#include "quarry/cli/train_program_path.h"

#include <system_error>

namespace quarry::cli {

Result<std::filesystem::path> train_program_path(const Context& context) {
  std::error_code error;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  const std::filesystem::path places[] = {folder / "quarry-train",
                                          folder.parent_path() / "libexec" / "quarry" / "quarry-train",
                                          folder / "src/quarry/cli/train_program/quarry-train"};
  for (const auto& place : places) {
    if (!error && context.files.status(place)) return place;
  }
  return fail(
      ErrorKind::not_found,
      "quarry-train is neither beside quarry nor in {}: it is built where CMake finds libtorch (Debian: "
      "libtorch-dev), and --program names another place",
      places[1].parent_path().string());
}

}  // namespace quarry::cli
