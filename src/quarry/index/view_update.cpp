#include "quarry/index/view_update.h"

#include <algorithm>
#include <mutex>

#include "quarry/base/ordered_pipeline.h"

namespace quarry::index {
namespace {

// Held by the segment being collected; with the documents in flight and the columns it stays under the bound
// of 500 MB that indexing promises.
constexpr std::size_t kFlushBytes = std::size_t{192} << 20;
// In flight between reading and adding, in bytes of source: a document takes up to ten times its source.
constexpr std::size_t kInFlightBytes = std::size_t{12} << 20;
// A file changed again within the clock tick of its last change looks unchanged: such files are not trusted
// next time. File systems with times in whole seconds (HFS+, ext3) or two (FAT) show it by their zeros.
constexpr std::int64_t kTickNs = 50'000'000;
constexpr std::int64_t kCoarseTickNs = 2'500'000'000;

FileStamp stamp_of(const corpus::FileEntry& file, std::int64_t now_ns) {
  const std::int64_t tick = file.mtime_ns % 1'000'000'000 == 0 ? kCoarseTickNs : kTickNs;
  return {file.size, file.mtime_ns > now_ns - tick ? kUnknownTime : file.mtime_ns, file.inode};
}

std::string blob_text(const corpus::FileEntry& file) {
  if (!file.blob) return {};
  return {reinterpret_cast<const char*>(file.blob->bytes.data()), file.blob->bytes.size()};
}

// What becomes of one listed file.
struct Outcome {
  std::optional<Place> place;
  std::optional<corpus::Skipped> skipped;
};

class ViewUpdate {
 public:
  ViewUpdate(const corpus::Source& source, const UpdateOptions& options, const WriterHooks& hooks,
             const std::string& repository, std::uint32_t dimensions, WorkingIndex& index)
      : source_(source),
        options_(options),
        hooks_(hooks),
        repository_(repository),
        index_(index),
        writer_({.dimensions = dimensions, .source = options.source}) {}

  Result<UpdatedView> run(const WorkingView* previous, const std::vector<std::size_t>& donors,
                          bool same_listing) {
    now_ns_ = hooks_.now_ns();
    QUARRY_TRY(listing_, source_.list(options_.listing));
    outcomes_.resize(listing_.files.size());
    if (previous != nullptr && same_listing) compare(previous->content);
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
      if (!outcomes_[i].place && !outcomes_[i].skipped) work_.push_back(i);
    }
    if (!work_.empty()) {
      if (previous != nullptr) donors_.push_back(previous);
      if (previous != nullptr && !same_listing) other_rules_ = previous;
      for (const std::size_t view : donors) {
        // Loading a view costs about what analysing a file does: a refresh of few files looks at few views.
        if (donors_.size() > work_.size()) break;
        QUARRY_TRY(const WorkingView* donor, index_.view(view));
        donors_.push_back(donor);
      }
      QUARRY_CHECK(analyse());
    }
    return collect();
  }

 private:
  // Takes over what the stamps or blobs say is the same as before.
  void compare(const ViewContent& before) {
    auto entry = before.entries.begin();
    auto skip = before.skips.begin();
    for (std::size_t i = 0; i < listing_.files.size(); ++i) {
      const corpus::FileEntry& file = listing_.files[i];
      while (entry != before.entries.end() && index_.path_of(*entry) < file.path) ++entry;
      if (entry != before.entries.end() && index_.path_of(*entry) == file.path) {
        const bool same = file.blob ? *file.blob == index_.segment(entry->segment).file(entry->file).blob
                                    : same_stamp(entry->stamp, file);
        if (same) outcomes_[i].place = Place{entry->segment, entry->file};
        continue;
      }
      while (skip != before.skips.end() && skip->skipped.path < file.path) ++skip;
      if (skip == before.skips.end() || skip->skipped.path != file.path || !skip->read) continue;
      if (file.blob ? skip->blob == blob_text(file) : same_stamp(skip->stamp, file)) {
        outcomes_[i].skipped = skip->skipped;
      }
    }
  }

  static bool same_stamp(const FileStamp& stamp, const corpus::FileEntry& file) {
    return stamp.mtime_ns != kUnknownTime && stamp == FileStamp{file.size, file.mtime_ns, file.inode};
  }

  // Stored content of that path and blob. `read`: the file was read and is wanted, so that it does not matter
  // by which rules it was chosen before. Thread-safe.
  std::optional<Place> stored(const std::string& path, const corpus::BlobId& blob, bool read) const {
    for (const WorkingView* donor : donors_) {
      if (!read && donor == other_rules_) continue;
      const auto& entries = donor->content.entries;
      const auto found =
          std::lower_bound(entries.begin(), entries.end(), path,
                           [&](const ViewEntry& e, const std::string& p) { return index_.path_of(e) < p; });
      if (found == entries.end() || index_.path_of(*found) != path) continue;
      if (index_.segment(found->segment).file(found->file).blob == blob)
        return Place{found->segment, found->file};
    }
    return std::nullopt;
  }

  // What a worker makes of one file, until it is its turn to be added.
  struct Made {
    std::optional<Document> document;
    std::optional<Error> error;
  };

  Status analyse() {
    std::vector<Made> made(work_.size());
    Progress progress;
    progress.files_total = work_.size();
    for (const std::size_t i : work_) progress.bytes_total += listing_.files[i].size;
    auto shown = std::chrono::steady_clock::now();
    Status status;
    {
      ThreadPool pool(options_.threads);
      run_ordered(
          pool, work_.size(), kInFlightBytes,
          [&](std::size_t w) { return listing_.files[work_[w]].size + 4096; },
          [&](std::size_t w) {
            if (!options_.stop.stop_requested()) make(work_[w], made[w]);
          },
          [&](std::size_t w) {
            if (options_.stop.stop_requested()) return false;
            if (made[w].error) {
              status = tl::unexpected(std::move(*made[w].error));
              return false;
            }
            status = add(work_[w], made[w]);
            ++progress.files_done;
            progress.bytes_done += listing_.files[work_[w]].size;
            const auto now = std::chrono::steady_clock::now();
            if (options_.progress &&
                (now - shown > std::chrono::milliseconds(100) || w + 1 == work_.size())) {
              shown = now;
              options_.progress(progress);
            }
            return status.has_value();
          });
    }
    QUARRY_CHECK(status);
    if (options_.stop.stop_requested()) {
      return fail(ErrorKind::cancelled, "indexing was stopped; the index is as it was before");
    }
    if (writer_.file_count() != 0) QUARRY_CHECK(index_.write_segment(writer_));
    return index_.open_written();
  }

  void make(std::size_t i, Made& made) {
    const corpus::FileEntry& file = listing_.files[i];
    if (file.blob) {
      if ((outcomes_[i].place = stored(file.path, *file.blob, false))) return;
    }
    auto content = source_.read(file, options_.listing);
    if (!content) {
      outcomes_[i].skipped = std::move(content).error();
      return;
    }
    if ((outcomes_[i].place = stored(file.path, content->blob, true))) return;
    Analyse analyse = borrow();
    auto document = analyse(repository_, file.path, *content);
    give_back(std::move(analyse));
    if (!document) {
      made.error = std::move(document).error();
      return;
    }
    made.document = std::move(*document);
  }

  Status add(std::size_t i, Made& made) {
    if (!made.document) return {};
    if (!made.document->complete) unparsed_.push_back(made.document->path);
    ++parsed_;
    bytes_parsed_ += made.document->bytes;
    outcomes_[i].place = Place{index_.next_segment(), writer_.file_count()};
    writer_.add(std::move(*made.document));
    made.document.reset();
    if (writer_.memory_in_bytes() > kFlushBytes) return index_.write_segment(writer_);
    return {};
  }

  // Analysers are not thread-safe and have warm caches: as many as run at once, handed around.
  Analyse borrow() {
    const std::scoped_lock guard(mutex_);
    if (idle_.empty()) return hooks_.make_analyse(options_);
    Analyse analyse = std::move(idle_.back());
    idle_.pop_back();
    return analyse;
  }
  void give_back(Analyse analyse) {
    const std::scoped_lock guard(mutex_);
    idle_.push_back(std::move(analyse));
  }

  Result<UpdatedView> collect() {
    UpdatedView view;
    view.parsed = parsed_;
    view.unparsed = std::move(unparsed_);
    view.bytes_parsed = bytes_parsed_;
    for (corpus::Skipped& skipped : listing_.skipped)
      view.skips.push_back({std::move(skipped), false, {}, {}});
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
      const corpus::FileEntry& file = listing_.files[i];
      const FileStamp stamp = file.blob ? FileStamp{file.size, 0, 0} : stamp_of(file, now_ns_);
      if (outcomes_[i].place) {
        view.entries.push_back({stamp, outcomes_[i].place->segment, outcomes_[i].place->file});
      } else if (outcomes_[i].skipped) {
        view.skips.push_back({std::move(*outcomes_[i].skipped), true, stamp, blob_text(file)});
        view.skips.back().skipped.path = file.path;
      }
    }
    view.reused = static_cast<std::uint32_t>(view.entries.size()) - parsed_;
    std::stable_sort(view.skips.begin(), view.skips.end(),
                     [](const ViewSkip& a, const ViewSkip& b) { return a.skipped.path < b.skipped.path; });
    return view;
  }

  const corpus::Source& source_;
  const UpdateOptions& options_;
  const WriterHooks& hooks_;
  const std::string& repository_;
  WorkingIndex& index_;
  SegmentWriter writer_;
  std::int64_t now_ns_ = 0;
  corpus::Listing listing_;
  std::vector<Outcome> outcomes_;
  std::vector<std::size_t> work_;
  std::vector<const WorkingView*> donors_;
  const WorkingView* other_rules_ = nullptr;  // the donor that was listed by other rules
  std::vector<std::string> unparsed_;
  std::uint32_t parsed_ = 0;
  std::uint64_t bytes_parsed_ = 0;
  std::mutex mutex_;
  std::vector<Analyse> idle_;
};

}  // namespace

Result<UpdatedView> update_view(const corpus::Source& source, const UpdateOptions& options,
                                const WriterHooks& hooks, const std::string& repository,
                                std::uint32_t dimensions, WorkingIndex& index, const WorkingView* previous,
                                const std::vector<std::size_t>& donors, bool same_listing) {
  return ViewUpdate(source, options, hooks, repository, dimensions, index)
      .run(previous, donors, same_listing);
}

}  // namespace quarry::index
