// Unigram: of all ways to spell a word the most probable one, found by dynamic programming from left to
// right.
//
// Source: Kudo 2018, with SentencePiece's penalty for unknown code points.
#include <algorithm>
#include <cmath>
#include <limits>

#include "quarry/model/json_fields.h"
#include "quarry/model/unicode.h"
#include "quarry/model/word_model.h"

namespace quarry::model {
namespace {

constexpr double kUnknownPenalty = 10;

class Unigram final : public WordModel {
 public:
  Unigram(Vocabulary vocabulary, std::vector<double> scores, std::optional<TokenId> unknown,
          bool byte_fallback)
      : vocabulary_(std::move(vocabulary)),
        scores_(std::move(scores)),
        unknown_(unknown),
        byte_fallback_(byte_fallback) {
    unknown_score_ = *std::min_element(scores_.begin(), scores_.end()) - kUnknownPenalty;
  }

  void append_ids(std::string_view word, std::vector<TokenId>& ids) const override {
    const std::vector<Step> steps = best_steps(word);
    std::vector<Piece> pieces;  // from right to left
    for (std::size_t end = word.size(); end > 0; end = steps[end].begin) {
      const Step& step = steps[end];
      if (step.begin == kUnreached)
        return;  // an unknown code point and no unknown token: the word has no ids
      if (step.unknown && !pieces.empty() && pieces.back().unknown) {
        pieces.back().begin = step.begin;  // unknown neighbours are one
      } else {
        pieces.push_back({step.begin, end, step.id, step.unknown});
      }
    }
    for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
      if (!piece->unknown) {
        ids.push_back(piece->id);
      } else {
        append_unknown(word.substr(piece->begin, piece->end - piece->begin), ids);
      }
    }
  }
  [[nodiscard]] const Vocabulary& vocabulary() const override { return vocabulary_; }
  [[nodiscard]] std::optional<TokenId> unknown() const override { return unknown_; }

 private:
  static constexpr std::size_t kUnreached = std::numeric_limits<std::size_t>::max();
  struct Step {  // the best way to arrive at a position
    std::size_t begin = kUnreached;
    double score = 0;
    TokenId id = 0;
    bool unknown = false;
  };
  struct Piece {
    std::size_t begin;
    std::size_t end;
    TokenId id;
    bool unknown;
  };

  [[nodiscard]] std::vector<Step> best_steps(std::string_view word) const {
    std::vector<Step> steps(word.size() + 1);
    for (std::size_t begin = 0; begin < word.size();) {
      const std::size_t next = begin + unicode::decode(word, begin).bytes;
      const auto reach = [&](std::size_t end, double score, TokenId id, bool is_unknown) {
        const double total = steps[begin].score + score;
        if (steps[end].begin == kUnreached || total > steps[end].score)
          steps[end] = {begin, total, id, is_unknown};
      };
      bool spelled = false;
      const std::size_t longest = std::min(word.size(), begin + vocabulary_.longest());
      for (std::size_t end = next; end <= longest; end += unicode::decode(word, end).bytes) {
        if (const auto id = vocabulary_.find(word.substr(begin, end - begin))) {
          reach(end, scores_[*id], *id, id == unknown_);
          spelled |= end == next;
        }
        if (end == word.size()) break;
      }
      if (!spelled && unknown_) reach(next, unknown_score_, *unknown_, true);
      begin = next;
    }
    return steps;
  }

  void append_unknown(std::string_view text, std::vector<TokenId>& ids) const {
    // Fused unknowns may spell a token after all: the reference looks the joined text up.
    if (const auto id = vocabulary_.find(text)) {
      ids.push_back(*id);
      return;
    }
    if (byte_fallback_) {
      const std::size_t before = ids.size();
      for (const char byte : text) {
        const auto id = vocabulary_.find(fmt::format("<0x{:02X}>", static_cast<unsigned char>(byte)));
        if (!id) break;
        ids.push_back(*id);
      }
      if (ids.size() - before == text.size()) return;
      ids.resize(before);
    }
    ids.push_back(*unknown_);
  }

  Vocabulary vocabulary_;
  std::vector<double> scores_;
  std::optional<TokenId> unknown_;
  bool byte_fallback_;
  double unknown_score_ = 0;
};

}  // namespace

Result<std::unique_ptr<WordModel>> parse_unigram(const Json& config) {
  const Json* vocab = member(config, "vocab");
  if (vocab == nullptr || !vocab->is_array() || vocab->empty()) {
    return fail(ErrorKind::corrupt, "\"vocab\" must be a list of [token, score]");
  }
  if (vocab->size() > kMaxVocabulary) return fail(ErrorKind::limit, "more than {} tokens", kMaxVocabulary);
  std::vector<std::pair<std::string, TokenId>> tokens;
  std::vector<double> scores;
  for (const Json& entry : *vocab) {
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number() ||
        !std::isfinite(entry[1].get<double>())) {
      return fail(ErrorKind::corrupt, "\"vocab\" entry {} is not a [token, score]", scores.size());
    }
    tokens.emplace_back(entry[0].get<std::string>(), static_cast<TokenId>(scores.size()));
    scores.push_back(entry[1].get<double>());
  }
  QUARRY_TRY(Vocabulary vocabulary, Vocabulary::build(tokens));
  QUARRY_TRY(const bool byte_fallback, bool_field(config, "byte_fallback", false));
  QUARRY_TRY(const std::uint64_t unknown, number_field(config, "unk_id", kMaxVocabulary));
  if (member(config, "unk_id") == nullptr) {
    return std::make_unique<Unigram>(std::move(vocabulary), std::move(scores), std::nullopt, byte_fallback);
  }
  if (unknown >= scores.size())
    return fail(ErrorKind::corrupt, "\"unk_id\" {} is not in the vocabulary", unknown);
  return std::make_unique<Unigram>(std::move(vocabulary), std::move(scores), static_cast<TokenId>(unknown),
                                   byte_fallback);
}

}  // namespace quarry::model
