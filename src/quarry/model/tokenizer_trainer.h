// Word counts in, a tokenizer.json out: how the vocabulary of Quarry's own models is made.
//
// Byte pair encoding (Sennrich et al. 2016) over the words of identifier_words.h. Hugging Face's `tokenizers`
// loads the result and gives the same ids (tested).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/model/vocabulary.h"

namespace quarry::model {

struct WordCount {
  std::string word;
  std::uint64_t count = 0;
};

// Counts the words of texts. Not thread-safe: one a thread, then merged.
class WordCounter {
 public:
  void add(std::string_view text);
  void merge(const WordCounter& other);
  [[nodiscard]] std::size_t size() const { return counts_.size(); }  // distinct words
  [[nodiscard]] std::vector<WordCount> sorted() const;  // by word: the same for any order of add()

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view word) const;
  };
  std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>> counts_;
};

struct TokenizerTraining {
  std::uint32_t vocabulary_size = 32'768;  // code points and merges together
  std::uint64_t min_word_count = 1;        // rarer words do not take part
  std::uint64_t min_pair_count = 2;        // rarer pairs are not joined, even if the vocabulary stays smaller
  std::uint32_t max_alphabet = 1'000;      // the most frequent code points; others are dropped from words
  std::string continuing_prefix{};  // of pieces inside a word, "##"; empty: pieces are the same everywhere
};

// The bytes of tokenizer.json; equal counts give equal bytes, whatever their order.
// ErrorKind::invalid_argument where there are no words, or where the vocabulary has no room for the alphabet.
[[nodiscard]] Result<std::string> train_tokenizer(std::vector<WordCount> words,
                                                  const TokenizerTraining& options = {});

}  // namespace quarry::model
