// Which units of a segment have vectors close to each other's, so that a search of a segment of a million
// units looks at some thousand of them: the lowest layer of hnswlib's graph (Malkov and Yashunin, 2016), in a
// file beside the segment.
//
// A graph only says where to look. Similarities are those of the segment's own vectors, and a segment without
// a graph is scanned.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/index/checked_file.h"
#include "quarry/index/segment.h"

namespace quarry::index {

// Immutable, memory-mapped, safe to share between threads. Spans live as long as the object.
class VectorGraph {
 public:
  // Reads and checks the header and the section table only. ErrorKind::not_found, corrupt, version_mismatch
  // or io.
  [[nodiscard]] static Result<std::shared_ptr<const VectorGraph>> open(const FileSystem& files,
                                                                       const std::filesystem::path& path);

  [[nodiscard]] std::uint32_t unit_count() const;  // of the segment that it belongs to
  [[nodiscard]] std::uint64_t size_in_bytes() const { return file_->size(); }
  [[nodiscard]] std::uint64_t checksum() const { return file_->checksum(); }

  // Where a search may begin: units spread over the whole segment, ascending. Every one is below
  // unit_count().
  [[nodiscard]] Result<std::span<const std::uint32_t>> entries() const;
  // The units that `unit` leads to; none where it has no vector. Verified when first touched, and below
  // unit_count().
  [[nodiscard]] Result<std::span<const std::uint32_t>> neighbours(std::uint32_t unit) const;

  // Reads everything and checks every checksum.
  [[nodiscard]] Status verify() const;

 private:
  explicit VectorGraph(std::unique_ptr<CheckedFile> file);
  [[nodiscard]] Result<std::span<const std::uint32_t>> checked(std::span<const std::uint32_t> units) const;

  std::unique_ptr<CheckedFile> file_;
  std::span<const std::uint32_t> entries_;
  std::span<const std::uint32_t> ends_;  // a unit and one more: where its neighbours begin in links_
  std::span<const std::uint32_t> links_;
};

// Writes and syncs the graph of `segment`, which is prepared and has vectors, to `path` (not its folder).
// Units of files and those without a vector are not part of it. Depends on the segment alone: one thread, a
// fixed seed, distances in whole numbers. Takes 0.1 to 0.3 milliseconds a unit. ErrorKind::cancelled where
// `stop` asks for it. `progress` is called with the number of units done, on the calling thread.
[[nodiscard]] Status write_vector_graph(FileSystem& files, const Segment& segment,
                                        const std::filesystem::path& path, const std::stop_token& stop,
                                        const std::function<void(std::uint32_t done)>& progress);

}  // namespace quarry::index
