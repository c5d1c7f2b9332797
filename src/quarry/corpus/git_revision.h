// A commit of a git repository as a source, read from the object store.
#pragma once

#include <memory>
#include <string>

#include "quarry/base/result.h"
#include "quarry/corpus/repository.h"

namespace quarry::corpus {

// `git_folder`: what libgit2 opens (".git" or a bare repository). `revision`: any revision expression, "" for
// HEAD. With facts.prefix the source is that folder of the tree. Sets facts.revision to the commit's id.
[[nodiscard]] Result<std::unique_ptr<Source>> open_git_revision(SourceFacts facts,
                                                                const std::string& git_folder,
                                                                const std::string& revision);

}  // namespace quarry::corpus
