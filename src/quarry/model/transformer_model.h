// The files of a small BERT (config.json, tokenizer.json, model.safetensors), read and checked, to be
// exported: what computes with it is another runtime.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/model/safetensors.h"

namespace quarry::model {

struct TransformerModel {
  std::uint32_t vocabulary = 0;
  std::uint32_t width = 0;
  std::uint32_t layers = 0;
  std::uint32_t heads = 0;
  std::uint32_t inner = 0;      // of the feed-forward layers
  std::uint32_t positions = 0;  // longest text, in tokens
  float epsilon = 1e-12F;
  std::string fingerprint;  // 16 hexadecimal digits, of the bytes of config, tokenizer and weights

  Safetensors tensors;                     // F32, of the names and shapes of Hugging Face's BertModel
  std::shared_ptr<const MappedFile> file;  // holds them
};

// What config.json says: its "model_type". Errors name the directory.
[[nodiscard]] Result<std::string> model_type_of(const FileSystem& files,
                                                const std::filesystem::path& directory);

// The message of every error names the directory and the file: ErrorKind::not_found for a missing file,
// corrupt for damaged or mismatched ones, invalid_argument for what is not supported.
[[nodiscard]] Result<TransformerModel> read_transformer_model(const FileSystem& files,
                                                              const std::filesystem::path& directory);

}  // namespace quarry::model
