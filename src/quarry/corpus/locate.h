// From the folder that a user names to where a walk begins and which repository it is part of.
#pragma once

#include <optional>
#include <string>

#include "quarry/base/file_system.h"
#include "quarry/corpus/folder_walk.h"
#include "quarry/corpus/repository.h"

namespace quarry::corpus {

struct Located {
  WalkRoot root;
  std::optional<FoundRepository> repository;  // nothing: a plain folder
};

// ErrorKind::not_found, io, or invalid_argument where `where` is no folder.
[[nodiscard]] Result<Located> locate(const FileSystem& files, const std::string& where);

}  // namespace quarry::corpus
