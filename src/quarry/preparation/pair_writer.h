// Writes pairs as shards of JSON lines, compressed with zstd, that pair_reader.h reads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/preparation/pair.h"

namespace quarry::preparation {

struct Shard {
  std::string name;  // inside the output folder
  std::uint64_t pairs = 0;
  std::uint64_t bytes = 0;  // of the file
  std::uint64_t hash = 0;   // XXH3 of its lines before compression
};

// One line without its end; equal pairs, equal bytes. Members that are empty are left out but for doc and
// code.
[[nodiscard]] std::string to_json_line(const Pair& pair);

// Not thread-safe. Equal pairs in equal order make equal files (with one version of zstd).
class PairWriter {
 public:
  // Shards are called <stem>-00000.jsonl.zst and so on below `folder`.
  PairWriter(FileSystem& files, std::filesystem::path folder, std::string stem,
             std::uint64_t pairs_per_shard);
  ~PairWriter();
  PairWriter(PairWriter&&) noexcept;

  [[nodiscard]] Status add(const Pair& pair);
  // Ends the last shard; everything is on disk then. No shard is made where there was no pair.
  [[nodiscard]] Result<std::vector<Shard>> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quarry::preparation
