// An index while a writer changes it: all segments, old and new, by number, and views in terms of those
// numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "quarry/index/index_folder.h"
#include "quarry/index/segment.h"
#include "quarry/index/segment_writer.h"
#include "quarry/index/view_file.h"

namespace quarry::index {

// Where a file's content is stored.
struct Place {
  std::uint32_t segment = 0;  // position in WorkingIndex
  std::uint32_t file = 0;
  bool operator==(const Place&) const = default;
};

// The entries of a view with their segments numbered as in WorkingIndex, and its live files a segment.
struct WorkingView {
  ManifestView meta;
  ViewContent content;  // `segments` is not used; `live` may be shorter than the list of segments
  bool written = true;  // false: differs from its file
};

// Not thread-safe; segment() and path_of() may be called by several threads while nothing but write_segment()
// is. Nothing is committed before commit().
class WorkingIndex {
 public:
  // Opens all segments of the manifest; views are loaded when asked for.
  [[nodiscard]] static Result<std::unique_ptr<WorkingIndex>> open(IndexFolder& folder);

  [[nodiscard]] const Segment& segment(std::uint32_t number) const { return *segments_[number].segment; }
  [[nodiscard]] std::string_view path_of(const ViewEntry& entry) const {
    return segment(entry.segment).file(entry.file).path;
  }
  [[nodiscard]] std::size_t view_count() const { return views_.size(); }
  [[nodiscard]] const ManifestView& meta(std::size_t view) const { return views_[view].meta; }
  [[nodiscard]] Result<const WorkingView*> view(std::size_t number);
  [[nodiscard]] const ModelInfo& model() const { return model_; }
  [[nodiscard]] bool source() const { return source_; }
  [[nodiscard]] bool empty() const { return views_.empty(); }

  // Writes the collected documents as a segment; the writer is empty afterwards. It gets the number that
  // next_segment() gave before, and is seen by segment() from open_written() on: others may be reading
  // meanwhile.
  [[nodiscard]] Status write_segment(SegmentWriter& writer);
  [[nodiscard]] Status open_written();
  [[nodiscard]] std::uint32_t next_segment() const {
    return static_cast<std::uint32_t>(segments_.size() + written_.size());
  }
  // Replaces a view (or adds one, with number view_count()): live files and sums are worked out from the
  // entries.
  [[nodiscard]] Status put_view(std::size_t number, ManifestView meta, std::vector<ViewEntry> entries,
                                std::vector<ViewSkip> skips);
  void remove_view(std::size_t number);
  void set_model(ModelInfo model, bool source);

  // Merges by policy, or everything into one; drops what no view uses. Answers whether anything was.
  [[nodiscard]] Result<bool> merge(bool everything);
  // Gives every segment of at least `units` units a graph of its vectors, where it has none. Answers whether
  // any was made. ErrorKind::cancelled where `stop` asks for it; `progress` as that of write_vector_graph(),
  // with the segment's units.
  [[nodiscard]] Result<bool> make_graphs(
      std::uint32_t units, const std::stop_token& stop,
      const std::function<void(std::uint32_t done, std::uint32_t total)>& progress);
  // Writes the views that changed and commits. `version` is what readers see.
  [[nodiscard]] Status commit(std::uint64_t version);

 private:
  struct Stored {
    StoredFile file;
    std::shared_ptr<const Segment> segment;
    std::optional<StoredFile> graph;
  };
  explicit WorkingIndex(IndexFolder& folder) : folder_(folder) {}
  [[nodiscard]] Result<std::uint32_t> open_segment(const std::string& name);
  [[nodiscard]] Result<FileSet> live_in_any_view(std::uint32_t number);
  [[nodiscard]] Status merge_group(std::span<const std::size_t> group, std::span<const FileSet> live);
  [[nodiscard]] Status write(WorkingView& view);

  struct View {
    ManifestView meta;
    std::shared_ptr<const ViewFile> file;  // null where not opened yet, or replaced
    std::unique_ptr<WorkingView> loaded;
  };
  [[nodiscard]] Result<const ViewFile*> file_of(View& view);
  [[nodiscard]] Result<WorkingView*> load(std::size_t number);
  [[nodiscard]] Result<bool> uses(View& view, std::span<const std::size_t> segments);

  IndexFolder& folder_;
  std::vector<Stored> segments_;      // dropped ones keep their number, with a null segment
  std::vector<std::string> written_;  // segments not opened yet
  std::vector<View> views_;
  ModelInfo model_;
  bool source_ = true;
};

// What one file adds to the sums of a view.
struct FileSums {
  std::uint64_t units = 0;
  std::uint64_t bytes = 0;
  std::array<std::uint64_t, kFieldCount> terms{};
};
[[nodiscard]] FileSums sums_of(const Segment& segment, std::uint32_t file);

}  // namespace quarry::index
