#include "quarry/model/tokenizer_trainer.h"

#include <algorithm>
#include <map>
#include <set>

#include "quarry/base/hash.h"
#include "quarry/model/bpe_trainer.h"
#include "quarry/model/identifier_words.h"
#include "quarry/model/json_fields.h"
#include "quarry/model/unicode.h"

namespace quarry::model {
namespace {

template <class Visit>
void for_each_letter(std::string_view word, Visit visit) {
  for (std::size_t at = 0; at < word.size();) {
    const auto point = unicode::decode(word, at);
    visit(word.substr(at, point.bytes), at == 0);
    at += point.bytes;
  }
}

// The most frequent code points; of equally frequent ones the smaller.
std::set<std::string, std::less<>> alphabet_of(const std::vector<WordCount>& words, std::size_t limit) {
  std::map<std::string, std::uint64_t, std::less<>> counts;
  for (const WordCount& word : words) {
    for_each_letter(word.word,
                    [&](std::string_view letter, bool) { counts[std::string(letter)] += word.count; });
  }
  std::vector<std::pair<std::string, std::uint64_t>> order(counts.begin(), counts.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (order.size() > limit) order.resize(limit);
  std::set<std::string, std::less<>> alphabet;
  for (auto& [letter, count] : order) alphabet.insert(std::move(letter));
  return alphabet;
}

// The letters that stand first in a word and, with the prefix, those that stand inside; in the order of code
// points.
std::vector<std::string> first_tokens(const std::vector<WordCount>& words,
                                      const std::set<std::string, std::less<>>& alphabet,
                                      const std::string& prefix) {
  std::vector<std::string> tokens(alphabet.begin(), alphabet.end());
  if (prefix.empty()) return tokens;
  std::set<std::string> inside;
  for (const WordCount& word : words) {
    for_each_letter(word.word, [&](std::string_view letter, bool first) {
      if (!first && alphabet.contains(letter)) inside.insert(prefix + std::string(letter));
    });
  }
  tokens.insert(tokens.end(), inside.begin(), inside.end());
  return tokens;
}

std::vector<CountedSymbols> spelled(const std::vector<WordCount>& words,
                                    const std::vector<std::string>& tokens, const std::string& prefix) {
  std::map<std::string, TokenId, std::less<>> ids;
  for (std::size_t id = 0; id < tokens.size(); ++id) ids.emplace(tokens[id], static_cast<TokenId>(id));
  std::vector<CountedSymbols> result;
  result.reserve(words.size());
  std::string symbol;
  for (const WordCount& word : words) {
    CountedSymbols counted{{}, word.count};
    for_each_letter(word.word, [&](std::string_view letter, bool first) {
      symbol = first ? "" : prefix;
      symbol += letter;
      if (const auto found = ids.find(symbol); found != ids.end()) counted.symbols.push_back(found->second);
    });
    if (counted.symbols.size() > 1) result.push_back(std::move(counted));
  }
  return result;
}

std::string to_json(const std::vector<std::string>& tokens, const std::vector<LearnedMerge>& merges,
                    const std::string& prefix) {
  Json vocabulary = Json::object();
  for (std::size_t id = 0; id < tokens.size(); ++id) vocabulary[tokens[id]] = id;
  Json pairs = Json::array();
  for (const LearnedMerge& merge : merges) pairs.push_back(tokens[merge.left] + " " + tokens[merge.right]);
  const Json model = {{"type", "BPE"},
                      {"dropout", nullptr},
                      {"unk_token", nullptr},
                      {"continuing_subword_prefix", prefix.empty() ? Json() : Json(prefix)},
                      {"end_of_word_suffix", nullptr},
                      {"fuse_unk", false},
                      {"byte_fallback", false},
                      {"ignore_merges", false},
                      {"vocab", std::move(vocabulary)},
                      {"merges", std::move(pairs)}};
  const Json file = {{"version", "1.0"},
                     {"truncation", nullptr},
                     {"padding", nullptr},
                     {"added_tokens", Json::array()},
                     {"normalizer", Json::parse(kIdentifierNormalizer)},
                     {"pre_tokenizer", Json::parse(kIdentifierPreTokenizer)},
                     {"post_processor", nullptr},
                     {"decoder", nullptr},
                     {"model", model}};
  return file.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::size_t WordCounter::Hash::operator()(std::string_view word) const {
  return hash64(word);
}

void WordCounter::add(std::string_view text) {
  for_each_identifier_word(text, [&](std::string_view word) {
    if (const auto found = counts_.find(word); found != counts_.end()) {
      ++found->second;
    } else {
      counts_.emplace(word, 1);
    }
    return true;
  });
}

void WordCounter::merge(const WordCounter& other) {
  for (const auto& [word, count] : other.counts_) counts_[word] += count;
}

std::vector<WordCount> WordCounter::sorted() const {
  std::vector<WordCount> words;
  words.reserve(counts_.size());
  for (const auto& [word, count] : counts_) words.push_back({word, count});
  std::sort(words.begin(), words.end(),
            [](const WordCount& a, const WordCount& b) { return a.word < b.word; });
  return words;
}

Result<std::string> train_tokenizer(std::vector<WordCount> words, const TokenizerTraining& options) {
  std::erase_if(words, [&](const WordCount& word) { return word.count < options.min_word_count; });
  std::sort(words.begin(), words.end(),
            [](const WordCount& a, const WordCount& b) { return a.word < b.word; });
  if (words.empty()) return fail(ErrorKind::invalid_argument, "there are no words to train a tokenizer on");
  if (options.vocabulary_size > kMaxVocabulary) {
    return fail(ErrorKind::invalid_argument, "a vocabulary of {} exceeds the limit of {}",
                options.vocabulary_size, kMaxVocabulary);
  }
  const auto alphabet = alphabet_of(words, options.max_alphabet);
  std::vector<std::string> tokens = first_tokens(words, alphabet, options.continuing_prefix);
  if (tokens.size() > options.vocabulary_size) {
    return fail(ErrorKind::invalid_argument,
                "a vocabulary of {} has no room for {} letters: make it larger, or the alphabet smaller",
                options.vocabulary_size, tokens.size());
  }
  const auto symbols = spelled(words, tokens, options.continuing_prefix);
  const auto merges = learn_merges(symbols, tokens, options.vocabulary_size, options.min_pair_count,
                                   options.continuing_prefix.size());
  return to_json(tokens, merges, options.continuing_prefix);
}

}  // namespace quarry::model
