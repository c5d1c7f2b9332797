#include "quarry/model/bpe_trainer.h"

#include <queue>
#include <string_view>
#include <unordered_map>

namespace quarry::model {
namespace {

struct PairHash {
  std::size_t operator()(std::uint64_t key) const {
    key *= 0x9e3779b97f4a7c15U;
    return key ^ (key >> 29U);
  }
};

struct PairInfo {
  std::uint64_t count = 0;           // occurrences, weighted by the words' counts
  std::vector<std::uint32_t> words;  // where it occurs or did once; a word may come twice
};

struct Candidate {
  std::uint64_t count;
  std::uint64_t key;
  bool operator<(
      const Candidate& other) const {  // the queue gives its largest: highest count, then lowest ids
    return count != other.count ? count < other.count : key > other.key;
  }
};

class Learner {
 public:
  Learner(std::span<const CountedSymbols> words, std::vector<std::string>& tokens, std::size_t prefix)
      : tokens_(tokens), prefix_(prefix) {
    std::size_t total = 0;
    for (const auto& word : words) total += word.symbols.size();
    symbols_.reserve(total);
    for (const auto& word : words) {
      words_.push_back({symbols_.size(), static_cast<std::uint32_t>(word.symbols.size()), word.count});
      symbols_.insert(symbols_.end(), word.symbols.begin(), word.symbols.end());
    }
    for (std::size_t id = 0; id < tokens_.size(); ++id) ids_.emplace(tokens_[id], static_cast<TokenId>(id));
    count_pairs();
  }

  std::vector<LearnedMerge> run(std::size_t vocabulary_size, std::uint64_t min_count) {
    std::vector<LearnedMerge> merges;
    while (tokens_.size() < vocabulary_size && !queue_.empty()) {
      const Candidate best = queue_.top();
      queue_.pop();
      const auto found = pairs_.find(best.key);
      if (found == pairs_.end()) continue;
      if (found->second.count != best.count) {  // counts only fall behind a candidate's back: try again later
        if (found->second.count > 0) queue_.push({found->second.count, best.key});
        continue;
      }
      if (best.count == 0 || best.count < min_count) break;
      merges.push_back(name(best.key));
      join(best.key, std::move(found->second.words), merges.back().merged);
    }
    return merges;
  }

 private:
  struct Word {
    std::size_t begin;
    std::uint32_t length;
    std::uint64_t count;
  };

  static std::uint64_t key_of(TokenId left, TokenId right) { return std::uint64_t{left} << 32U | right; }

  void count_pairs() {
    for (std::uint32_t w = 0; w < words_.size(); ++w) {
      const TokenId* symbols = symbols_.data() + words_[w].begin;
      for (std::uint32_t i = 0; i + 1 < words_[w].length; ++i) add(key_of(symbols[i], symbols[i + 1]), w);
    }
    for (const auto& [key, info] : pairs_) queue_.push({info.count, key});
  }

  void add(std::uint64_t key, std::uint32_t word) {
    PairInfo& info = pairs_[key];
    info.count += words_[word].count;
    if (info.words.empty() || info.words.back() != word) info.words.push_back(word);
  }

  LearnedMerge name(std::uint64_t key) {
    LearnedMerge merge{static_cast<TokenId>(key >> 32U), static_cast<TokenId>(key), {}, 0};
    merge.token = tokens_[merge.left] + tokens_[merge.right].substr(prefix_);
    const auto [entry, is_new] = ids_.emplace(merge.token, static_cast<TokenId>(tokens_.size()));
    if (is_new) tokens_.push_back(merge.token);
    merge.merged = entry->second;
    return merge;
  }

  void join(std::uint64_t key, std::vector<std::uint32_t> where, TokenId merged) {
    const auto left = static_cast<TokenId>(key >> 32U);
    const auto right = static_cast<TokenId>(key);
    touched_.clear();
    for (const std::uint32_t w : where) join_word(w, left, right, merged);
    pairs_.erase(key);
    for (const std::uint64_t grown : touched_) {
      const auto found = pairs_.find(grown);
      if (found != pairs_.end() && found->second.count > 0) queue_.push({found->second.count, grown});
    }
  }

  void join_word(std::uint32_t w, TokenId left, TokenId right, TokenId merged) {
    Word& word = words_[w];
    TokenId* symbols = symbols_.data() + word.begin;
    std::uint32_t out = 0;
    for (std::uint32_t i = 0; i < word.length; ++i) {
      if (i + 1 == word.length || symbols[i] != left || symbols[i + 1] != right) {
        symbols[out++] = symbols[i];
        continue;
      }
      if (out > 0) {
        drop(key_of(symbols[out - 1], left), word.count);
        grow(key_of(symbols[out - 1], merged), w);
      }
      if (i + 2 < word.length) {
        drop(key_of(right, symbols[i + 2]), word.count);
        grow(key_of(merged, symbols[i + 2]), w);
      }
      symbols[out++] = merged;
      ++i;
    }
    word.length = out;
  }

  void drop(std::uint64_t key, std::uint64_t count) {
    const auto found = pairs_.find(key);
    if (found == pairs_.end()) return;
    found->second.count -= std::min(count, found->second.count);
  }

  void grow(std::uint64_t key, std::uint32_t word) {
    add(key, word);
    if (touched_.empty() || touched_.back() != key) touched_.push_back(key);
  }

  std::vector<std::string>& tokens_;
  std::size_t prefix_;
  std::vector<TokenId> symbols_;
  std::vector<Word> words_;
  std::unordered_map<std::string, TokenId> ids_;
  std::unordered_map<std::uint64_t, PairInfo, PairHash> pairs_;
  std::priority_queue<Candidate> queue_;
  std::vector<std::uint64_t> touched_;
};

}  // namespace

std::vector<LearnedMerge> learn_merges(std::span<const CountedSymbols> words,
                                       std::vector<std::string>& tokens, std::size_t vocabulary_size,
                                       std::uint64_t min_count, std::size_t prefix) {
  return Learner(words, tokens, prefix).run(vocabulary_size, min_count);
}

}  // namespace quarry::model
