// The encoder that runs everywhere: token vectors from a table, weighted, summed and scaled to unit length.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/model/encoder.h"
#include "quarry/model/static_model.h"

namespace quarry::model {

// Safe to share between threads; each call borrows working memory that outlives it, so threads that call
// again and again find their words cached.
class StaticEncoder final : public Encoder {
 public:
  // Errors are those of read_static_model. An empty `name` becomes the directory's own.
  [[nodiscard]] static Result<std::shared_ptr<const StaticEncoder>> open(
      const FileSystem& files, const std::filesystem::path& directory, std::string name = {});
  StaticEncoder(StaticModel model, std::string name);
  ~StaticEncoder() override;

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::string& fingerprint() const override { return model_.fingerprint; }
  [[nodiscard]] std::uint32_t dimensions() const override { return model_.kept_dimensions; }
  [[nodiscard]] const StaticModel* token_vectors() const override { return &model_; }
  // Never fails.
  [[nodiscard]] Result<std::vector<float>> encode(std::span<const std::string_view> texts,
                                                  Side side) const override;

 private:
  struct Scratch;
  struct Pool;
  void encode_one(std::string_view text, const StaticSide& side, Scratch& scratch,
                  std::span<float> vector) const;

  StaticModel model_;
  std::string name_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace quarry::model
