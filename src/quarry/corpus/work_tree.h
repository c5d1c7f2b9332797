// A folder on disk as a source.
#pragma once

#include <memory>

#include "quarry/corpus/folder_walk.h"
#include "quarry/corpus/repository.h"

namespace quarry::corpus {

// `files` must outlive the source.
[[nodiscard]] std::unique_ptr<Source> make_work_tree(FileSystem& files, SourceFacts facts, WalkRoot root);

}  // namespace quarry::corpus
