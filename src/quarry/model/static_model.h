// The files of a static model, read and checked: one table of token vectors with a weight a token.
//
// Two layouts of config.json + tokenizer.json + model.safetensors are read:
//  - Quarry's ("model_type": "quarry-static"): tensors `embedding` [vocabulary, dimensions] (I8 with
//  `embedding.scale`
//    [vocabulary], or F32, F16, BF16), `token_weights.query` and `token_weights.code` [vocabulary], and, as
//    an option, `mean.query` and `mean.code` [dimensions]. Config: "token_weights" "log" (natural logarithms,
//    the default) or "linear"; "max_tokens" {"query": n, "code": n} (default 512 each); "index_dimensions":
//    how many of the dimensions an index keeps, where the model was trained so that the first say most
//    (default all). A tokenizer.bin beside them makes loading faster (compiled_tokenizer.h).
//  - model2vec's ("model_type": "model2vec", https://github.com/MinishLab/model2vec): `embeddings` (or
//    `embedding.weight`), as options `weights` [vocabulary] and `mapping` [vocabulary] (token id -> row);
//    config: "max_length". Its texts are cut and its unknown tokens dropped as model2vec does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/model/encoder.h"
#include "quarry/model/pooling.h"
#include "quarry/model/safetensors.h"
#include "quarry/model/tokenizer.h"

namespace quarry::model {

// What makes a side's vector: unit(sum over distinct tokens of weight * f(count) * row), minus the mean and
// scaled to unit length again where there is one; f(n) = 1 + ln n with log_frequency, else n.
struct StaticSide {
  std::vector<float> weights;  // by token id, the row's scale included; 0: the token is left out
  std::vector<float> mean;     // empty: none
  std::size_t max_tokens = 0;
};

struct StaticModel {
  explicit StaticModel(Tokenizer t) : tokenizer(std::move(t)) {}

  Tokenizer tokenizer;
  std::string fingerprint;            // 16 hexadecimal digits, of the bytes of all three files
  std::uint32_t dimensions = 0;       // of the table
  std::uint32_t kept_dimensions = 0;  // of a vector: the first of the table's, scaled to unit length
  std::array<StaticSide, 2> sides;    // by Side
  bool log_frequency = true;
  std::size_t max_code_points = 0;  // texts are cut here first; 0: they are not

  const std::int8_t* quantized = nullptr;  // rows of `dimensions`; null: the table is `floats`
  const std::byte* floats = nullptr;       // rows of `dimensions` floats, not aligned
  std::vector<std::uint32_t> row_of;       // token id -> row; empty: the id is the row

  [[nodiscard]] std::size_t row(TokenId token) const { return row_of.empty() ? token : row_of[token]; }
  // f(count) of the tokens of a text: how much more a token says that stands there more than once.
  [[nodiscard]] float frequency(std::uint32_t count) const;
  // sum += weight x row, for all in order; the first sum.size() dimensions.
  void add_rows(std::span<const WeightedRow> weighted, std::span<float> sum) const;

  std::shared_ptr<const std::vector<float>> converted;  // holds the floats where the file has another type
  std::shared_ptr<const MappedFile> file;               // holds the table else
};

// Reads the directory. The message of every error names the directory and the file: ErrorKind::not_found for
// a missing file, corrupt for damaged or mismatched ones, invalid_argument for what is not supported.
[[nodiscard]] Result<StaticModel> read_static_model(const FileSystem& files,
                                                    const std::filesystem::path& directory);

// What Encoder::token_vectors() points to, kept alive with its encoder; null where there is none.
[[nodiscard]] std::shared_ptr<const StaticModel> token_vectors_of(
    const std::shared_ptr<const Encoder>& encoder);

}  // namespace quarry::model
