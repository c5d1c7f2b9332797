// Brings the index up to date with a source: lists, compares, analyses what is new, commits a new version.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/corpus/source.h"
#include "quarry/index/document.h"
#include "quarry/index/snapshot.h"
#include "quarry/syntax/extractor.h"

namespace quarry::model {
class Encoder;
}

namespace quarry::index {

// A segment from this size on gets a graph of its vectors: where scanning it costs more than a search can
// afford, and far more than the graph does. Measured in docs/BENCHMARKS.md, "Large segments".
inline constexpr std::uint32_t kGraphUnits = 500'000;

struct Progress {
  enum class Stage : std::uint8_t {
    files,
    graph,  // of vectors, units instead of files
  };
  Stage stage = Stage::files;
  std::size_t files_done = 0;
  std::size_t files_total = 0;
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes_total = 0;
};

struct UpdateOptions {
  corpus::ListOptions listing;
  syntax::ExtractLimits limits;
  std::size_t threads = 0;  // 0: one a core
  bool source = true;       // keep the source text; false for indexes that are shipped without code
  const model::Encoder* encoder = nullptr;  // makes the vectors; null: none
  std::uint32_t graph_units = kGraphUnits;  // units that a segment must hold to get a graph; 0: none does
  std::function<void(const Progress&)> progress;  // called on the calling thread, at most some times a second
  std::stop_token stop;  // asks to end; the index stays as it was and the answer is ErrorKind::cancelled
};

struct UpdateReport {
  std::uint64_t version = 0;  // of the index afterwards
  bool changed = false;       // false: nothing to do, no new version was made
  std::uint32_t files = 0;    // live in the view
  std::uint32_t units = 0;
  std::uint32_t parsed = 0;  // files analysed in this run
  std::uint32_t reused = 0;  // files taken from the segments by path and blob
  std::uint32_t removed = 0;
  std::uint64_t bytes_parsed = 0;
  std::vector<corpus::Skipped> skipped;
  // Paths of files analysed in this run whose parse was given up (time or size): they are searchable as
  // sections of text.
  std::vector<std::string> unparsed;
};

// Raise it whenever the same bytes would make other documents: what was indexed before is then analysed anew.
inline constexpr std::uint32_t kDocumentsVersion = 3;

// One file's bytes into its Document; called by one thread at a time. Fails only where the encoder does.
using Analyse = std::function<Result<Document>(std::string_view repository, std::string_view path,
                                               const corpus::Content& content)>;

// What a writer takes from outside, so that tests can bring their own.
struct WriterHooks {
  std::function<Analyse(const UpdateOptions&)> make_analyse;  // one a thread
  std::function<std::int64_t()> now_ns;                       // the clock that file times are compared with
};
// Extraction, language detection and the system's clock.
[[nodiscard]] WriterHooks default_hooks();

// The single writer of an index folder, from open() (which takes the lock, ErrorKind::busy if held) to its
// end.
class IndexWriter {
 public:
  // Makes the folder where it is missing; removes what a crashed writer left behind. A folder that holds
  // other things and no index is refused, and so is a symbolic link.
  [[nodiscard]] static Result<std::unique_ptr<IndexWriter>> open(FileSystem& files,
                                                                 const std::filesystem::path& directory);
  // Makes the index at `directory` an empty one, whatever program wrote it.
  [[nodiscard]] static Status discard(FileSystem& files, const std::filesystem::path& directory);
  [[nodiscard]] static Result<std::unique_ptr<IndexWriter>> open(FileSystem& files,
                                                                 const std::filesystem::path& directory,
                                                                 WriterHooks hooks);
  ~IndexWriter();

  // Brings the view of `source` up to date, adding it where it is new. The view of a work tree is found by
  // identity and root, that of an object store by identity, prefix and name. Other limits or another
  // kDocumentsVersion analyse the view anew; another model or choice of `source` holds for the whole index
  // and is ErrorKind::invalid_argument while other views are in it.
  [[nodiscard]] Result<UpdateReport> update(const corpus::Source& source, const UpdateOptions& options);
  // Drops a view; its files go when no view holds them and segments are merged.
  [[nodiscard]] Status remove_view(std::size_t view);
  // Merges all segments into one and drops everything that is dead.
  [[nodiscard]] Status compact();

 private:
  struct State;
  explicit IndexWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quarry::index
