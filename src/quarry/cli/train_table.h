// What `quarry train` and quarry-train, which does the work, both look like.
#pragma once

#include <array>

#include "quarry/cli/flag.h"

namespace quarry::cli::train {

inline constexpr Flag kOutput{.name = "output",
                              .letter = 'o',
                              .type = ValueType::text,
                              .value = "DIR",
                              .brief = "The model's folder; checkpoints and curves go there as well",
                              .completion = Completion::folder};
inline constexpr Flag kPairs{.name = "pairs",
                             .type = ValueType::text,
                             .value = "FILE|DIR",
                             .brief = "What to learn from: the output of `quarry prepare`, or one shard",
                             .details = "Instead of the config's data.pairs.",
                             .completion = Completion::file};
inline constexpr Flag kSet{.name = "set",
                           .type = ValueType::repeat,
                           .value = "KEY=VALUE",
                           .brief = "Another value for a key of the config; may be repeated",
                           .details = "configs/static.yaml explains every key."};
inline constexpr Flag kDimensions{.name = "dimensions",
                                  .type = ValueType::number,
                                  .value = "N",
                                  .fallback = "0",
                                  .brief = "Write only the first N of each vector; 0: all",
                                  .details = "Good where the loss was told of it (loss.nested).",
                                  .maximum = 16384};
inline constexpr Flag kResume{.name = "resume", .brief = "Go on from the checkpoint in the model's folder"};

inline constexpr std::array kFlags{&kOutput, &kPairs, &kSet, &kDimensions, &kResume};
inline constexpr std::array kGroups{FlagGroup{"Training", kFlags}};
inline constexpr std::array kArguments{
    Argument{.name = "CONFIG",
             .required = true,
             .brief = "A YAML file; configs/static.yaml is the one of the model in the box",
             .completion = Completion::file}};
inline constexpr std::array kExamples{
    Example{"quarry train configs/static.yaml --pairs pairs -o models/mine",
            "Train on the output of `quarry prepare`."},
    Example{"quarry train configs/static.yaml --pairs pairs -o models/mine --resume",
            "Go on after a Ctrl-C."},
    Example{"quarry train configs/static.yaml --pairs pairs -o models/wide --set model.dimensions=384",
            "Change one value for a run."}};

[[nodiscard]] constexpr Command command(Run run) {
  return {
      .name = "train",
      .brief = "Train a model on pairs of docs and code",
      .details =
          "Reads a config and pairs and writes a model folder that `quarry index --model DIR` takes, with "
          "curves "
          "(report.html, TensorBoard events) beside it. Equal config, seed, pairs and machine give equal "
          "weights; a "
          "run that was stopped and resumed gives those of an unbroken one.\n\n"
          "The work is done by quarry-train, a program of its own, because it needs libtorch. Several "
          "processes "
          "train together with the variables that torchrun and Kubeflow's Trainer set (MASTER_ADDR, RANK, "
          "WORLD_SIZE).",
      .arguments = kArguments,
      .groups = kGroups,
      .examples = kExamples,
      .run = run};
}

}  // namespace quarry::cli::train
