// The folder of prepared data as a whole: it appears complete or not at all, and replaces only one of its own
// kind.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"

namespace quarry::preparation {

inline constexpr const char* kManifestName = "manifest.json";

// Work goes to a folder beside the target. Whatever ends it before commit() leaves the target as it was; the
// destructor takes the unfinished folder away.
class OutputFolder {
 public:
  // ErrorKind::invalid_argument where `target` holds something that prepare did not write, busy where another
  // process prepares into it.
  [[nodiscard]] static Result<OutputFolder> open(FileSystem& files, const std::filesystem::path& target);
  ~OutputFolder();
  OutputFolder(OutputFolder&&) noexcept;
  OutputFolder& operator=(OutputFolder&&) = delete;

  // Where to write.
  [[nodiscard]] const std::filesystem::path& work() const { return work_; }
  // Puts the work in the target's place and removes what was there.
  [[nodiscard]] Status commit();

 private:
  OutputFolder(FileSystem& files, std::filesystem::path target);

  FileSystem* files_;
  std::filesystem::path target_;
  std::filesystem::path work_;
  std::unique_ptr<FileLock> lock_;
};

}  // namespace quarry::preparation
