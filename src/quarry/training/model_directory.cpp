#include "quarry/training/model_directory.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "quarry/model/compiled_tokenizer.h"
#include "quarry/model/safetensors.h"

namespace quarry::training {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

// One row in int8; answers its scale. A row of zeros keeps the scale 1.
float quantize_row(std::span<const float> row, std::int8_t* to) {
  float largest = 0;
  for (const float value : row) largest = std::max(largest, std::abs(value));
  const float scale = largest == 0 ? 1 : largest / 127;
  for (std::size_t i = 0; i < row.size(); ++i)
    to[i] = static_cast<std::int8_t>(std::nearbyint(row[i] / scale));
  return scale;
}

}  // namespace

Status write_model_directory(FileSystem& files, const std::filesystem::path& directory,
                             const DualEncoder& encoder, const std::string& tokenizer_json,
                             const TrainConfig& config, std::uint32_t dimensions) {
  if (dimensions == 0) dimensions = encoder.dimensions();
  const std::size_t rows = encoder.vocabulary();
  std::vector<std::int8_t> table(rows * dimensions);
  std::vector<float> scales(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    scales[row] = quantize_row(std::span(encoder.table).subspan(row * encoder.dimensions(), dimensions),
                               table.data() + row * dimensions);
  }
  const std::vector<model::Tensor> tensors{
      {"embedding", model::Dtype::i8, {rows, dimensions}, std::as_bytes(std::span(table))},
      {"embedding.scale", model::Dtype::f32, {rows}, std::as_bytes(std::span(scales))},
      {"token_weights.query", model::Dtype::f32, {rows}, std::as_bytes(std::span(encoder.weights[0]))},
      {"token_weights.code", model::Dtype::f32, {rows}, std::as_bytes(std::span(encoder.weights[1]))}};
  QUARRY_TRY(const std::string weights, model::write_safetensors(tensors, {{"format", "quarry-static"}}));
  QUARRY_TRY(const std::string compiled, model::compile_tokenizer(tokenizer_json));
  nlohmann::ordered_json description{
      {"model_type", "quarry-static"},
      {"name", config.name},
      {"dimensions", dimensions},
      {"token_weights", "log"},
      // The code side sees the path's and the name's words before the code and the doc.
      {"max_tokens", {{"query", config.data.limits.doc_tokens}, {"code", config.data.limits.code_tokens}}}};
  if (config.index_dimensions != 0 && config.index_dimensions < dimensions) {
    description["index_dimensions"] = config.index_dimensions;
  }

  QUARRY_CHECK(files.create_directories(directory));
  QUARRY_CHECK(write_atomically(files, directory / "config.json", bytes_of(description.dump(2) + '\n')));
  QUARRY_CHECK(write_atomically(files, directory / "tokenizer.json", bytes_of(tokenizer_json)));
  QUARRY_CHECK(write_atomically(files, directory / "tokenizer.bin", bytes_of(compiled)));
  return write_atomically(files, directory / "model.safetensors", bytes_of(weights));
}

}  // namespace quarry::training
