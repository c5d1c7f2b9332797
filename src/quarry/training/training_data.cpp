#include "quarry/training/training_data.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "quarry/base/hash.h"
#include "quarry/model/tokenizer.h"
#include "quarry/model/tokenizer_trainer.h"

namespace quarry::training {
namespace {

constexpr std::size_t kMaxTokenizerFile = 256U << 20U;

using Visit = std::function<Status(preparation::Pair&&)>;

Result<preparation::ReadCounts> read(const FileSystem& files, const TrainConfig& config, const Visit& visit) {
  QUARRY_TRY(const auto shards, preparation::list_shards(files, config.data.pairs));
  preparation::ReadLimits limits;
  limits.broken_share = config.data.broken_share;
  return preparation::read_pairs(files, shards, limits, [&](preparation::Pair&& pair) -> Status {
    // The same pairs every time, from everywhere in the shards.
    if (static_cast<double>(hash64(pair.code) >> 11U) * 0x1p-53 >= config.data.share) return {};
    return visit(std::move(pair));
  });
}

Result<std::string> train_tokenizer_on(const FileSystem& files, const TrainConfig& config) {
  model::WordCounter docs;
  model::WordCounter codes;
  QUARRY_TRY([[maybe_unused]] const preparation::ReadCounts counts,
             read(files, config, [&](preparation::Pair&& pair) -> Status {
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

  progress("reading pairs");
  model::Tokenizer::Scratch scratch;
  const Tokenize tokenize = [&](std::string_view text, std::vector<TokenId>& ids, std::size_t limit) {
    tokenizer.append_ids(text, scratch, ids, limit);
  };
  std::uint64_t fingerprint = hash64(data.tokenizer);
  QUARRY_TRY(data.read, read(files, config, [&](preparation::Pair&& pair) -> Status {
               fingerprint = hash64(pair.doc, hash64(pair.code, fingerprint));
               (pair.held_out ? data.held_out : data.train).add(pair, tokenize);
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
