// Collects documents in memory and writes them as one segment file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/index/document.h"
#include "quarry/index/segment.h"

namespace quarry::index {

struct SegmentOptions {
  std::uint32_t dimensions = 0;
  bool source =
      true;  // documents carry their whole source (only recorded: the caller decides what `text` holds)
};

// Not thread-safe. The bytes written depend on the documents and their order only.
class SegmentWriter {
 public:
  explicit SegmentWriter(SegmentOptions options);
  ~SegmentWriter();

  void add(Document document);  // its file gets the next ordinal
  [[nodiscard]] std::uint32_t file_count() const;
  [[nodiscard]] std::size_t memory_in_bytes() const;  // held now; callers flush at a bound

  // Writes and syncs the file (not its folder). The writer is empty afterwards, also on failure.
  [[nodiscard]] Status finish(FileSystem& files, const std::filesystem::path& path);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Writes one segment that holds the files whose bit is set in `keep` (one vector<bool> a segment), in order,
// as if they had been added to one writer. remap[s][f] is the new ordinal of file f of segment s, or
// kDropped.
inline constexpr std::uint32_t kDropped = 0xffffffff;
[[nodiscard]] Result<std::vector<std::vector<std::uint32_t>>> merge_segments(
    FileSystem& files, std::span<const std::shared_ptr<const Segment>> segments,
    std::span<const std::vector<bool>> keep, const std::filesystem::path& path);

}  // namespace quarry::index
