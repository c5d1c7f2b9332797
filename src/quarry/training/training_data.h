// From pairs on disk to what a run learns from and what it is checked against.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/training/config.h"
#include "quarry/training/dataset.h"
#include "quarry/training/pair_reader.h"
#include "quarry/training/text_vectors.h"

namespace quarry::training {

struct TrainingData {
  std::string tokenizer;  // bytes of tokenizer.json
  std::uint32_t vocabulary = 0;
  Dataset train;
  Dataset held_out;
  std::vector<std::uint64_t> query_counts;  // of each token in the docs of `train`
  std::vector<std::uint64_t> code_counts;   // and in its code
  TextVectors initial;                      // of the vocabulary's pieces; empty where the config names none
  TextVectors teacher;                      // of docs, unit vectors; empty where the config names none
  ReadCounts read;
  std::vector<std::string> pieces;  // of the vocabulary, by id
  std::uint64_t fingerprint = 0;    // changes with the pairs, the tokenizer, initial and teacher
};

// Reads the pairs twice: for the words of the tokenizer (unless the config names one), then for their tokens.
// `progress` hears in words what is being done. ErrorKind::invalid_argument where the data is too small for
// the vocabulary or for one batch.
[[nodiscard]] Result<TrainingData> load_training_data(
    const FileSystem& files, const TrainConfig& config,
    const std::function<void(const std::string&)>& progress);

}  // namespace quarry::training
