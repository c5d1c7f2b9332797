#include "quarry/model/word_model.h"

#include "quarry/model/json_fields.h"

namespace quarry::model {

Result<std::unique_ptr<WordModel>> parse_word_model(const Json& config) {
  // Old files leave the type out; their members tell.
  QUARRY_TRY(std::string type, string_field(config, "type", ""));
  if (type.empty()) {
    const Json* vocab = member(config, "vocab");
    type = member(config, "merges") != nullptr                     ? "BPE"
           : vocab != nullptr && vocab->is_array()                 ? "Unigram"
           : member(config, "max_input_chars_per_word") != nullptr ? "WordPiece"
                                                                   : "WordLevel";
  }
  if (type == "WordPiece") return parse_word_piece(config);
  if (type == "WordLevel") return parse_word_level(config);
  if (type == "BPE") return parse_bpe(config);
  if (type == "Unigram") return parse_unigram(config);
  return fail(ErrorKind::invalid_argument,
              "model \"{}\" is not supported (WordPiece, WordLevel, BPE, Unigram are)", type);
}

Result<Vocabulary> parse_vocabulary(const Json& config) {
  const Json* vocab = member(config, "vocab");
  if (vocab == nullptr || !vocab->is_object()) return fail(ErrorKind::corrupt, "\"vocab\" must be an object");
  std::vector<std::pair<std::string, TokenId>> tokens;
  tokens.reserve(vocab->size());
  for (const auto& [token, id] : vocab->items()) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= kMaxVocabulary) {
      return fail(ErrorKind::corrupt, "token \"{}\" has no id between 0 and {}", token, kMaxVocabulary - 1);
    }
    tokens.emplace_back(token, id.get<TokenId>());
  }
  return Vocabulary::build(tokens);
}

}  // namespace quarry::model
