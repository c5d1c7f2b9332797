// Walks a folder on disk and decides what in it is part of the source.
#pragma once

#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/corpus/ignore_rules.h"
#include "quarry/corpus/source.h"

namespace quarry::corpus {

// Nesting of folders, of a work tree or of a git tree, and bytes of a path.
inline constexpr std::size_t kMaxDepth = 1024;
inline constexpr std::size_t kMaxPathBytes = 4096;

struct WalkRoot {
  std::string root;          // canonical folder
  std::string top;           // canonical top of the repository's work tree, "" without git
  std::string prefix;        // of root below top, "" at the top
  std::string exclude_file;  // .git/info/exclude, "" without git
};

// What applies in one folder. Cheap to copy.
struct FolderRules {
  IgnoreRules quarry;  // .quarryignore: decides before the others, also for what the built-in rules leave out
  IgnoreRules git;     // .gitignore, .git/info/exclude
};

struct WalkedFolder {
  std::string path;  // relative to the root, "" for the root itself
  FolderRules rules;
};

struct Walk {
  Listing listing;
  std::vector<WalkedFolder> folders;  // those that were entered, parents first
};

// Fails where the root itself cannot be listed; everything below is skipped with a reason. Reads the ignore
// files anew each time. `stat_files`: false leaves size, mtime and inode of the entries 0 and asks no file's
// status.
[[nodiscard]] Result<Walk> walk_folder(const FileSystem& files, const WalkRoot& root,
                                       const ListOptions& options, bool stat_files = true);

// Why the rules leave out the entry `name` of a folder with path `folder` (both relative to the root),
// without touching the disk; nothing where they keep it.
[[nodiscard]] std::optional<Skipped> ruled_out(const WalkRoot& root, const FolderRules& rules,
                                               std::string_view folder, std::string_view name, bool is_folder,
                                               const ListOptions& options);

// True where the ignore files of the repository (from root.top down) ignore the folder root.prefix.
[[nodiscard]] bool is_ignored_root(const FileSystem& files, const WalkRoot& root);

}  // namespace quarry::corpus
