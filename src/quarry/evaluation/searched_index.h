// An index made for an evaluation, and the engines that a system searches it with.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "quarry/base/result.h"
#include "quarry/evaluation/evaluation.h"
#include "quarry/index/index_writer.h"
#include "quarry/search/engine.h"

namespace quarry::evaluation {

// Indexes of one source, one a model: systems with the same model share theirs. Not thread-safe.
class SearchedIndex {
 public:
  SearchedIndex(FileSystem& files, const corpus::Source& source, index::WriterHooks hooks,
                std::span<const System> systems, const EvaluationOptions& options)
      : files_(files), source_(source), hooks_(std::move(hooks)), systems_(systems), options_(options) {}

  // Ready to search as `system` does; indexes what is not indexed yet.
  [[nodiscard]] Result<std::unique_ptr<search::Engine>> engine(const System& system);

  // Changes with any file's path or content. After the first engine().
  [[nodiscard]] std::uint64_t content_hash() const { return content_hash_; }

 private:
  [[nodiscard]] Result<std::shared_ptr<const index::Snapshot>> snapshot_for(const model::Encoder* encoder);

  FileSystem& files_;
  const corpus::Source& source_;
  index::WriterHooks hooks_;
  std::span<const System> systems_;
  const EvaluationOptions& options_;
  std::map<std::string, std::shared_ptr<const index::Snapshot>> snapshots_;  // by the model's fingerprint
  std::uint64_t content_hash_ = 0;
};

// Whether the system asks with vectors.
[[nodiscard]] bool uses_vectors(const System& system);

}  // namespace quarry::evaluation
