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
#include "quarry/ranking/bm25f.h"
#include "quarry/ranking/file_facts.h"
#include "quarry/text/term.h"

namespace quarry::ranking {

// Units and files of all segments in one numbering: segment s starts at unit_base(s), file_base(s). Safe to
// share between threads: after open it only remembers what it worked out.
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
  [[nodiscard]] bool all_live(std::size_t s) const { return parts_[s].all_live; }
  [[nodiscard]] std::uint32_t unit_base(std::size_t s) const { return parts_[s].unit_base; }
  [[nodiscard]] std::uint32_t file_base(std::size_t s) const { return parts_[s].file_base; }
  [[nodiscard]] std::uint32_t unit_count() const { return unit_count_; }
  [[nodiscard]] std::uint32_t file_count() const { return file_count_; }
  [[nodiscard]] const index::Totals& totals() const { return totals_; }
  [[nodiscard]] const Bm25f& scoring() const { return *scoring_; }
  // What each of the segment's shapes is worth.
  [[nodiscard]] std::span<const Bm25f::Gain> gains(std::size_t s) const { return parts_[s].gains; }

  struct Place {
    std::size_t segment;
    std::uint32_t ordinal;  // within it
  };
  [[nodiscard]] Place unit_place(std::uint32_t unit) const;
  [[nodiscard]] Place file_place(std::uint32_t file) const;
  [[nodiscard]] index::UnitView unit(std::uint32_t unit) const;
  [[nodiscard]] index::FileView file(std::uint32_t file) const;
  // The same as columns, for loops: the file of a unit, and the first unit of a file (file_count():
  // unit_count()).
  [[nodiscard]] std::uint32_t file_of(std::uint32_t unit) const { return unit_files_[unit]; }
  [[nodiscard]] std::uint32_t first_unit(std::uint32_t file) const { return first_units_[file]; }
  // Those of a segment, by the unit's number within it.
  [[nodiscard]] std::span<const std::uint32_t> unit_files(std::size_t s) const {
    return std::span(unit_files_).subspan(parts_[s].unit_base);
  }
  // The repository that a file belongs to, by name.
  [[nodiscard]] std::string_view repository_of(std::uint32_t file) const;

  // What the ranking asks of a unit and of a file in every search that meets them, worked out at the first.
  struct UnitFacts {
    syntax::Kind kind;
    std::uint16_t name_words;
    bool has_doc;
    std::uint32_t parent;
    float log_lines;       // ln(1 + lines)
    float log_references;  // the same of references to its name, anywhere in the live files; 0 for sections
  };
  [[nodiscard]] Result<UnitFacts> unit_facts(std::uint32_t unit) const;
  // Before unit_facts(), whose entries lie scattered over a megabyte.
  void prefetch_facts(std::uint32_t unit) const { __builtin_prefetch(&memory_->units[unit]); }
  [[nodiscard]] const FileFacts& file_facts(std::uint32_t file) const;

 private:
  struct Part {
    std::shared_ptr<const index::Segment> segment;
    std::shared_ptr<const index::VectorGraph> graph;
    index::FileSet live;
    std::uint32_t unit_base = 0;
    std::uint32_t file_base = 0;
    bool all_live = false;
    std::vector<Bm25f::Gain> gains;
    std::vector<std::uint16_t> view_of_file;  // only where several views are searched
  };
  // Facts are filled in by whichever thread needs them first. Entries are words that are whole or absent, so
  // that threads need no lock; two that fill one at a time write the same.
  struct UnitEntry {
    std::atomic<std::uint64_t> place{0};  // parent, kind, name words, doc; and a bit that it is known
    std::atomic<std::uint64_t> size{0};   // bits of the logarithms of lines, never 0, and references
  };
  // How often names are used, which many units share: a name's term has one place, and an entry is 40 bits of
  // it and the count.
  static constexpr std::size_t kReferenceEntries = 8192;
  struct Memory {
    Memory(std::size_t unit_count, std::size_t file_count) : units(unit_count), files(file_count) {}
    ~Memory();
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    std::vector<UnitEntry> units;
    std::vector<std::atomic<const FileFacts*>> files;  // owned
    std::array<std::atomic<std::uint64_t>, kReferenceEntries> references{};
  };
  [[nodiscard]] Result<std::uint32_t> references_to(std::string_view name) const;
  [[nodiscard]] float average_length(index::Field field) const;  // terms a unit
  void number();

  std::unique_ptr<Memory> memory_;
  std::unique_ptr<const Bm25f> scoring_;
  std::vector<std::uint32_t> unit_files_;
  std::vector<std::uint32_t> first_units_;  // a file, and one more
  std::shared_ptr<const index::Snapshot> snapshot_;
  std::vector<Part> parts_;
  std::vector<std::size_t> views_;
  index::Totals totals_;
  std::uint32_t unit_count_ = 0;
  std::uint32_t file_count_ = 0;
};

}  // namespace quarry::ranking
