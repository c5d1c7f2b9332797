// File systems that go wrong on purpose: one in memory that can lose its power, one that fails or dies at a
// chosen call. Tests only; not thread-safe, but for reading.
#pragma once

#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "quarry/base/file_system.h"

namespace quarry::index {

// Files in memory. Bytes are safe after sync(), names after sync_directory(); lose_power() forgets the rest.
class MemoryFileSystem final : public FileSystem {
 public:
  using Path = std::filesystem::path;
  struct Node {
    std::shared_ptr<std::string> bytes = std::make_shared<std::string>();
    std::string synced;
    std::uint64_t inode = 0;
  };
  using Folder = std::map<std::string, std::shared_ptr<Node>>;  // null: a folder

  MemoryFileSystem() { folders_["/"] = {}; }

  enum class Loss {
    everything,  // what was not synced is gone
    data,        // names made it to the disk before the bytes that they name
  };
  void lose_power(Loss loss) {
    if (loss == Loss::everything) {
      std::map<std::string, Folder> kept;
      const std::function<void(const std::string&)> keep = [&](const std::string& folder) {
        kept[folder] = durable_[folder];
        for (const auto& [name, node] : durable_[folder]) {
          if (!node) keep((Path(folder) / name).string());
        }
      };
      keep("/");
      folders_ = kept;
    }
    durable_ = folders_;
    for (auto& [path, folder] : folders_) {
      for (auto& [name, node] : folder) {
        if (node) node->bytes = std::make_shared<std::string>(node->synced);
      }
    }
    locked_.clear();
  }
  [[nodiscard]] std::set<std::string> names(const Path& folder) const {
    std::set<std::string> found;
    for (const auto& [name, node] : folders_.at(folder.string())) found.insert(name);
    return found;
  }
  void put(const Path& path, std::string bytes) {
    (void)create_directories(path.parent_path());
    auto node = std::make_shared<Node>();
    *node->bytes = node->synced = std::move(bytes);
    folders_[path.parent_path().string()][path.filename().string()] = node;
  }

  Result<FileStatus> status(const Path& path) const override {
    if (folders_.contains(path.string())) return FileStatus{.type = FileType::directory};
    const Node* node = find(path);
    if (node == nullptr) return missing(path);
    return FileStatus{.type = FileType::regular, .size = node->bytes->size(), .inode = node->inode};
  }
  Result<FileStatus> link_status(const Path& path) const override { return status(path); }
  Result<std::vector<DirectoryEntry>> list(const Path& path) const override {
    const auto folder = folders_.find(path.string());
    if (folder == folders_.end()) return missing(path);
    std::vector<DirectoryEntry> entries;
    for (const auto& [name, node] : folder->second) {
      entries.push_back({name, node ? FileType::regular : FileType::directory});
    }
    return entries;
  }
  Result<std::string> read(const Path& path, std::size_t) const override {
    const Node* node = find(path);
    if (node == nullptr) return missing(path);
    return *node->bytes;
  }
  Result<std::unique_ptr<MappedFile>> map(const Path& path) const override {
    const Node* node = find(path);
    if (node == nullptr) return missing(path);
    return std::make_unique<Map>(node->bytes);
  }
  Result<std::unique_ptr<WritableFile>> create(const Path& path) override {
    const auto folder = folders_.find(path.parent_path().string());
    if (folder == folders_.end()) return missing(path);
    auto& node = folder->second[path.filename().string()];
    if (node) {
      node->bytes =
          std::make_shared<std::string>();  // maps keep the old ones, as nobody may write under a map
    } else {
      node = std::make_shared<Node>();
      node->inode = ++inodes_;
    }
    return std::make_unique<Writer>(node);
  }
  Status rename(const Path& from, const Path& to) override {
    Folder& source = folders_[from.parent_path().string()];
    const auto found = source.find(from.filename().string());
    if (found == source.end()) return missing(from);
    folders_[to.parent_path().string()][to.filename().string()] = found->second;
    source.erase(from.filename().string());
    return {};
  }
  Status remove(const Path& path) override {
    if (folders_[path.parent_path().string()].erase(path.filename().string()) == 0) return missing(path);
    return {};
  }
  Status create_directories(const Path& path) override {
    for (Path at = path; at != "/"; at = at.parent_path()) {
      folders_.try_emplace(at.string());
      folders_[at.parent_path().string()].try_emplace(at.filename().string(), nullptr);
    }
    return {};
  }
  Status sync_directory(const Path& path) override {
    const auto folder = folders_.find(path.string());
    if (folder == folders_.end()) return missing(path);
    durable_[path.string()] = folder->second;
    return {};
  }
  Result<std::unique_ptr<FileLock>> lock(const Path& path, const std::string& note) override {
    if (!locked_.insert(path.string()).second) return fail(ErrorKind::busy, "{} is held", path.string());
    put(path, note);
    return std::make_unique<Lock>(*this, path.string());
  }

 private:
  class Map final : public MappedFile {
   public:
    explicit Map(std::shared_ptr<std::string> bytes) : bytes_(std::move(bytes)) {}
    [[nodiscard]] std::span<const std::byte> bytes() const override {
      return std::as_bytes(std::span(*bytes_));
    }

   private:
    std::shared_ptr<std::string> bytes_;
  };
  class Writer final : public WritableFile {
   public:
    explicit Writer(std::shared_ptr<Node> node) : node_(std::move(node)) {}
    Status append(std::span<const std::byte> bytes) override {
      node_->bytes->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return {};
    }
    Status sync() override {
      node_->synced = *node_->bytes;
      return {};
    }
    Status close() override { return {}; }

   private:
    std::shared_ptr<Node> node_;
  };
  class Lock final : public FileLock {
   public:
    Lock(MemoryFileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
    ~Lock() override { files_.locked_.erase(path_); }

   private:
    MemoryFileSystem& files_;
    std::string path_;
  };

  [[nodiscard]] const Node* find(const Path& path) const {
    const auto folder = folders_.find(path.parent_path().string());
    if (folder == folders_.end()) return nullptr;
    const auto found = folder->second.find(path.filename().string());
    return found == folder->second.end() ? nullptr : found->second.get();
  }
  static tl::unexpected<Error> missing(const Path& path) {
    return fail(ErrorKind::not_found, "{} does not exist", path.string());
  }

  std::map<std::string, Folder> folders_;
  std::map<std::string, Folder> durable_;
  std::set<std::string> locked_;
  std::uint64_t inodes_ = 0;
};

// Passes everything on until call number `at`, counted from 0; from then on as `mode` says.
class FaultyFileSystem final : public FileSystem {
 public:
  using Path = std::filesystem::path;
  enum class Mode {
    fail_once,     // that call fails, later ones work
    fail_forever,  // that call and all later ones fail
    half_write,    // as fail_forever, but the call does half of its work if it appends
    kill,          // the process dies before the call, as of kill -9
  };
  FaultyFileSystem(FileSystem& files, std::size_t at, Mode mode) : files_(files), at_(at), mode_(mode) {}
  [[nodiscard]] std::size_t calls() const { return calls_; }

  Result<FileStatus> status(const Path& p) const override { return faulty() ? no(p) : files_.status(p); }
  Result<FileStatus> link_status(const Path& p) const override {
    return faulty() ? no(p) : files_.link_status(p);
  }
  Result<std::vector<DirectoryEntry>> list(const Path& p) const override {
    if (faulty()) return no(p);
    return files_.list(p);
  }
  Result<std::string> read(const Path& p, std::size_t limit) const override {
    if (faulty()) return no(p);
    return files_.read(p, limit);
  }
  Result<std::unique_ptr<MappedFile>> map(const Path& p) const override {
    if (faulty()) return no(p);
    return files_.map(p);
  }
  Result<std::unique_ptr<WritableFile>> create(const Path& p) override {
    if (faulty()) return no(p);
    QUARRY_TRY(auto file, files_.create(p));
    return std::make_unique<Writer>(*this, std::move(file));
  }
  Status rename(const Path& a, const Path& b) override {
    if (faulty()) return no(a);
    return files_.rename(a, b);
  }
  Status remove(const Path& p) override {
    if (faulty()) return no(p);
    return files_.remove(p);
  }
  Status create_directories(const Path& p) override {
    if (faulty()) return no(p);
    return files_.create_directories(p);
  }
  Status sync_directory(const Path& p) override {
    if (faulty()) return no(p);
    return files_.sync_directory(p);
  }
  Result<std::unique_ptr<FileLock>> lock(const Path& p, const std::string& note) override {
    if (faulty()) return no(p);
    return files_.lock(p, note);
  }

 private:
  class Writer final : public WritableFile {
   public:
    Writer(FaultyFileSystem& owner, std::unique_ptr<WritableFile> file)
        : owner_(owner), file_(std::move(file)) {}
    Status append(std::span<const std::byte> bytes) override {
      if (!owner_.faulty()) return file_->append(bytes);
      if (owner_.mode_ == Mode::half_write) (void)file_->append(bytes.first(bytes.size() / 2));
      return no("a file");
    }
    Status sync() override {
      if (owner_.faulty()) return no("a file");
      return file_->sync();
    }
    Status close() override {
      if (owner_.faulty()) return no("a file");
      return file_->close();
    }

   private:
    FaultyFileSystem& owner_;
    std::unique_ptr<WritableFile> file_;
  };

  bool faulty() const {
    const std::size_t call = calls_++;
    if (call == at_ && mode_ == Mode::kill) (void)::raise(SIGKILL);
    return call == at_ || (call > at_ && mode_ != Mode::fail_once);
  }
  static tl::unexpected<Error> no(const Path& path) {
    return fail(ErrorKind::io, "cannot use {}: No space left on device", path.string());
  }

  FileSystem& files_;
  std::size_t at_;
  Mode mode_;
  mutable std::size_t calls_ = 0;
};

}  // namespace quarry::index
