// The third stage of a tokenizer: one word becomes the ids of its pieces.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/model/vocabulary.h"

namespace quarry::model {

// Immutable and safe to share between threads.
class WordModel {
 public:
  virtual ~WordModel() = default;
  // Appends the ids of `word` (valid UTF-8, not empty) to `ids`.
  virtual void append_ids(std::string_view word, std::vector<TokenId>& ids) const = 0;
  [[nodiscard]] virtual const Vocabulary& vocabulary() const = 0;
  [[nodiscard]] virtual std::optional<TokenId> unknown()
      const = 0;  // stands for what the vocabulary cannot spell
};

// The "model" of a tokenizer.json: WordPiece, WordLevel, BPE or Unigram. Anything else is
// ErrorKind::invalid_argument and named.
[[nodiscard]] Result<std::unique_ptr<WordModel>> parse_word_model(const nlohmann::json& config);

// One of each, for parse_word_model.
[[nodiscard]] Result<std::unique_ptr<WordModel>> parse_word_piece(const nlohmann::json& config);
[[nodiscard]] Result<std::unique_ptr<WordModel>> parse_word_level(const nlohmann::json& config);
[[nodiscard]] Result<std::unique_ptr<WordModel>> parse_bpe(const nlohmann::json& config);
[[nodiscard]] Result<std::unique_ptr<WordModel>> parse_unigram(const nlohmann::json& config);

// The member "vocab" of the form {token: id}.
[[nodiscard]] Result<Vocabulary> parse_vocabulary(const nlohmann::json& config);

}  // namespace quarry::model
