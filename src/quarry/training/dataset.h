// Pairs as the trainer sees them: token ids, kept compactly in memory for as many epochs as it takes.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "quarry/preparation/pair.h"

namespace quarry::training {

using TokenId = std::uint32_t;

// A token and how often a text holds it, in four bytes: ids up to 2^24, counts up to 255 (saturating).
class TokenCount {
 public:
  TokenCount() = default;
  TokenCount(TokenId id, std::uint32_t count) : packed_(id << 8U | (count > 255 ? 255 : count)) {}
  [[nodiscard]] TokenId id() const { return packed_ >> 8U; }
  [[nodiscard]] std::uint32_t count() const { return packed_ & 0xffU; }

 private:
  std::uint32_t packed_ = 0;
};

// Appends the ids of a text's pieces, at most `limit` of them.
using Tokenize = std::function<void(std::string_view text, std::vector<TokenId>& ids, std::size_t limit)>;

struct DatasetLimits {
  std::size_t doc_tokens = 160;
  std::size_t code_tokens = 600;
  std::size_t code_bytes = 2000;  // as the index cuts what it encodes
  bool in_order = false;          // whether the code's tokens are kept in their order, too
};

// Of the lines that call a function, and of the commits that changed it, so many are kept.
inline constexpr std::size_t kKeptLines = 3;
using Lines = std::array<std::span<const TokenId>, kKeptLines>;  // those that are there come first

// One pair; the spans point into the dataset.
struct Example {
  std::span<const TokenId> doc;  // in the order of the text
  std::span<const TokenId> name;
  std::span<const TokenId> signature;
  std::span<const TokenId> place;     // words of the path
  std::span<const TokenId> comments;  // inside the code, in order; `code` counts them too
  Lines calls;
  Lines subjects;
  std::span<const TokenCount> code;  // sorted by id
  std::span<const TokenId>
      reading;  // the same in the order of the text; empty unless DatasetLimits::in_order
  std::span<const TokenId>
      plain_verb;  // what may stand for the doc's first verb_tokens: "returns" -> "return"
  std::size_t verb_tokens = 0;
  std::uint32_t teacher =
      0xffffffff;  // row of the doc in the teacher's vectors; TextVectors::kNone: it has none
  std::uint32_t repository = 0;
  std::uint32_t file = 0;
  std::uint32_t language = 0;
  std::uint64_t doc_hash = 0;
  std::uint64_t code_hash = 0;
};

class Dataset {
 public:
  explicit Dataset(const DatasetLimits& limits = {}) : limits_(limits) {}

  // `teacher`: see Example.
  void add(const preparation::Pair& pair, const Tokenize& tokenize, std::uint32_t teacher = 0xffffffff);

  [[nodiscard]] std::size_t size() const { return records_.size(); }
  [[nodiscard]] const DatasetLimits& limits() const { return limits_; }
  [[nodiscard]] Example operator[](std::size_t i) const;
  [[nodiscard]] std::size_t repositories() const { return repository_numbers_.size(); }
  [[nodiscard]] std::span<const TokenId> language_words(std::uint32_t language) const {
    return language_words_[language];
  }
  // What an index encodes of a file for itself: the words of its path, then the names of its definitions, at
  // most as many as of code.
  void append_card(std::size_t i, std::vector<TokenId>& ids) const;
  // Phrases around what is asked for; none before the first add().
  [[nodiscard]] const std::vector<std::vector<TokenId>>& question_words() const { return question_words_; }

 private:
  struct Record {
    std::uint64_t doc_hash = 0;
    std::uint64_t code_hash = 0;
    std::uint64_t begin = 0;  // in tokens_
    std::uint64_t code = 0;   // in counts_
    std::uint32_t code_size = 0;
    std::uint32_t repository = 0;
    std::uint32_t file = 0;
    std::array<std::uint16_t, kKeptLines> calls{}, subjects{};
    std::uint16_t doc = 0, name = 0, signature = 0, place = 0,
                  comments = 0;  // sizes, one after another from begin
    std::uint16_t language = 0;
    std::uint16_t plain_verb = 0, verb_tokens = 0;
    std::uint16_t reading = 0;
    std::uint32_t teacher = 0xffffffff;
  };

  DatasetLimits limits_;
  std::vector<Record> records_;
  std::vector<TokenId> tokens_;
  std::vector<TokenCount> counts_;
  std::unordered_map<std::string, std::uint32_t> repository_numbers_;
  std::unordered_map<std::string, std::uint32_t> language_numbers_;
  std::unordered_map<std::uint64_t, std::uint32_t> file_numbers_;  // by hash of repository and path
  std::vector<std::vector<std::uint32_t>> files_;                  // the records of each
  std::vector<std::vector<TokenId>> language_words_;
  std::vector<std::vector<TokenId>> question_words_;
  std::vector<TokenId> scratch_;
};

}  // namespace quarry::training
