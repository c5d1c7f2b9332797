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

// The folder to search for what is like a file: the current one where it holds the file, else the top of the
// file's repository; for a file in no repository the innermost folder around it that is indexed, else its
// own.
[[nodiscard]] std::string folder_around(const Context& context, const std::string& file);

// By the command's flags, or their defaults.
[[nodiscard]] corpus::ListOptions list_options(const Settings& settings);
// For a refresh: what the flags leave open is as in the view of `source` that is there already. `snapshot`
// may be null.
[[nodiscard]] corpus::ListOptions listing_for(const Settings& settings, const index::Snapshot* snapshot,
                                              const corpus::Source& source);

}  // namespace quarry::cli
