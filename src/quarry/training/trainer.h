// The loop: batches in, a trained encoder out, with checkpoints on the way.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/training/config.h"
#include "quarry/training/loss.h"
#include "quarry/training/trainable_encoder.h"
#include "quarry/training/training_data.h"
#include "quarry/training/validation.h"
#include "quarry/training/workers.h"

namespace quarry::training {

struct StepReport {
  std::uint64_t step = 0;
  double loss = 0;
  double gradient_norm = 0;  // before clipping
  double rate = 0;
};

struct TrainHooks {
  std::function<bool(const StepReport&)> on_step;  // false: stop, with a checkpoint
  std::function<void(std::uint64_t step, const ValidationResult&)> on_validation;
  std::function<Status(std::uint64_t step)> on_resume;
  std::function<Status(std::uint64_t step)>
      before_checkpoint;  // rank 0 only: time to write what belongs to it
};

struct TrainOptions {
  std::filesystem::path checkpoint;  // the file to keep the state in; empty: none
  bool resume = false;               // from `checkpoint`, which must be there
  std::vector<float> initial = {};   // the table's first values, vocabulary x dimensions; empty: chance
};

// Trains `encoder` in place (initialised here, or filled from the checkpoint). Errors besides those of files
// and workers: ErrorKind::cancelled where a hook said so, ErrorKind::limit where the loss is no number any
// more; the last checkpoint is good in both cases and the message names it.
[[nodiscard]] Status train(FileSystem& files, const TrainConfig& config, const TrainingData& data, Loss& loss,
                           Workers& workers, const TrainOptions& options, const TrainHooks& hooks,
                           TrainableEncoder& encoder);

}  // namespace quarry::training
