// What one search looks at: the live files of one or all views of a snapshot, numbered through.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/index/snapshot.h"
#include "quarry/text/term.h"

namespace quarry::ranking {

// Units and files of all segments in one numbering: segment s starts at unit_base(s), file_base(s). Immutable
// after open; safe to share between threads.
class SearchSpace {
 public:
  [[nodiscard]] static Result<SearchSpace> open(std::shared_ptr<const index::Snapshot> snapshot,
                                                std::optional<std::size_t> view);

  [[nodiscard]] const index::Snapshot& snapshot() const { return *snapshot_; }
  [[nodiscard]] std::size_t segment_count() const { return parts_.size(); }
  [[nodiscard]] const index::Segment& segment(std::size_t s) const { return *parts_[s].segment; }
  [[nodiscard]] const index::VectorGraph* graph(std::size_t s) const {
    return parts_[s].graph.get();
  }  // or null
  [[nodiscard]] const index::FileSet& live(std::size_t s) const { return parts_[s].live; }
  [[nodiscard]] std::uint32_t unit_base(std::size_t s) const { return parts_[s].unit_base; }
  [[nodiscard]] std::uint32_t file_base(std::size_t s) const { return parts_[s].file_base; }
  [[nodiscard]] std::uint32_t unit_count() const { return unit_count_; }
  [[nodiscard]] std::uint32_t file_count() const { return file_count_; }
  [[nodiscard]] const index::Totals& totals() const { return totals_; }
  [[nodiscard]] float average_length(
      index::Field field) const;  // terms a unit, or a file for stem and folder

  struct Place {
    std::size_t segment;
    std::uint32_t ordinal;  // within it
  };
  [[nodiscard]] Place unit_place(std::uint32_t unit) const;
  [[nodiscard]] Place file_place(std::uint32_t file) const;
  [[nodiscard]] index::UnitView unit(std::uint32_t unit) const;
  [[nodiscard]] index::FileView file(std::uint32_t file) const;
  // The repository that a file belongs to, by name.
  [[nodiscard]] std::string_view repository_of(std::uint32_t file) const;

  // How often `name` is used anywhere in the live files.
  [[nodiscard]] Result<std::uint32_t> references_to(std::string_view name) const;

 private:
  struct Part {
    std::shared_ptr<const index::Segment> segment;
    std::shared_ptr<const index::VectorGraph> graph;
    index::FileSet live;
    std::uint32_t unit_base = 0;
    std::uint32_t file_base = 0;
    bool all_live = false;
    std::vector<std::uint16_t> view_of_file;  // only where several views are searched
  };
  // Answers of references_to(), which many queries ask for the same names: a name's term has one place, and
  // an entry is 40 bits of it and the count. Entries are whole or absent, so that threads need no lock.
  static constexpr std::size_t kReferenceEntries = 8192;
  using References = std::array<std::atomic<std::uint64_t>, kReferenceEntries>;

  std::unique_ptr<References> references_ = std::make_unique<References>();
  std::shared_ptr<const index::Snapshot> snapshot_;
  std::vector<Part> parts_;
  std::vector<std::size_t> views_;
  index::Totals totals_;
  std::uint32_t unit_count_ = 0;
  std::uint32_t file_count_ = 0;
};

}  // namespace quarry::ranking
