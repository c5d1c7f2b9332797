// The one seam through which Quarry touches files, so that tests can make them fail, vanish or fill up.
//
// Paths are native paths. Every function is safe to call from several threads. Errors carry ErrorKind::io,
// or ErrorKind::not_found where the path does not exist, and name the path and the system's reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "quarry/base/result.h"

namespace quarry {

enum class FileType : std::uint8_t { regular, directory, symlink, other };

struct FileStatus {
  FileType type = FileType::other;
  std::uint64_t size = 0;     // bytes
  std::int64_t mtime_ns = 0;  // since the Unix epoch
  std::uint64_t inode = 0;    // with `device`, tells one folder reached by two names
  std::uint64_t device = 0;
  bool executable = false;  // by its owner
};

struct DirectoryEntry {
  std::string name;
  FileType type = FileType::other;
};

// Read-only bytes of a whole file that stay valid, and unchanged by a rename over it, while the object lives.
class MappedFile {
 public:
  virtual ~MappedFile() = default;
  [[nodiscard]] virtual std::span<const std::byte> bytes() const = 0;
};

// A file being written. Nothing is promised to be on disk before sync() returned success.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  [[nodiscard]] virtual Status append(std::span<const std::byte> bytes) = 0;
  [[nodiscard]] virtual Status sync() = 0;   // data and size are on stable storage
  [[nodiscard]] virtual Status close() = 0;  // reports errors that the kernel held back
};

// An advisory lock held by this process; the kernel frees it when the process dies, however it dies.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  [[nodiscard]] virtual Result<FileStatus> status(
      const std::filesystem::path&) const = 0;  // follows symlinks
  [[nodiscard]] virtual Result<FileStatus> link_status(const std::filesystem::path&) const = 0;  // does not
  // Names in no particular order, without "." and "..".
  [[nodiscard]] virtual Result<std::vector<DirectoryEntry>> list(const std::filesystem::path&) const = 0;
  // At most `limit` bytes; a longer file is ErrorKind::limit.
  [[nodiscard]] virtual Result<std::string> read(const std::filesystem::path&, std::size_t limit) const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<MappedFile>> map(const std::filesystem::path&) const = 0;

  [[nodiscard]] virtual Result<std::unique_ptr<WritableFile>> create(
      const std::filesystem::path&) = 0;  // truncates
  [[nodiscard]] virtual Status rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  [[nodiscard]] virtual Status remove(const std::filesystem::path&) = 0;  // a file or an empty folder
  [[nodiscard]] virtual Status create_directories(const std::filesystem::path&) = 0;
  // Makes creations, renames and removals in the folder durable.
  [[nodiscard]] virtual Status sync_directory(const std::filesystem::path&) = 0;
  // Takes the lock at once or answers ErrorKind::busy; `note` (the holder's pid) is written into the file and
  // is part of the next taker's error message. Also excludes a second taker inside this process.
  [[nodiscard]] virtual Result<std::unique_ptr<FileLock>> lock(const std::filesystem::path&,
                                                               const std::string& note) = 0;
};

// The real one.
[[nodiscard]] FileSystem& posix_file_system();

// temporary name beside `path` -> sync -> rename over `path` -> sync of the folder: `path` holds the old
// bytes or the new ones, whenever the power goes. What is neither file nor folder (/dev/null, a pipe) is
// written to, not replaced.
[[nodiscard]] Status write_atomically(FileSystem& files, const std::filesystem::path& path,
                                      std::span<const std::byte> bytes);

}  // namespace quarry
