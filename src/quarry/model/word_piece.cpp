// WordPiece (BERT's greedy longest match) and WordLevel (one id a word).
#include <algorithm>

#include "quarry/base/utf8.h"
#include "quarry/model/json_fields.h"
#include "quarry/model/unicode.h"
#include "quarry/model/word_model.h"

namespace quarry::model {
namespace {

class WordPiece final : public WordModel {
 public:
  WordPiece(Vocabulary vocabulary, TokenId unknown, std::string prefix, std::uint64_t max_code_points)
      : vocabulary_(std::move(vocabulary)),
        unknown_(unknown),
        prefix_(std::move(prefix)),
        max_code_points_(max_code_points) {}

  void append_ids(std::string_view word, std::vector<TokenId>& ids) const override {
    const std::size_t before = ids.size();
    if (utf8::code_points(word) > max_code_points_) {
      ids.push_back(unknown_);
      return;
    }
    std::string piece;
    for (std::size_t begin = 0; begin < word.size();) {
      // No token is longer than the longest: longer candidates need no look-up.
      std::size_t end = std::min(word.size(), begin + vocabulary_.longest());
      while (end < word.size() && end > begin && utf8::is_continuation(word[end])) --end;
      std::optional<TokenId> found;
      while (end > begin) {
        if (begin > 0) {
          piece.assign(prefix_).append(word, begin, end - begin);
          found = vocabulary_.find(piece);
        } else {
          found = vocabulary_.find(word.substr(begin, end - begin));
        }
        if (found) break;
        do {
          --end;
        } while (end > begin && utf8::is_continuation(word[end]));
      }
      if (!found) {  // a word that cannot be spelled to its end is unknown as a whole
        ids.resize(before);
        ids.push_back(unknown_);
        return;
      }
      ids.push_back(*found);
      begin = end;
    }
  }
  [[nodiscard]] const Vocabulary& vocabulary() const override { return vocabulary_; }
  [[nodiscard]] std::optional<TokenId> unknown() const override { return unknown_; }

 private:
  Vocabulary vocabulary_;
  TokenId unknown_;
  std::string prefix_;
  std::uint64_t max_code_points_;
};

class WordLevel final : public WordModel {
 public:
  WordLevel(Vocabulary vocabulary, TokenId unknown) : vocabulary_(std::move(vocabulary)), unknown_(unknown) {}

  void append_ids(std::string_view word, std::vector<TokenId>& ids) const override {
    ids.push_back(vocabulary_.find(word).value_or(unknown_));
  }
  [[nodiscard]] const Vocabulary& vocabulary() const override { return vocabulary_; }
  [[nodiscard]] std::optional<TokenId> unknown() const override { return unknown_; }

 private:
  Vocabulary vocabulary_;
  TokenId unknown_;
};

Result<TokenId> unknown_token(const Json& config, const Vocabulary& vocabulary, const char* absent) {
  QUARRY_TRY(const std::string token, string_field(config, "unk_token", absent));
  const auto id = vocabulary.find(token);
  if (!id) return fail(ErrorKind::corrupt, "the unk_token \"{}\" is not in the vocabulary", token);
  return *id;
}

}  // namespace

Result<std::unique_ptr<WordModel>> parse_word_piece(const Json& config) {
  QUARRY_TRY(Vocabulary vocabulary, parse_vocabulary(config));
  QUARRY_TRY(const TokenId unknown, unknown_token(config, vocabulary, "[UNK]"));
  QUARRY_TRY(std::string prefix, string_field(config, "continuing_subword_prefix", "##"));
  QUARRY_TRY(const std::uint64_t limit, number_field(config, "max_input_chars_per_word", 100));
  return std::make_unique<WordPiece>(std::move(vocabulary), unknown, std::move(prefix), limit);
}

Result<std::unique_ptr<WordModel>> parse_word_level(const Json& config) {
  QUARRY_TRY(Vocabulary vocabulary, parse_vocabulary(config));
  QUARRY_TRY(const TokenId unknown, unknown_token(config, vocabulary, "<unk>"));
  return std::make_unique<WordLevel>(std::move(vocabulary), unknown);
}

}  // namespace quarry::model
