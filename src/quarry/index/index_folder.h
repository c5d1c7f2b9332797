// The folder of an index as its writer sees it: claimed by a lock, free of leftovers, committed by one
// rename.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/index/manifest.h"

namespace quarry::index {

// Not thread-safe; one a folder, held by the lock.
class IndexFolder {
 public:
  // Makes the folder where it is missing and removes what no manifest names.
  [[nodiscard]] static Result<std::unique_ptr<IndexFolder>> open(FileSystem& files,
                                                                 const std::filesystem::path& directory);

  // Makes whatever index is there, of any format version, an empty one. ErrorKind::busy while it is being
  // written.
  [[nodiscard]] static Status discard(FileSystem& files, const std::filesystem::path& directory);

  [[nodiscard]] FileSystem& files() const { return files_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  // What is committed; version 0 and empty before the first commit.
  [[nodiscard]] const Manifest& manifest() const { return manifest_; }

  // A path for a new file, named after the next commit.
  [[nodiscard]] std::string new_segment_name();
  [[nodiscard]] std::string new_graph_name();  // beside the segments
  [[nodiscard]] std::string new_view_name();

  // Makes `next` the manifest; its files must be written and synced. On failure the index is as before, or
  // already the new one (where only the last sync failed); manifest() says which.
  [[nodiscard]] Status commit(Manifest next);
  // Removes the files that the manifest does not name. What cannot be removed is left for the next time.
  void clean();

 private:
  IndexFolder(FileSystem& files, std::filesystem::path directory)
      : files_(files), directory_(std::move(directory)) {}
  [[nodiscard]] Status load();
  [[nodiscard]] std::vector<std::filesystem::path> leftovers()
      const;  // files that the manifest does not name

  FileSystem& files_;
  std::filesystem::path directory_;
  std::unique_ptr<FileLock> lock_;
  Manifest manifest_;
  bool durable_ = false;       // the manifest that is seen is known to survive a power loss
  bool new_segments_ = false;  // whose names are not synced yet
  std::size_t names_ = 0;
};

}  // namespace quarry::index
