// A file system whose disk is full after some files, all else passed on to the real one. Tests only.
#pragma once

#include <memory>

#include "quarry/base/file_system.h"

namespace quarry {

class FullDisk final : public FileSystem {
 public:
  void fill_after_files(int files) { room_ = files; }

  Result<FileStatus> status(const std::filesystem::path& p) const override { return real_.status(p); }
  Result<FileStatus> link_status(const std::filesystem::path& p) const override {
    return real_.link_status(p);
  }
  Result<std::vector<DirectoryEntry>> list(const std::filesystem::path& p) const override {
    return real_.list(p);
  }
  Result<std::string> read(const std::filesystem::path& p, std::size_t limit) const override {
    return real_.read(p, limit);
  }
  Result<std::unique_ptr<MappedFile>> map(const std::filesystem::path& p) const override {
    return real_.map(p);
  }
  Result<std::unique_ptr<WritableFile>> create(const std::filesystem::path& p) override {
    auto file = real_.create(p);
    if (!file) return file;
    return std::make_unique<File>(*std::move(file), room_-- > 0);
  }
  Status rename(const std::filesystem::path& a, const std::filesystem::path& b) override {
    return real_.rename(a, b);
  }
  Status remove(const std::filesystem::path& p) override { return real_.remove(p); }
  Status create_directories(const std::filesystem::path& p) override { return real_.create_directories(p); }
  Status sync_directory(const std::filesystem::path& p) override { return real_.sync_directory(p); }
  Result<std::unique_ptr<FileLock>> lock(const std::filesystem::path& p, const std::string& note) override {
    return real_.lock(p, note);
  }

 private:
  class File final : public WritableFile {
   public:
    File(std::unique_ptr<WritableFile> real, bool room) : real_(std::move(real)), room_(room) {}
    Status append(std::span<const std::byte> bytes) override {
      if (room_) return real_->append(bytes);
      QUARRY_CHECK(real_->append(bytes.first(bytes.size() / 2)));
      return fail(ErrorKind::io, "cannot write: No space left on device");
    }
    Status sync() override { return real_->sync(); }
    Status close() override { return real_->close(); }

   private:
    std::unique_ptr<WritableFile> real_;
    bool room_;
  };

  FileSystem& real_ = posix_file_system();
  int room_ = 1 << 30;
};

}  // namespace quarry
