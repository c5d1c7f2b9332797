// Everything a training run depends on but the pairs themselves, read from one YAML file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/training/dataset.h"
#include "quarry/training/loss.h"
#include "quarry/training/trainable_encoder.h"
#include "quarry/training/view.h"

namespace quarry::training {

enum class Architecture : std::uint8_t { static_table, transformer };

// Of a transformer; its width is TrainConfig::dimensions.
struct TransformerShape {
  std::uint32_t layers = 3;
  std::uint32_t heads = 4;
  std::uint32_t feed_forward = 1024;
  bool shared = true;  // one tower for queries and code
};

enum class Schedule : std::uint8_t { cosine, linear };

// The members' meaning, unit and default are told in configs/static.yaml, key by key.
struct TrainConfig {
  std::string name = "static";
  std::uint64_t seed = 1;
  std::uint64_t steps = 1000;

  struct Data {
    std::string pairs;  // a shard or a folder of shards
    double broken_share = 0.01;
    double share = 1;
    DatasetLimits limits;
  } data;

  struct Tokenizer {
    std::uint32_t vocabulary = 32'768;
    std::uint32_t alphabet = 200;
    std::uint32_t doc_weight = 4;
    std::string file;  // a ready tokenizer.json instead of one trained from the pairs
  } tokenizer;

  Architecture architecture = Architecture::static_table;
  std::uint32_t dimensions = 256;
  TransformerShape transformer;
  std::uint32_t written = 0;  // dimensions that are left after turning the trained table; 0: all, as they are
  std::uint32_t index_dimensions = 0;  // the first so many are what an index keeps; 0: all
  std::string initial;                 // where the table's rows come from: vectors of pieces; empty: chance
  double initial_share = 0;            // of those rows, added to what was learnt when the model is written
  std::uint32_t batch = 1024;
  std::uint32_t group = 32;
  std::uint32_t mine_after = 0;  // epochs; 0: never
  ViewOptions augmentation;
  std::vector<View> views;
  LossOptions loss;
  std::string teacher;  // vectors of docs, for LossOptions::teacher_weight

  AdamOptions adam;
  double rate = 2e-3;
  std::uint64_t warmup = 100;
  Schedule schedule = Schedule::linear;
  double clip = 0;

  struct Validation {
    std::uint64_t every = 500;
    std::uint32_t queries = 1000;
    std::uint32_t candidates = 10'000;
    double floor = 0;
  } validation;
  std::uint64_t checkpoint_every = 500;
  std::uint32_t threads = 1;
};

// `overrides` are "key=value" with dots between the levels ("optimizer.rate=1e-3"), applied in order.
// ErrorKind::invalid_argument names the key that is unknown, of the wrong type or out of its range.
[[nodiscard]] Result<TrainConfig> parse_config(const std::string& yaml,
                                               const std::vector<std::string>& overrides = {});

// The values that decide the result, one "key: value" a line; equal text, equal weights. Paths, intervals and
// threads are left out.
[[nodiscard]] std::string canonical_text(const TrainConfig& config);

// The learning rate's factor at `step` (from 1): up during the warm-up, then down to zero after the last
// step.
[[nodiscard]] double rate_factor(const TrainConfig& config, std::uint64_t step);

}  // namespace quarry::training
