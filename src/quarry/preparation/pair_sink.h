// Where all candidates end: repeated docs and near duplicates fall out here, the rest is counted and written.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "quarry/preparation/file_pairs.h"
#include "quarry/preparation/judged_writer.h"
#include "quarry/preparation/pair_writer.h"
#include "quarry/preparation/prepare.h"

namespace quarry::preparation {

inline constexpr std::uint16_t kMostRepeats = 3;  // of one doc

// Not thread-safe. Which of two equal pairs stays depends on the order alone, so candidates come in a fixed
// one.
class PairSink {
 public:
  PairSink(FileSystem& files, const std::filesystem::path& folder, const PrepareOptions& options,
           PrepareReport& report);

  // Writes the pair to its part, or counts why not. Pairs of commits go to the training part only, in shards
  // of their own.
  [[nodiscard]] Status take(Candidate&& candidate, Partition partition, InputReport& input);
  // Ends all files and puts the shards into the report.
  [[nodiscard]] Status finish();

 private:
  [[nodiscard]] std::optional<DropReason> reason_to_drop(const Candidate& candidate);

  const PrepareOptions& options_;
  PrepareReport& report_;
  std::array<PairWriter, kPartitions> writers_;  // by Partition
  PairWriter commits_;
  JudgedWriter judged_;
  NearDuplicates known_;
  std::unordered_map<std::uint64_t, std::uint16_t> docs_;  // how often, by hash
};

}  // namespace quarry::preparation
