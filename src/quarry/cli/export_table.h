// What `quarry export` and quarry-export, which does the work, both look like.
#pragma once

#include <array>

#include "quarry/cli/flag.h"

namespace quarry::cli::exporting {

inline constexpr std::array<std::string_view, 2> kFormatChoices{"onnx", "triton"};
inline constexpr std::array<std::string_view, 2> kSideChoices{"query", "code"};

inline constexpr Flag kOutput{.name = "output",
                              .letter = 'o',
                              .type = ValueType::text,
                              .value = "FILE|DIR",
                              .brief = "Where to write: a file for onnx, a model repository for triton",
                              .completion = Completion::file};
inline constexpr Flag kFormat{.name = "format",
                              .letter = 'f',
                              .type = ValueType::choice,
                              .value = "FORMAT",
                              .fallback = "onnx",
                              .brief = "onnx: one graph; triton: a model repository with both sides",
                              .choices = kFormatChoices,
                              .completion = Completion::choices};
inline constexpr Flag kSide{.name = "side",
                            .type = ValueType::choice,
                            .value = "SIDE",
                            .fallback = "query",
                            .brief = "For onnx: the encoder of queries or of code",
                            .choices = kSideChoices,
                            .completion = Completion::choices};

inline constexpr std::array kFlags{&kFormat, &kSide, &kOutput};
inline constexpr std::array kGroups{FlagGroup{"Export", kFlags}};
inline constexpr std::array kArguments{Argument{
    .name = "MODEL", .required = true, .brief = "The folder of a model", .completion = Completion::folder}};
inline constexpr std::array kExamples{
    Example{"quarry export models/default -o query.onnx", "The query encoder, for ONNX Runtime or KServe."},
    Example{"quarry export models/default --format triton -o model_repository",
            "quarry_query and quarry_code with their config.pbtxt, for Triton."}};

[[nodiscard]] constexpr Command command(Run run) {
  return {.name = "export",
          .brief = "Write a model for other servers: ONNX Runtime, KServe, Triton",
          .details =
              "The graph takes token ids, int64 input_ids [batch, tokens] padded to one length and "
              "attention_mask of the "
              "same shape, and gives float32 embedding [batch, dimensions] of unit length: the vectors that "
              "Quarry itself "
              "makes. Ids come from the model's tokenizer.json, which Hugging Face's `tokenizers` reads, cut "
              "to the "
              "max_tokens in the graph's metadata.\n\n"
              "The work is done by quarry-export, a program of its own, because it needs ONNX's libraries.",
          .arguments = kArguments,
          .groups = kGroups,
          .examples = kExamples,
          .run = run};
}

}  // namespace quarry::cli::exporting
