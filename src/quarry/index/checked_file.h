// The container of every binary file of an index: named sections whose bytes are checksummed block by block,
// so that opening reads a few hundred bytes and every other byte is verified once, when first used.
//
// Layout in docs/INDEX_FORMAT.md, "Container". Numbers read from disk are checked against the bytes that are
// there before they are used.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"

namespace quarry::index {

inline constexpr std::size_t kTrailerNumbers = 8;
using TrailerNumbers = std::array<std::uint32_t, kTrailerNumbers>;

// Writes sections one after another, streaming. Not thread-safe. The first failure sticks and is what
// finish() answers; a file that was not finished has no valid end and is refused by every reader.
class CheckedFileWriter {
 public:
  CheckedFileWriter(FileSystem& files, std::filesystem::path path, std::string_view magic,
                    std::uint32_t version);

  void begin_section(std::uint32_t id);  // ends the one before; at a multiple of 16 bytes
  void append(std::span<const std::byte> bytes);
  [[nodiscard]] const Status& status() const { return status_; }
  // Ends the file and syncs it. Its checksum is what CheckedFile::checksum() reads.
  [[nodiscard]] Result<std::uint64_t> finish(const TrailerNumbers& numbers);

 private:
  struct Section {
    std::uint32_t id;
    std::uint64_t offset;
    std::uint64_t length;
  };
  void end_section();
  void raw(std::span<const std::byte> bytes);
  void flush_block();

  std::unique_ptr<WritableFile> file_;
  Status status_;
  std::uint64_t offset_ = 0;
  std::vector<std::byte> block_;
  std::vector<std::uint64_t> checksums_;
  std::vector<Section> sections_;
};

// Thread-safe. Spans live as long as the object.
class CheckedFile {
 public:
  // ErrorKind::corrupt, version_mismatch, io or not_found.
  [[nodiscard]] static Result<std::unique_ptr<CheckedFile>> open(const FileSystem& files,
                                                                 const std::filesystem::path& path,
                                                                 std::string_view magic,
                                                                 std::uint32_t version);

  [[nodiscard]] std::uint32_t number(std::size_t index) const { return numbers_[index]; }
  [[nodiscard]] std::uint64_t size() const { return bytes_.size(); }
  [[nodiscard]] std::uint64_t checksum() const {
    return checksum_;
  }  // of everything, by way of the block checksums
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  // Not verified yet; empty where the file has no such section.
  [[nodiscard]] std::span<const std::byte> section(std::uint32_t id) const;
  // `bytes` must be part of a section.
  [[nodiscard]] Status verify(std::span<const std::byte> bytes) const;
  [[nodiscard]] Status verify_all() const;
  [[nodiscard]] Result<std::span<const std::byte>> verified_section(std::uint32_t id) const;
  // ErrorKind::corrupt with the path in front and the way out behind.
  [[nodiscard]] tl::unexpected<Error> damaged(std::string_view what) const;

 private:
  CheckedFile() = default;
  [[nodiscard]] Status verify_blocks(std::uint64_t begin, std::uint64_t end) const;

  std::filesystem::path path_;
  std::unique_ptr<MappedFile> map_;
  std::span<const std::byte> bytes_;
  std::uint64_t body_end_ = 0;
  std::uint64_t checksum_ = 0;
  TrailerNumbers numbers_{};
  struct Section {
    std::uint32_t id;
    std::span<const std::byte> bytes;
  };
  std::vector<Section> sections_;
  mutable std::vector<std::atomic<std::uint64_t>> verified_;  // a bit a block
};

}  // namespace quarry::index
