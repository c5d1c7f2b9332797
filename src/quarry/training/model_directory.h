// A trained model as every encoder reads it: config.json, tokenizer.json, tokenizer.bin, model.safetensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/training/config.h"
#include "quarry/training/dual_encoder.h"

namespace quarry::training {

// Writes the directory in the layout "quarry-static" of model/static_model.h: rows in int8 with one scale
// each (largest magnitude / 127), token weights as logarithms. Each file is written atomically,
// model.safetensors last. `dimensions` keeps the first so many of each row; 0: all.
[[nodiscard]] Status write_model_directory(FileSystem& files, const std::filesystem::path& directory,
                                           const DualEncoder& encoder, const std::string& tokenizer_json,
                                           const TrainConfig& config, std::uint32_t dimensions = 0);

}  // namespace quarry::training
