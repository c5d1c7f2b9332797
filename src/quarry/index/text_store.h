// The text of a segment: the files' texts one after another, cut every 32 KiB and compressed block by block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/lru_cache.h"
#include "quarry/base/result.h"
#include "quarry/index/checked_file.h"
#include "quarry/index/packed_column.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace quarry::index {

// Not thread-safe. Hands each compressed block to `sink` as soon as it is full.
class TextWriter {
 public:
  using Sink = std::function<void(std::span<const std::byte>)>;
  explicit TextWriter(Sink sink);
  ~TextWriter();
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  void add(std::string_view text);
  void finish();  // compresses the last block; before write_offsets()
  // Writes the section text_offsets: where each block starts, and where the last one ends.
  void write_offsets(CheckedFileWriter& out);
  [[nodiscard]] std::uint64_t raw_size() const { return raw_size_; }

 private:
  void flush();

  Sink sink_;
  ZSTD_CCtx_s* context_;
  std::string block_;
  std::vector<std::byte> compressed_;
  PackedColumnWriter offsets_;
  std::uint64_t written_ = 0;
  std::uint64_t raw_size_ = 0;
};

// Thread-safe; keeps the blocks used last.
class TextReader {
 public:
  TextReader();
  // `file` must outlive the reader; its text_offsets section must be verified.
  [[nodiscard]] bool open(const CheckedFile& file, std::uint64_t raw_size);
  // ErrorKind::corrupt where a block does not match its checksum or does not decompress.
  [[nodiscard]] Result<std::string> read(std::uint64_t begin, std::uint64_t end) const;

 private:
  using Block = LruCache<std::uint64_t, std::string>::Kept;
  [[nodiscard]] Result<Block> block(std::uint64_t number) const;

  const CheckedFile* file_ = nullptr;
  std::span<const std::byte> bytes_;
  PackedColumn offsets_;
  std::uint64_t raw_size_ = 0;
  struct Working {
    explicit Working(std::size_t blocks) : recent(blocks) {}
    ~Working();
    Working(const Working&) = delete;
    Working& operator=(const Working&) = delete;

    LruCache<std::uint64_t, std::string> recent;
    std::mutex mutex;
    std::vector<ZSTD_DCtx_s*> idle;  // as many as threads once read at a time
  };
  std::unique_ptr<Working> working_;
};

}  // namespace quarry::index
