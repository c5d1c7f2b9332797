// A search over configurations: chooses points, starts the training program for each, listens to what it
// prints, ends what is not worth finishing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/training/early_stopping.h"
#include "quarry/training/tree_parzen.h"
#include "quarry/training/tuning_journal.h"

namespace quarry::training {

struct TunerOptions {
  // Started as: PROGRAM ARGUMENTS --set KEY=TEXT ... -o FOLDER/trial-0001 [--resume]
  std::string program;
  std::vector<std::string> arguments;
  std::filesystem::path folder;
  std::size_t trials = 20;   // in all, with those of the journal
  std::size_t parallel = 1;  // at a time
  enum class Search : std::uint8_t { random, parzen } search = Search::parzen;
  enum class Stopping : std::uint8_t { never, median, halving } stopping = Stopping::median;
  HalvingOptions halving;
  std::uint64_t seed = 1;
  std::stop_token stop;  // ends all trials; the journal is kept
};

struct TunerHooks {
  std::function<void(const Trial&)> on_start;  // called under one lock, from any thread
  std::function<void(const Trial&)> on_end;
};

// The trials of `folder`/journal.jsonl, then new ones up to options.trials. A trial that was cut off is
// started again with --resume where it left a checkpoint. A trial fails where its program does or reports
// nothing; all failing ends the search. ErrorKind::invalid_argument where the journal is of another space,
// ErrorKind::cancelled where `stop` was asked for.
[[nodiscard]] Result<Journal> tune(FileSystem& files, const TuningSpace& space, const TunerOptions& options,
                                   const TunerHooks& hooks);

// What a line of a trial's output says about `name`: the pattern of Katib's StdOut collector,
// ([\w|-]+)\s*=\s*([+-]?\d*(\.\d+)?([Ee][+-]?\d+)?). The last one counts.
[[nodiscard]] std::optional<double> metric_in(std::string_view line, std::string_view name);

// The trial with the best value among those that finished; none where none did.
[[nodiscard]] const Trial* best_of(const Journal& journal, const TuningSpace& space);

}  // namespace quarry::training
