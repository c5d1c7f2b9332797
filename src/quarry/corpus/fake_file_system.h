// The real file system with chosen paths that fail, vanish or change. Tests only.
#pragma once

#include <functional>
#include <utility>

#include "quarry/base/file_system.h"

namespace quarry::corpus {

class FakeFileSystem final : public FileSystem {
 public:
  using Path = std::filesystem::path;
  // Each may answer an error for a path; nothing lets the real call happen. Set before threads start.
  std::function<Status(const Path&)> on_list;
  std::function<Status(const Path&)> on_status;
  std::function<Status(const Path&)> on_read;

  Result<FileStatus> status(const Path& path) const override { return real_.status(path); }
  Result<FileStatus> link_status(const Path& path) const override {
    if (on_status) QUARRY_CHECK(on_status(path));
    return real_.link_status(path);
  }
  Result<std::vector<DirectoryEntry>> list(const Path& path) const override {
    if (on_list) QUARRY_CHECK(on_list(path));
    return real_.list(path);
  }
  Result<std::string> read(const Path& path, std::size_t limit) const override {
    if (on_read) QUARRY_CHECK(on_read(path));
    return real_.read(path, limit);
  }
  Result<std::unique_ptr<MappedFile>> map(const Path& path) const override { return real_.map(path); }
  Result<std::unique_ptr<WritableFile>> create(const Path& path) override { return real_.create(path); }
  Status rename(const Path& from, const Path& to) override { return real_.rename(from, to); }
  Status remove(const Path& path) override { return real_.remove(path); }
  Status create_directories(const Path& path) override { return real_.create_directories(path); }
  Status sync_directory(const Path& path) override { return real_.sync_directory(path); }
  Result<std::unique_ptr<FileLock>> lock(const Path& path, const std::string& note) override {
    return real_.lock(path, note);
  }

 private:
  FileSystem& real_ = posix_file_system();
};

}  // namespace quarry::corpus
