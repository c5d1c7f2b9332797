// The indexes being served, each in its newest version: opened once, swapped whole, held by every request
// that uses them until it is answered.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/server/message.h"
#include "quarry/server/served_index.h"

namespace quarry::server {

struct IndexSource {
  std::string name;  // of the side; also its cookie and header value
  std::filesystem::path directory;
  double weight = 1;  // its share of the requests that name no side
};

// The encoder that fits the snapshot's vectors; null: words only.
using OpenEncoder =
    std::function<Result<std::shared_ptr<const model::Encoder>>(const index::Snapshot& snapshot)>;

struct CatalogOptions {
  std::vector<IndexSource> sources;  // at least one, names differ
  std::filesystem::path weights;     // of the ranking; empty: those built in
  bool second_look = true;           // at the best results of a search with vectors
  OpenEncoder open_encoder;
  search::Reranking reranking{};  // for all of them
  bool words_only = false;        // by the operator's choice: that no encoder is opened is no news
};

// Thread-safe.
class Catalog {
 public:
  // Opens all of them, or says which one fails and why.
  [[nodiscard]] static Result<std::unique_ptr<Catalog>> open(FileSystem& files, CatalogOptions options);

  // What became of a side when it was looked at again.
  struct Change {
    std::string side;
    std::string label;  // of what is served now
    bool swapped = false;
    std::string error;  // why the newest version is not served; "" where it is
  };
  // Opens what is newer than what is served and swaps it in. A version that cannot be opened leaves the old
  // one in place. `always`: also where the manifest looks unchanged. Waits for another refresh that is under
  // way.
  std::vector<Change> refresh(bool always);

  // The side that a request is answered by: the header "quarry-side", then the cookie "quarry_side", then by
  // weight.
  [[nodiscard]] std::shared_ptr<const ServedIndex> choose(const Request& request) const;
  [[nodiscard]] std::shared_ptr<const ServedIndex> side(std::string_view name) const;  // null: no such side
  [[nodiscard]] std::vector<std::shared_ptr<const ServedIndex>> all() const;
  [[nodiscard]] const std::vector<IndexSource>& sources() const { return options_.sources; }

 private:
  struct Side {
    std::shared_ptr<const ServedIndex> served;
    FileStatus manifest;
    std::string error;
  };
  Catalog(FileSystem& files, CatalogOptions options) : files_(files), options_(std::move(options)) {}
  [[nodiscard]] Result<std::shared_ptr<const ServedIndex>> open_side(const IndexSource& source) const;

  FileSystem& files_;
  const CatalogOptions options_;
  std::mutex refreshing_;
  mutable std::mutex mutex_;  // guards sides_
  std::vector<Side> sides_;   // one a source
};

}  // namespace quarry::server
