// A small BERT in training: token and position vectors, layers of self-attention, the mean over the tokens.
//
// One tower reads queries and code alike, or each side has its own. The layout and the names of the weights
// are those of Hugging Face's BertModel (Devlin et al. 2019; layer normalisation after each block, GELU), so
// that what is written can be read by `transformers` and sentence-transformers. Texts longer than the
// positions are cut.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "quarry/base/file_system.h"
#include "quarry/training/config.h"
#include "quarry/training/trainable_encoder.h"

namespace quarry::training {

class TorchTransformer final : public TrainableEncoder {
 public:
  TorchTransformer(std::uint32_t vocabulary, const TrainConfig& config);
  ~TorchTransformer() override;

  [[nodiscard]] std::uint32_t dimensions() const override;
  void initialise(std::uint64_t seed, std::span<const std::uint64_t> query_counts,
                  std::span<const std::uint64_t> code_counts) override;
  [[nodiscard]] std::span<float> token_table() override;
  [[nodiscard]] Status encode(const Bags& texts, EncoderSide side, std::span<float> vectors) const override;
  [[nodiscard]] Result<double> backward(const SideGradient& queries, const SideGradient& codes,
                                        Workers& workers) override;
  void update(const AdamOptions& options, double rate, std::uint64_t step, double scale) override;
  [[nodiscard]] std::vector<StatePart> state() override;

  // Writes config.json, tokenizer.json, model.safetensors and what sentence-transformers wants beside them;
  // with two towers a folder each, `query` and `code`. Each file is written atomically, model.safetensors
  // last.
  [[nodiscard]] Status write(FileSystem& files, const std::filesystem::path& directory,
                             const std::string& tokenizer_json) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace quarry::training
