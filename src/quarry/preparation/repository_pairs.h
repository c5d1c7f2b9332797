// One repository becomes candidates: every file parsed on the pool, then joined with where each definition is
// called and with the commits that changed it.
#pragma once

#include <vector>

#include "quarry/base/ordered_pipeline.h"
#include "quarry/preparation/file_pairs.h"
#include "quarry/preparation/prepare.h"

namespace quarry::preparation {

// Makers for as many threads as ask at the same time; a maker remembers its parser.
class MakerPool {
 public:
  [[nodiscard]] std::unique_ptr<FilePairMaker> borrow();
  void give_back(std::unique_ptr<FilePairMaker> maker);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<FilePairMaker>> idle_;
};

// Fills in revision, licence, counts and drops of `input` (whose name is known) and answers its candidates,
// sorted by path and line, those of commits last. At most options.pairs_per_repository stay, chosen by their
// hash, so that memory is bounded by that and by the files at work. `report_files` hears of files done and
// their number.
[[nodiscard]] Result<std::vector<Candidate>> repository_pairs(
    const corpus::Source& source, const PrepareOptions& options, ThreadPool& pool, MakerPool& makers,
    InputReport& input, const std::function<void(std::uint64_t done, std::uint64_t total)>& report_files);

}  // namespace quarry::preparation
