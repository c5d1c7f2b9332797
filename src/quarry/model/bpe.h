// Byte pair encoding: the pieces of a word are joined in the order in which training learned the pairs.
//
// Source: Sennrich et al. 2016; details (unknown tokens, prefix, byte fallback) as Hugging Face's tokenizers
// do them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "quarry/model/word_model.h"

namespace quarry::model {

// What a pair of ids becomes: a table probed linearly, in memory or mapped from a file. Immutable.
class Merges {
 public:
  struct Entry {
    std::uint32_t left = 0;
    std::uint32_t right = 0;
    std::uint32_t rank = 0;       // lower ranks are joined first
    std::uint32_t merged_id = 0;  // plus one; 0 marks a free entry
  };
  struct Merge {
    TokenId left;
    TokenId right;
    TokenId merged;
  };

  [[nodiscard]] static Merges build(std::span<const Merge> merges);  // in the order of their rank
  // Checks that every look-up ends and answers ids below `vocabulary`: ErrorKind::corrupt.
  [[nodiscard]] static Result<Merges> adopt(std::span<const Entry> table, std::uint32_t vocabulary,
                                            std::shared_ptr<const void> owner);
  [[nodiscard]] std::span<const Entry> table() const { return table_; }

  [[nodiscard]] const Entry* find(TokenId left, TokenId right) const;  // null: the two are never joined

 private:
  std::span<const Entry> table_;
  std::shared_ptr<const void> owner_;
};

struct BpeOptions {
  std::optional<TokenId> unknown;  // nothing: what the vocabulary cannot spell is left out
  std::string prefix;              // of every piece but a word's first
  std::string suffix;              // of a word's last piece
  bool fuse_unknown = false;       // neighbouring unknowns become one
  bool byte_fallback = false;      // <0x..> tokens stand for the bytes of unknown code points
  bool ignore_merges = false;      // a whole word that is a token is that token
};

class Bpe final : public WordModel {
 public:
  Bpe(Vocabulary vocabulary, Merges merges, BpeOptions options);

  void append_ids(std::string_view word, std::vector<TokenId>& ids) const override;
  [[nodiscard]] const Vocabulary& vocabulary() const override { return vocabulary_; }
  [[nodiscard]] std::optional<TokenId> unknown() const override { return options_.unknown; }
  [[nodiscard]] const Merges& merges() const { return merges_; }
  [[nodiscard]] const BpeOptions& options() const { return options_; }

 private:
  [[nodiscard]] std::optional<TokenId> symbol(std::string_view code_point, bool first, bool last,
                                              std::string& spelling) const;
  void append_code_points(std::string_view word, std::vector<TokenId>& ids) const;
  void join_few(std::vector<TokenId>& ids, std::size_t from) const;
  void join_many(std::vector<TokenId>& ids, std::size_t from) const;

  Vocabulary vocabulary_;
  Merges merges_;
  BpeOptions options_;
  // Ids, plus one, of ASCII letters at the front of a word and inside of it: no spelling and hashing for
  // nearly all.
  std::array<std::array<TokenId, 128>, 2> ascii_{};
};

}  // namespace quarry::model
