#include "quarry/model/tokenizer.h"

#include <algorithm>

#include "quarry/base/ascii.h"
#include "quarry/base/utf8.h"
#include "quarry/model/added_tokens.h"
#include "quarry/model/identifier_words.h"
#include "quarry/model/json_fields.h"
#include "quarry/model/normalizer.h"
#include "quarry/model/pre_tokenizer.h"
#include "quarry/model/special_ids.h"
#include "quarry/model/unicode.h"
#include "quarry/model/word_model.h"

namespace quarry::model {

struct Tokenizer::State {
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  std::shared_ptr<const WordModel> model;
  AddedTokenFinder raw_tokens;         // looked for in the text as it comes
  AddedTokenFinder normalized_tokens;  // looked for after normalisation
  SpecialIds special_ids;
  std::uint32_t size = 0;
  std::vector<std::size_t> added_lengths;  // code points of the added tokens that the model does not have
  const Bpe* identifier_bpe = nullptr;     // `model` where the layout is Quarry's own
};

namespace {

const Json& part(const Json& config, const char* key) {
  static const Json kNothing;
  const Json* found = member(config, key);
  return found == nullptr ? kNothing : *found;
}

// The fast path does exactly what these parts say, so it may stand in for them.
const Bpe* identifier_layout(const Json& config, const WordModel& model) {
  static const Json kNormalizer = Json::parse(kIdentifierNormalizer);
  static const Json kPreTokenizer = Json::parse(kIdentifierPreTokenizer);
  if (part(config, "normalizer") != kNormalizer || part(config, "pre_tokenizer") != kPreTokenizer)
    return nullptr;
  if (!part(config, "added_tokens").empty()) return nullptr;
  return dynamic_cast<const Bpe*>(&model);
}

}  // namespace

Result<Tokenizer> Tokenizer::parse(std::string_view json) {
  const auto in = [](const char* place, Error error) {
    return fail_in("tokenizer: " + std::string(place), error);
  };
  auto config = parse_json(json);
  if (!config) return fail_in("tokenizer", std::move(config).error());
  if (!config->is_object()) return fail(ErrorKind::corrupt, "tokenizer: not a JSON object");

  auto state = std::make_shared<State>();
  auto normalizer = Normalizer::parse(part(*config, "normalizer"));
  if (!normalizer) return in("normalizer", std::move(normalizer).error());
  state->normalizer = *std::move(normalizer);
  auto pre_tokenizer = PreTokenizer::parse(part(*config, "pre_tokenizer"));
  if (!pre_tokenizer) return in("pre_tokenizer", std::move(pre_tokenizer).error());
  state->pre_tokenizer = *std::move(pre_tokenizer);
  auto special = parse_special_ids(part(*config, "post_processor"));
  if (!special) return in("post_processor", std::move(special).error());
  state->special_ids = *std::move(special);
  if (member(*config, "model") == nullptr) return fail(ErrorKind::corrupt, "tokenizer: \"model\" is missing");
  auto model = parse_word_model(part(*config, "model"));
  if (!model) return in("model", std::move(model).error());
  state->model = *std::move(model);
  auto added = parse_added_tokens(part(*config, "added_tokens"));
  if (!added) return in("added_tokens", std::move(added).error());

  state->size = state->model->vocabulary().size();
  std::vector<AddedToken> raw;
  std::vector<AddedToken> normalized;
  for (AddedToken& token : *added) {
    state->size = std::max(state->size, token.id + 1);
    if (!state->model->vocabulary().find(token.content)) {
      state->added_lengths.push_back(utf8::code_points(token.content));
    }
    if (token.normalized) {
      token.content = utf8::repair(token.content).text;
      state->normalizer.apply(token.content);
    }
    (token.normalized ? normalized : raw).push_back(std::move(token));
  }
  state->raw_tokens = AddedTokenFinder(std::move(raw));
  state->normalized_tokens = AddedTokenFinder(std::move(normalized));
  state->identifier_bpe = identifier_layout(*config, *state->model);
  return Tokenizer(std::move(state));
}

Tokenizer Tokenizer::of_identifiers(Vocabulary vocabulary, Merges merges, std::string prefix) {
  auto state = std::make_shared<State>();
  state->size = vocabulary.size();
  BpeOptions options;
  options.prefix = std::move(prefix);
  auto bpe = std::make_shared<const Bpe>(std::move(vocabulary), std::move(merges), std::move(options));
  state->identifier_bpe = bpe.get();
  state->model = std::move(bpe);
  return Tokenizer(std::move(state));
}

void Tokenizer::append_word(std::string_view word, Scratch& scratch, std::vector<TokenId>& ids) const {
  if (const auto known = scratch.words_.find(word)) {
    ids.insert(ids.end(), known->begin(), known->end());
    return;
  }
  scratch.pieces_.clear();
  state_->model->append_ids(word, scratch.pieces_);
  scratch.words_.store(word, scratch.pieces_);
  ids.insert(ids.end(), scratch.pieces_.begin(), scratch.pieces_.end());
}

void Tokenizer::append_identifiers(std::string_view text, Scratch& scratch, std::vector<TokenId>& ids,
                                   std::size_t limit) const {
  for_each_identifier_word(text, [&](std::string_view word) {
    append_word(word, scratch, ids);
    return ids.size() < limit;
  });
}

void Tokenizer::append_by_patterns(std::string_view text, Scratch& scratch, std::vector<TokenId>& ids,
                                   std::size_t limit) const {
  const auto add_words = [&](std::string_view piece, bool first) {
    Words words;
    words.text = piece;
    words.spans.push_back({0, piece.size(), first});
    state_->pre_tokenizer.apply(words);
    for (std::size_t i = 0; i < words.spans.size() && ids.size() < limit; ++i)
      append_word(words[i], scratch, ids);
  };
  bool first = true;
  state_->raw_tokens.split(text, [&](const AddedTokenFinder::Part& raw) {
    if (raw.id) {
      ids.push_back(*raw.id);
      first = false;
      return;
    }
    std::string normalized(raw.text);
    state_->normalizer.apply(normalized);
    state_->normalized_tokens.split(normalized, [&](const AddedTokenFinder::Part& found) {
      if (found.id) {
        ids.push_back(*found.id);
      } else {
        add_words(found.text, first);
      }
      first = false;
    });
  });
}

void Tokenizer::append_ids(std::string_view text, Scratch& scratch, std::vector<TokenId>& ids,
                           std::size_t limit) const {
  if (limit == 0 || text.empty()) return;
  const std::size_t end = limit > ids.max_size() - ids.size() ? ids.max_size() : ids.size() + limit;
  if (state_->identifier_bpe != nullptr) {
    append_identifiers(text, scratch, ids, end);
  } else if (ascii::is_ascii(text)) {
    append_by_patterns(text, scratch, ids, end);
  } else {
    append_by_patterns(utf8::repair(text).text, scratch, ids, end);
  }
  if (ids.size() > end) ids.resize(end);
}

std::vector<TokenId> Tokenizer::encode(std::string_view text, bool add_special_tokens) const {
  std::vector<TokenId> ids;
  if (add_special_tokens) ids = state_->special_ids.before;
  Scratch scratch;
  append_ids(text, scratch, ids);
  if (add_special_tokens) {
    ids.insert(ids.end(), state_->special_ids.after.begin(), state_->special_ids.after.end());
  }
  return ids;
}

std::uint32_t Tokenizer::size() const {
  return state_->size;
}
std::optional<TokenId> Tokenizer::unknown() const {
  return state_->model->unknown();
}

std::size_t Tokenizer::median_token_length() const {
  std::vector<std::size_t> lengths = state_->added_lengths;
  const Vocabulary& tokens = vocabulary();
  for (TokenId id = 0; id < tokens.size(); ++id) {
    if (!tokens[id].empty()) lengths.push_back(utf8::code_points(tokens[id]));
  }
  if (lengths.empty()) return 0;
  std::sort(lengths.begin(), lengths.end());
  return (lengths[(lengths.size() - 1) / 2] + lengths[lengths.size() / 2]) / 2;
}

const Vocabulary& Tokenizer::vocabulary() const {
  return state_->model->vocabulary();
}
const Bpe* Tokenizer::identifier_bpe() const {
  return state_->identifier_bpe;
}

Tokenizer Tokenizer::by_patterns() const {
  auto state = std::make_shared<State>(*state_);
  if (state->identifier_bpe != nullptr) {  // both are known to parse: they are part of the program
    state->normalizer = Normalizer::parse(Json::parse(kIdentifierNormalizer)).value();
    state->pre_tokenizer = PreTokenizer::parse(Json::parse(kIdentifierPreTokenizer)).value();
  }
  state->identifier_bpe = nullptr;
  return Tokenizer(std::move(state));
}

}  // namespace quarry::model
