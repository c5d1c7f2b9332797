// One committed version of an index as readers see it: segments, and which of their files are live in which
// view.
//
// A view is one repository as a work tree or revision shows it: a list of files over the segments that all
// views share. Fifty work trees of one repository are fifty lists and little more than one set of segments.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/corpus/source.h"
#include "quarry/index/segment.h"
#include "quarry/index/vector_graph.h"

namespace quarry::index {

struct ViewInfo {
  std::string repository;  // its name in results and filters
  std::string identity;    // corpus::Source::identity
  std::string root;        // "" for a revision of an object store
  std::string revision;
  std::string remote;
  std::string prefix;
  std::uint32_t files = 0;
  std::uint32_t units = 0;  // without the files' own
  std::uint64_t source_bytes = 0;
  std::vector<std::pair<std::string, std::uint32_t>> skipped;  // reason, how many; sorted by reason
  corpus::ListOptions listing;                                 // the rules by which its files were chosen
};

// Which model made the vectors; a reader with another one must not use them.
struct ModelInfo {
  std::string name;         // "" where there are no vectors
  std::string fingerprint;  // hash of everything that changes a vector
  std::uint32_t dimensions = 0;
};

// One bit a file of a segment.
class FileSet {
 public:
  FileSet() = default;
  explicit FileSet(std::uint32_t files, bool value = false);
  [[nodiscard]] bool contains(std::uint32_t file) const {
    return (words_[file >> 6] >> (file & 63) & 1) != 0;
  }
  void insert(std::uint32_t file) { words_[file >> 6] |= std::uint64_t{1} << (file & 63); }
  void merge(const FileSet& other);
  [[nodiscard]] std::uint32_t count() const;
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::span<const std::uint64_t> words() const {
    return words_;
  }  // bit f % 64 of word f / 64: file f

 private:
  std::uint32_t size_ = 0;
  std::vector<std::uint64_t> words_;
};

// Sums over live files, for BM25F's averages.
struct Totals {
  std::uint64_t files = 0;
  std::uint64_t units = 0;  // without the files' own
  std::array<std::uint64_t, kFieldCount>
      terms{};  // a field; stem and folder over files, the others over units
};

// Immutable and safe to share between threads; its files stay readable while it lives, whatever writers do.
class Snapshot {
 public:
  // The newest committed version. ErrorKind::not_found where the folder holds no index (the message says how
  // to make one), corrupt, version_mismatch.
  [[nodiscard]] static Result<std::shared_ptr<const Snapshot>> open(FileSystem& files,
                                                                    const std::filesystem::path& directory);
  ~Snapshot();

  [[nodiscard]] std::uint64_t version() const;  // 1, 2, 3 ... a commit
  [[nodiscard]] const ModelInfo& model() const;
  [[nodiscard]] bool has_source() const;
  [[nodiscard]] const std::filesystem::path& directory() const;
  [[nodiscard]] std::span<const std::shared_ptr<const Segment>> segments() const;
  // One a segment; null where it has none, or where its file is missing.
  [[nodiscard]] std::span<const std::shared_ptr<const VectorGraph>> graphs() const;
  [[nodiscard]] std::span<const ViewInfo> views() const;
  [[nodiscard]] Result<FileSet> live_files(std::size_t view, std::size_t segment) const;
  [[nodiscard]] Result<Totals> totals(std::size_t view) const;
  [[nodiscard]] std::uint64_t size_in_bytes() const;  // of the segments, graphs and views on disk

  [[nodiscard]] Status verify() const;

 private:
  struct State;
  explicit Snapshot(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quarry::index
