// Finds the user's folders from the environment alone.
#include "quarry/cli/user_folders.h"

namespace quarry::cli {

std::filesystem::path user_folder(UserFolder folder, const Environment& environment) {
  const char* variable = nullptr;
  const char* fallback = nullptr;
  switch (folder) {
    case UserFolder::config:
      variable = "XDG_CONFIG_HOME", fallback = ".config";
      break;
    case UserFolder::cache:
      variable = "XDG_CACHE_HOME", fallback = ".cache";
      break;
    case UserFolder::data:
      variable = "XDG_DATA_HOME", fallback = ".local/share";
      break;
  }
  const std::filesystem::path base = environment(variable).value_or("");
  if (base.is_absolute()) return base / "quarry";
  const std::filesystem::path home = environment("HOME").value_or("");
  return home.empty() ? home : home / fallback / "quarry";
}

}  // namespace quarry::cli
