#include "quarry/base/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace quarry {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> system_failure(const char* action, const fs::path& path, int code) {
  const ErrorKind kind = code == ENOENT || code == ENOTDIR ? ErrorKind::not_found : ErrorKind::io;
  return fail(kind, "cannot {} {}: {}", action, path.string(), std::generic_category().message(code));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

FileType type_of(mode_t mode) {
  if (S_ISREG(mode)) return FileType::regular;
  if (S_ISDIR(mode)) return FileType::directory;
  if (S_ISLNK(mode)) return FileType::symlink;
  return FileType::other;
}

FileStatus status_of(const struct stat& info) {
  return {.type = type_of(info.st_mode),
          .size = static_cast<std::uint64_t>(info.st_size),
          .mtime_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
          .inode = info.st_ino,
          .device = info.st_dev,
          .executable = (info.st_mode & S_IXUSR) != 0};
}

class PosixMappedFile final : public MappedFile {
 public:
  PosixMappedFile(void* data, std::size_t size) : data_(data), size_(size) {}
  ~PosixMappedFile() override {
    if (data_ != nullptr) ::munmap(data_, size_);
  }
  [[nodiscard]] std::span<const std::byte> bytes() const override {
    return {static_cast<const std::byte*>(data_), size_};
  }

 private:
  void* data_;
  std::size_t size_;
};

class PosixWritableFile final : public WritableFile {
 public:
  PosixWritableFile(fs::path path, int fd) : path_(std::move(path)), fd_(fd) {}

  Status append(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
      if (written < 0) {
        if (errno == EINTR) continue;
        return system_failure("write", path_, errno);
      }
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }

  Status sync() override {
    if (::fsync(fd_.get()) != 0) return system_failure("sync", path_, errno);
    return {};
  }

  Status close() override {
    if (::close(fd_.release()) != 0) return system_failure("close", path_, errno);
    return {};
  }

 private:
  fs::path path_;
  Descriptor fd_;
};

class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(int fd) : fd_(fd) {}

 private:
  Descriptor fd_;
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<FileStatus> status(const fs::path& path) const override {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return system_failure("read", path, errno);
    return status_of(info);
  }

  Result<FileStatus> link_status(const fs::path& path) const override {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return system_failure("read", path, errno);
    return status_of(info);
  }

  Result<std::vector<DirectoryEntry>> list(const fs::path& path) const override {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
    if (!folder) return system_failure("list", path, errno);
    std::vector<DirectoryEntry> entries;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(folder.get());
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      FileType type = FileType::other;
      switch (entry->d_type) {
        case DT_REG:
          type = FileType::regular;
          break;
        case DT_DIR:
          type = FileType::directory;
          break;
        case DT_LNK:
          type = FileType::symlink;
          break;
        case DT_UNKNOWN:  // some file systems leave the type to lstat
          if (auto found = link_status(path / name)) type = found->type;
          break;
        default:
          break;
      }
      entries.push_back({std::string(name), type});
    }
    if (errno != 0) return system_failure("list", path, errno);
    return entries;
  }

  Result<std::string> read(const fs::path& path, std::size_t limit) const override {
    // O_NONBLOCK: opening a FIFO must not wait for its writer; it has no effect on regular files.
    const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (fd.get() < 0) return system_failure("open", path, errno);
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return system_failure("read", path, errno);
    if (!S_ISREG(info.st_mode))
      return fail(ErrorKind::io, "cannot read {}: not a regular file", path.string());
    std::string bytes;
    auto expected = static_cast<std::size_t>(info.st_size);
    for (;;) {
      if (expected > limit) return fail(ErrorKind::limit, "{} is larger than {} bytes", path.string(), limit);
      const std::size_t have = bytes.size();
      bytes.resize(expected + 1);  // one more than expected tells a file that grew from one that ended
      const ssize_t got = ::read(fd.get(), bytes.data() + have, bytes.size() - have);
      if (got < 0 && errno != EINTR) return system_failure("read", path, errno);
      bytes.resize(have + static_cast<std::size_t>(got > 0 ? got : 0));
      if (got == 0) return bytes;
      expected = std::max(expected, bytes.size());
    }
  }

  Result<std::unique_ptr<MappedFile>> map(const fs::path& path) const override {
    const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) return system_failure("open", path, errno);
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return system_failure("read", path, errno);
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size == 0) return std::make_unique<PosixMappedFile>(nullptr, 0);
    void* data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
    if (data == MAP_FAILED) return system_failure("map", path, errno);
    return std::make_unique<PosixMappedFile>(data, size);
  }

  Result<std::unique_ptr<WritableFile>> create(const fs::path& path) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return system_failure("create", path, errno);
    return std::make_unique<PosixWritableFile>(path, fd);
  }

  Status rename(const fs::path& from, const fs::path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_failure("rename", from, errno);
    return {};
  }

  Status remove(const fs::path& path) override {
    if (::remove(path.c_str()) != 0) return system_failure("remove", path, errno);
    return {};
  }

  Status create_directories(const fs::path& path) override {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return system_failure("create folder", path, error.value());
    return {};
  }

  Status sync_directory(const fs::path& path) override {
    const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) return system_failure("open", path, errno);
    if (::fsync(fd.get()) != 0) return system_failure("sync", path, errno);
    return {};
  }

  Result<std::unique_ptr<FileLock>> lock(const fs::path& path, const std::string& note) override {
    Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (fd.get() < 0) return system_failure("open", path, errno);
    // flock belongs to the open file description, so it excludes other threads of this process as well.
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return system_failure("lock", path, errno);
      std::string holder(128, '\0');
      const ssize_t got = ::pread(fd.get(), holder.data(), holder.size(), 0);
      holder.resize(static_cast<std::size_t>(got > 0 ? got : 0));
      return fail(ErrorKind::busy, "{} is held by {}", path.string(),
                  holder.empty() ? "another process" : holder);
    }
    if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), note.data(), note.size(), 0) < 0) {
      return system_failure("write", path, errno);
    }
    return std::make_unique<PosixFileLock>(fd.release());
  }
};

}  // namespace

FileSystem& posix_file_system() {
  static PosixFileSystem instance;  // stateless
  return instance;
}

Status write_atomically(FileSystem& files, const fs::path& path, std::span<const std::byte> bytes) {
  if (const auto there = files.status(path); there && there->type == FileType::other) {
    QUARRY_TRY(auto file, files.create(path));
    QUARRY_CHECK(file->append(bytes));
    return file->close();
  }
  const fs::path temporary = path.string() + ".tmp";
  auto written = [&]() -> Status {
    QUARRY_TRY(auto file, files.create(temporary));
    QUARRY_CHECK(file->append(bytes));
    QUARRY_CHECK(file->sync());
    QUARRY_CHECK(file->close());
    return files.rename(temporary, path);
  }();
  if (!written) {
    (void)files.remove(temporary);
    return written;
  }
  // "weights.json" lies in the current folder.
  return files.sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

}  // namespace quarry
