#include "quarry/training/training_data.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "quarry/base/hash.h"
#include "quarry/model/open_encoder.h"
#include "quarry/model/tokenizer.h"
#include "quarry/model/tokenizer_trainer.h"

namespace quarry::training {
namespace {

constexpr std::size_t kMaxTokenizerFile = 256U << 20U;

using Visit = std::function<Status(Pair&&)>;

Result<ReadCounts> read(const FileSystem& files, const TrainConfig& config, const Visit& visit) {
  QUARRY_TRY(const auto shards, list_shards(files, config.data.pairs));
  ReadLimits limits;
  limits.broken_share = config.data.broken_share;
  return read_pairs(files, shards, limits, [&](Pair&& pair) -> Status {
    // The same pairs every time, from everywhere in the shards.
    if (static_cast<double>(hash64(pair.code) >> 11U) * 0x1p-53 >= config.data.share) return {};
    return visit(std::move(pair));
  });
}

Result<std::string> train_tokenizer_on(const FileSystem& files, const TrainConfig& config) {
  model::WordCounter docs;
  model::WordCounter codes;
  QUARRY_TRY([[maybe_unused]] const ReadCounts counts, read(files, config, [&](Pair&& pair) -> Status {
               if (pair.held_out) return {};
               docs.add(pair.doc);
               codes.add(std::string_view(pair.code).substr(0, config.data.limits.code_bytes));
               return {};
             }));
  // Both lists are sorted by word.
  std::vector<model::WordCount> words = docs.sorted();
  for (model::WordCount& word : words) word.count *= config.tokenizer.doc_weight;
  const std::vector<model::WordCount> more = codes.sorted();
  words.insert(words.end(), more.begin(), more.end());
  std::sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return a.word < b.word; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (kept > 0 && words[kept - 1].word == words[i].word) {
      words[kept - 1].count += words[i].count;
    } else {
      if (kept != i) words[kept] = std::move(words[i]);
      ++kept;
    }
  }
  words.resize(kept);
  model::TokenizerTraining options;
  options.vocabulary_size = config.tokenizer.vocabulary;
  options.max_alphabet = config.tokenizer.alphabet;
  return model::train_tokenizer(std::move(words), options);
}

// `spec`: a file of vectors (*.safetensors), else an encoder that is asked for those of `texts`.
Result<TextVectors> vectors_of(const FileSystem& files, const std::string& spec, model::Side side,
                               const std::function<Result<std::vector<std::string>>()>& texts) {
  if (std::string_view(spec).ends_with(".safetensors")) return read_text_vectors(files, spec);
  QUARRY_TRY(const auto encoder, model::open_encoder(files, spec));
  QUARRY_TRY(const std::vector<std::string> asked, texts());
  return ask_for_vectors(*encoder, side, asked);
}

Result<TextVectors> read_initial(const FileSystem& files, const TrainConfig& config,
                                 const std::vector<std::string>& pieces) {
  if (config.initial.empty()) return TextVectors();
  QUARRY_TRY(TextVectors initial, vectors_of(files, config.initial, model::Side::query,
                                             [&]() -> Result<std::vector<std::string>> { return pieces; }));
  const auto known = std::count_if(pieces.begin(), pieces.end(), [&](const std::string& piece) {
    return initial.find(piece) != TextVectors::kNone;
  });
  if (2 * static_cast<std::size_t>(known) < pieces.size()) {
    return fail(
        ErrorKind::invalid_argument,
        "model.initial: {} has vectors for {} of the tokenizer's {} pieces only: make it from this tokenizer",
        config.initial, known, pieces.size());
  }
  return initial;
}

Result<TextVectors> read_teacher(const FileSystem& files, const TrainConfig& config) {
  if (config.loss.teacher_weight <= 0) return TextVectors();
  return vectors_of(files, config.teacher, model::Side::query, [&]() -> Result<std::vector<std::string>> {
    std::vector<std::string> docs;
    QUARRY_TRY([[maybe_unused]] const ReadCounts counts, read(files, config, [&](Pair&& pair) -> Status {
                 if (!pair.held_out) docs.push_back(std::move(pair.doc));
                 return {};
               }));
    return docs;
  });
}

void count_tokens(TrainingData& data) {
  data.query_counts.assign(data.vocabulary, 0);
  data.code_counts.assign(data.vocabulary, 0);
  for (std::size_t i = 0; i < data.train.size(); ++i) {
    const Example example = data.train[i];
    for (const TokenId id : example.doc) ++data.query_counts[id];
    for (const TokenCount token : example.code) data.code_counts[token.id()] += token.count();
  }
}

}  // namespace

Result<TrainingData> load_training_data(const FileSystem& files, const TrainConfig& config,
                                        const std::function<void(const std::string&)>& progress) {
  TrainingData data;
  data.train = Dataset(config.data.limits);
  data.held_out = Dataset(config.data.limits);
  if (config.tokenizer.file.empty()) {
    progress("training the tokenizer");
    QUARRY_TRY(data.tokenizer, train_tokenizer_on(files, config));
  } else {
    QUARRY_TRY(data.tokenizer, files.read(config.tokenizer.file, kMaxTokenizerFile));
  }
  auto parsed = model::Tokenizer::parse(data.tokenizer);
  if (!parsed) return fail_in(config.tokenizer.file, std::move(parsed).error());
  const model::Tokenizer& tokenizer = *parsed;
  data.vocabulary = tokenizer.size();
  if (config.tokenizer.file.empty() && data.vocabulary < config.tokenizer.vocabulary) {
    return fail(ErrorKind::invalid_argument,
                "tokenizer.vocabulary: the pairs have words for {} tokens only, not for {}: take a smaller "
                "vocabulary "
                "or more pairs",
                data.vocabulary, config.tokenizer.vocabulary);
  }

  for (TokenId id = 0; id < data.vocabulary; ++id) {
    data.pieces.emplace_back(id < tokenizer.vocabulary().size() ? tokenizer.vocabulary()[id] : "");
  }
  if (!config.initial.empty() || config.loss.teacher_weight > 0) progress("reading the teacher's vectors");
  QUARRY_TRY(data.initial, read_initial(files, config, data.pieces));
  QUARRY_TRY(data.teacher, read_teacher(files, config));
  progress("reading pairs");
  model::Tokenizer::Scratch scratch;
  const Tokenize tokenize = [&](std::string_view text, std::vector<TokenId>& ids, std::size_t limit) {
    tokenizer.append_ids(text, scratch, ids, limit);
  };
  std::uint64_t fingerprint = hash64(data.tokenizer);
  for (const TextVectors* vectors : {&data.initial, &data.teacher}) {
    if (vectors->size() > 0) fingerprint ^= vectors->fingerprint();
  }
  QUARRY_TRY(data.read, read(files, config, [&](Pair&& pair) -> Status {
               fingerprint = hash64(pair.doc, hash64(pair.code, fingerprint));
               const std::uint32_t taught = data.teacher.find(pair.doc);
               (pair.held_out ? data.held_out : data.train).add(pair, tokenize, taught);
               return {};
             }));
  data.fingerprint = fingerprint;
  if (data.train.size() < config.batch) {
    return fail(ErrorKind::invalid_argument, "{}: {} pairs to train on are less than one batch of {}",
                config.data.pairs, data.train.size(), config.batch);
  }
  count_tokens(data);
  return data;
}

}  // namespace quarry::training
