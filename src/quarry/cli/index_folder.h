// Where the index of a repository lies, and which of its views shows a given work tree or revision.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/cli/context.h"
#include "quarry/corpus/source.h"
#include "quarry/index/snapshot.h"

namespace quarry::cli {

// <cache>/quarry/indexes/<name>-<16 hex digits of the identity's hash>, or --index. The same for every work
// tree, branch and sub-folder of a repository.
[[nodiscard]] Result<std::filesystem::path> index_folder_of(const Context& context,
                                                            const corpus::Source& source);

// Indexes in the cache, sorted by name; none where the cache does not exist.
[[nodiscard]] std::vector<std::filesystem::path> cached_indexes(const Context& context);

// Where git URLs are cloned to.
[[nodiscard]] std::filesystem::path clones_folder(const Context& context);

[[nodiscard]] std::optional<std::size_t> find_view(const index::Snapshot& snapshot,
                                                   const corpus::Source& source);

// Opens PATH or URL with the command's --rev and --name.
[[nodiscard]] Result<std::unique_ptr<corpus::Source>> open_source_for(const Context& context,
                                                                      const std::string& where,
                                                                      std::stop_token stop);

[[nodiscard]] corpus::ListOptions list_options(const Settings& settings);

}  // namespace quarry::cli
