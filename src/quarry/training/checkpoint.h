// The whole state of a run after some step, in one file that is there completely or not at all.
//
// A safetensors file: the encoder's state by the names that it gives (of the static one `table`,
// `weights.query`, `weights.code` and both moments of each, "first.…" and "second.…"), F32; `clusters`, I32,
// where there are some; the metadata holds the step, the config's canonical text and the fingerprint of the
// data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/training/trainable_encoder.h"

namespace quarry::training {

struct RunIdentity {
  std::string config;      // canonical_text
  std::uint64_t data = 0;  // TrainingData::fingerprint
};

struct Progress {
  std::uint64_t step = 0;  // the last one taken
  std::vector<std::uint32_t>
      clusters;  // of each pair, where hard negatives were mined (mining.h); else empty
};

// Replaces `path` atomically: after any failure, a full disk included, the old file is whole.
[[nodiscard]] Status write_checkpoint(FileSystem& files, const std::filesystem::path& path,
                                      TrainableEncoder& encoder, const Progress& progress,
                                      const RunIdentity& run);

// Fills `encoder` and answers how far it is. ErrorKind::version_mismatch names the first key in which the
// checkpoint's config differs from the run's, or says that the pairs differ; ErrorKind::corrupt for a damaged
// file.
[[nodiscard]] Result<Progress> read_checkpoint(const FileSystem& files, const std::filesystem::path& path,
                                               const RunIdentity& run, TrainableEncoder& encoder);

}  // namespace quarry::training
