// A view as it is stored: which files of which segments are live in it, their sums, and what updating
// compares with: size, time and inode of every file when it was read, and what was left out and why.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/corpus/source.h"
#include "quarry/index/checked_file.h"
#include "quarry/index/snapshot.h"

namespace quarry::index {

// What tells an unchanged file without reading it. kUnknownTime matches no file.
inline constexpr std::int64_t kUnknownTime = INT64_MIN;
struct FileStamp {
  std::uint64_t size = 0;
  std::int64_t mtime_ns = kUnknownTime;
  std::uint64_t inode = 0;
  bool operator==(const FileStamp&) const = default;
};

// A live file. Its path and blob are those of the segment's file.
struct ViewEntry {
  FileStamp stamp;
  std::uint32_t segment = 0;  // position in ViewContent::segments
  std::uint32_t file = 0;     // ordinal in the segment
  bool operator==(const ViewEntry&) const = default;
};

// A file or folder that was left out: while listing (no stamp), or after reading it (with its stamp, so that
// it is not read again while it stays the same).
struct ViewSkip {
  corpus::Skipped skipped;
  bool read = false;
  FileStamp stamp;
  std::string blob;  // 20 bytes for a file of an object store, else empty
};

struct ViewContent {
  std::vector<std::string> segments;  // names; every live file lies in one of them
  std::vector<FileSet> live;          // one a segment
  Totals totals;
  std::uint64_t source_bytes = 0;
  std::vector<ViewEntry> entries;  // in the order of their paths
  std::vector<ViewSkip> skips;     // in the order of their paths
};

// Writes and syncs the file, not its folder; answers its checksum.
[[nodiscard]] Result<std::uint64_t> write_view(FileSystem& files, const std::filesystem::path& path,
                                               const ViewContent& content);

// Thread-safe. Opening reads the end of the file only; each part is verified when asked for.
class ViewFile {
 public:
  [[nodiscard]] static Result<std::shared_ptr<const ViewFile>> open(const FileSystem& files,
                                                                    const std::filesystem::path& path);
  [[nodiscard]] std::uint64_t size_in_bytes() const { return file_->size(); }
  [[nodiscard]] std::uint64_t checksum() const { return file_->checksum(); }
  // The live files of the segment of that name, which has `files` files; none where the view does not use it.
  [[nodiscard]] Result<FileSet> live_files(const std::string& segment, std::uint32_t files) const;
  [[nodiscard]] Result<Totals> totals() const;
  [[nodiscard]] Result<ViewContent> content() const;  // all of it
  [[nodiscard]] Status verify() const { return file_->verify_all(); }

 private:
  explicit ViewFile(std::unique_ptr<CheckedFile> file) : file_(std::move(file)) {}
  std::unique_ptr<CheckedFile> file_;
};

}  // namespace quarry::index
