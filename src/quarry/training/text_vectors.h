// Vectors that another model gave to texts, to start from or to learn from: read from a file, or asked of an
// encoder.
//
// The file is a safetensors with `texts` (U8: UTF-8, each text ended by a newline; a newline inside is a
// space) and `vectors` (F32, F16 or BF16, [texts, dimensions]).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/model/encoder.h"

namespace quarry::training {

// Immutable once filled, then safe to share between threads.
class TextVectors {
 public:
  TextVectors() = default;
  explicit TextVectors(std::uint32_t dimensions) : dimensions_(dimensions) {}

  // The first vector of a text stays. `vector` has dimensions() values.
  void add(std::string_view text, std::span<const float> vector);

  [[nodiscard]] std::uint32_t dimensions() const { return dimensions_; }
  [[nodiscard]] std::size_t size() const { return dimensions_ == 0 ? 0 : values_.size() / dimensions_; }
  // kNone where the text has none.
  [[nodiscard]] std::uint32_t find(std::string_view text) const;
  [[nodiscard]] std::span<const float> operator[](std::uint32_t row) const {
    return std::span(values_).subspan(static_cast<std::size_t>(row) * dimensions_, dimensions_);
  }
  [[nodiscard]] std::uint64_t fingerprint() const;  // of texts and values

  static constexpr std::uint32_t kNone = 0xffffffff;

 private:
  std::uint32_t dimensions_ = 0;
  std::vector<float> values_;
  std::unordered_map<std::uint64_t, std::uint32_t> rows_;  // by hash of the text
  std::uint64_t texts_ = 0;                                // hash of all, in their order
};

// Errors name the file: ErrorKind::corrupt for one that does not fit its description, a NaN included.
[[nodiscard]] Result<TextVectors> read_text_vectors(const FileSystem& files,
                                                    const std::filesystem::path& path);
[[nodiscard]] Status write_text_vectors(FileSystem& files, const std::filesystem::path& path,
                                        std::span<const std::string> texts, std::uint32_t dimensions,
                                        std::span<const float> vectors);

// What `encoder` makes of the texts, a few hundred at a time. Errors are the encoder's.
[[nodiscard]] Result<TextVectors> ask_for_vectors(const model::Encoder& encoder, model::Side side,
                                                  std::span<const std::string> texts);

}  // namespace quarry::training
