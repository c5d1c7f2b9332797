#include "quarry/evaluation/searched_index.h"

#include "quarry/base/hash.h"

namespace quarry::evaluation {
namespace {

// Sums, so that it does not matter which segment holds a file.
Result<std::uint64_t> hash_of(const index::Snapshot& snapshot) {
  std::uint64_t sum = 0;
  const auto segments = snapshot.segments();
  for (std::size_t s = 0; s < segments.size(); ++s) {
    QUARRY_CHECK(segments[s]->prepare());
    QUARRY_TRY(const index::FileSet live, snapshot.live_files(0, s));
    for (std::uint32_t f = 0; f < segments[s]->file_count(); ++f) {
      if (!live.contains(f)) continue;
      const index::FileView file = segments[s]->file(f);
      sum += hash64(std::as_bytes(std::span(file.blob.bytes)), hash64(file.path));
    }
  }
  return sum;
}

}  // namespace

bool uses_vectors(const System& system) {
  return system.encoder != nullptr && system.ranker != Ranker::words && system.ranker != Ranker::bm25f;
}

Result<std::shared_ptr<const index::Snapshot>> SearchedIndex::snapshot_for(const model::Encoder* encoder) {
  auto& snapshot = snapshots_[encoder == nullptr ? std::string() : encoder->fingerprint()];
  if (snapshot != nullptr) return snapshot;
  const std::filesystem::path folder =
      options_.work / "indexes" /
      fmt::format("{}-{:016x}", source_.name(),
                  hash64(source_.identity() + source_.root(),
                         encoder == nullptr ? 0 : hash64(encoder->fingerprint())));
  QUARRY_CHECK(files_.create_directories(folder.parent_path()));
  QUARRY_TRY(auto writer, index::IndexWriter::open(files_, folder, hooks_));
  index::UpdateOptions update;
  update.listing = options_.listing;
  update.threads = options_.threads;
  update.encoder = encoder;
  update.stop = options_.stop;
  if (options_.progress) {
    update.progress = [&](const index::Progress& now) {
      options_.progress("Indexing " + source_.name(), now.files_done, now.files_total);
    };
  }
  QUARRY_TRY(const index::UpdateReport report, writer->update(source_, update));
  (void)report;
  QUARRY_TRY(snapshot, index::Snapshot::open(files_, folder));
  QUARRY_TRY(content_hash_, hash_of(*snapshot));
  return snapshot;
}

Result<std::unique_ptr<search::Engine>> SearchedIndex::engine(const System& system) {
  // Words are the same in every index: those without a model take the first that is made anyway.
  const model::Encoder* encoder = system.encoder.get();
  for (const System& other : systems_) {
    if (encoder == nullptr) encoder = other.encoder.get();
  }
  QUARRY_TRY(auto snapshot, snapshot_for(encoder));
  search::EngineOptions engine;
  engine.encoder = uses_vectors(system) ? system.encoder : nullptr;
  engine.weights = system.weights;
  if (system.ranker == Ranker::reranked) engine.reranking = system.reranking;
  if (!is_product(system.ranker)) {
    engine.weights = options_.work / fmt::format("{}.json", name_of(system.ranker));
    const std::string json = ranking::to_json(weights_of(system.ranker));
    QUARRY_CHECK(write_atomically(files_, engine.weights, std::as_bytes(std::span(json))));
  }
  return search::Engine::open(std::move(snapshot), engine);
}

}  // namespace quarry::evaluation
