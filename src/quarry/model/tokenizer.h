// Text into token ids, as a Hugging Face tokenizer.json describes it: added tokens, normaliser, words,
// pieces.
//
// Agrees with Hugging Face's `tokenizers` id by id (tested against it). Truncation and padding of the file
// are left to the caller. Where tokenizer.json has the layout of Quarry's own tokenizer (identifier_words.h),
// words are cut by one pass over the bytes instead of patterns, with the same result.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/model/bpe.h"
#include "quarry/model/vocabulary.h"
#include "quarry/model/word_cache.h"

namespace quarry::model {

inline constexpr std::size_t kMaxTokenizerBytes = 256U << 20;  // of a tokenizer.json

// Immutable; copies share everything; safe to share between threads.
class Tokenizer {
 public:
  // ErrorKind::corrupt or invalid_argument, naming the part and what is wrong with it or not supported.
  [[nodiscard]] static Result<Tokenizer> parse(std::string_view json);
  // Quarry's own layout from ready tables, without a tokenizer.json to read.
  [[nodiscard]] static Tokenizer of_identifiers(Vocabulary vocabulary, Merges merges, std::string prefix);

  // Working memory of one thread with one tokenizer; what it remembers makes encoding faster, never
  // different.
  class Scratch {
   private:
    friend class Tokenizer;
    WordCache words_;
    std::vector<TokenId> pieces_;
  };

  // Appends the ids of `text` (any bytes; invalid UTF-8 counts as U+FFFD), at most `limit` of them.
  void append_ids(std::string_view text, Scratch& scratch, std::vector<TokenId>& ids,
                  std::size_t limit = std::numeric_limits<std::size_t>::max()) const;
  // For few and short texts.
  [[nodiscard]] std::vector<TokenId> encode(std::string_view text, bool add_special_tokens = false) const;

  [[nodiscard]] std::uint32_t size() const;  // the largest id + 1, added tokens included
  [[nodiscard]] std::optional<TokenId> unknown() const;
  [[nodiscard]] const Vocabulary& vocabulary() const;     // without added tokens
  [[nodiscard]] std::size_t median_token_length() const;  // in code points, of all tokens
  // The tables behind Quarry's own layout; null for every other tokenizer.json.
  [[nodiscard]] const Bpe* identifier_bpe() const;
  // The same tokenizer without the fast path: for tests that compare the two.
  [[nodiscard]] Tokenizer by_patterns() const;

 private:
  struct State;
  explicit Tokenizer(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  void append_by_patterns(std::string_view text, Scratch& scratch, std::vector<TokenId>& ids,
                          std::size_t limit) const;
  void append_identifiers(std::string_view text, Scratch& scratch, std::vector<TokenId>& ids,
                          std::size_t limit) const;
  void append_word(std::string_view word, Scratch& scratch, std::vector<TokenId>& ids) const;

  std::shared_ptr<const State> state_;
};

}  // namespace quarry::model
