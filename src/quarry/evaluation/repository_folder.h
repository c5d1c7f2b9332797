// Where the files of a judged repository are: a folder, or an archive that is unpacked first.
#pragma once

#include <filesystem>
#include <string>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"

namespace quarry::evaluation {

// `repositories`/`name`, or `repositories`/`name`.tar.zst unpacked (by tar, once) into `work`/sources/`name`.
// ErrorKind::not_found names both.
[[nodiscard]] Result<std::filesystem::path> repository_folder(FileSystem& files,
                                                              const std::filesystem::path& repositories,
                                                              const std::string& name,
                                                              const std::filesystem::path& work);

}  // namespace quarry::evaluation
