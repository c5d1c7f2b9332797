#include "quarry/model/bpe.h"

#include <algorithm>
#include <bit>
#include <queue>

#include "quarry/model/json_fields.h"
#include "quarry/model/unicode.h"

namespace quarry::model {
namespace {

constexpr std::size_t kFewSymbols = 48;  // up to here a scan for the best pair beats a heap

std::uint64_t slot_of(TokenId left, TokenId right) {
  std::uint64_t key = (std::uint64_t{left} << 32U | right) * 0x9e3779b97f4a7c15U;
  return key ^ (key >> 32U);
}

std::string byte_token(unsigned char byte) {
  return fmt::format("<0x{:02X}>", byte);
}

}  // namespace

Merges Merges::build(std::span<const Merge> merges) {
  auto table = std::make_shared<std::vector<Entry>>(std::bit_ceil(merges.size() * 3 / 2 + 2));
  const std::size_t mask = table->size() - 1;
  std::uint32_t rank = 0;
  for (const Merge& merge : merges) {
    std::size_t slot = slot_of(merge.left, merge.right) & mask;
    while ((*table)[slot].merged_id != 0 &&
           ((*table)[slot].left != merge.left || (*table)[slot].right != merge.right)) {
      slot = (slot + 1) & mask;
    }
    (*table)[slot] = {merge.left, merge.right, rank++,
                      merge.merged + 1};  // of two equal pairs the last one counts
  }
  Merges result;
  result.table_ = *table;
  result.owner_ = std::move(table);
  return result;
}

Result<Merges> Merges::adopt(std::span<const Entry> table, std::uint32_t vocabulary,
                             std::shared_ptr<const void> owner) {
  bool free = false;
  bool inside = true;
  for (const Entry& entry : table) {
    free |= entry.merged_id == 0;
    inside &= entry.merged_id <= vocabulary;
  }
  if (!std::has_single_bit(table.size()) || !free || !inside) {
    return fail(ErrorKind::corrupt, "the table of merges is damaged");
  }
  Merges result;
  result.table_ = table;
  result.owner_ = std::move(owner);
  return result;
}

const Merges::Entry* Merges::find(TokenId left, TokenId right) const {
  const std::size_t mask = table_.size() - 1;
  for (std::size_t slot = slot_of(left, right) & mask; table_[slot].merged_id != 0;
       slot = (slot + 1) & mask) {
    if (table_[slot].left == left && table_[slot].right == right) return &table_[slot];
  }
  return nullptr;
}

Bpe::Bpe(Vocabulary vocabulary, Merges merges, BpeOptions options)
    : vocabulary_(std::move(vocabulary)), merges_(std::move(merges)), options_(std::move(options)) {
  if (!options_.suffix.empty()) return;  // then a letter's id depends on more than where the word starts
  for (char c = 1; c > 0 && c < 127; ++c) {
    ascii_[0][static_cast<unsigned char>(c)] = vocabulary_.find(std::string(1, c)).value_or(~0U) + 1;
    ascii_[1][static_cast<unsigned char>(c)] = vocabulary_.find(options_.prefix + c).value_or(~0U) + 1;
  }
}

std::optional<TokenId> Bpe::symbol(std::string_view code_point, bool first, bool last,
                                   std::string& spelling) const {
  if (const auto byte = static_cast<unsigned char>(code_point.front()); byte < 0x80) {
    const TokenId known = ascii_[first ? 0 : 1][byte];
    if (known != 0) return known - 1;
  }
  spelling.clear();
  if (!first) spelling += options_.prefix;
  spelling += code_point;
  if (last) spelling += options_.suffix;
  return vocabulary_.find(spelling);
}

void Bpe::append_ids(std::string_view word, std::vector<TokenId>& ids) const {
  if (options_.ignore_merges) {
    if (const auto whole = vocabulary_.find(word)) {
      ids.push_back(*whole);
      return;
    }
  }
  const std::size_t from = ids.size();
  append_code_points(word, ids);
  if (ids.size() - from <= kFewSymbols) {
    join_few(ids, from);
  } else {
    join_many(ids, from);
  }
}

void Bpe::append_code_points(std::string_view word, std::vector<TokenId>& ids) const {
  std::string spelling;  // of the code point with prefix and suffix
  bool pending = false;  // an unknown that is not in `ids` yet, because the next one may be fused with it
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t end = at + unicode::decode(word, at).bytes;
    const auto id = symbol(word.substr(at, end - at), at == 0, end == word.size(), spelling);
    at = end;
    if (id) {
      if (pending) ids.push_back(*options_.unknown);
      pending = false;
      ids.push_back(*id);
      continue;
    }
    if (options_.byte_fallback) {
      const std::size_t before = ids.size();
      for (const char byte : spelling) {
        const auto byte_id = vocabulary_.find(byte_token(static_cast<unsigned char>(byte)));
        if (!byte_id) break;
        ids.push_back(*byte_id);
      }
      if (ids.size() - before == spelling.size())
        continue;  // a pending unknown stays behind, as in the reference
      ids.resize(before);
    }
    if (!options_.unknown) continue;
    if (pending && !options_.fuse_unknown) ids.push_back(*options_.unknown);
    pending = true;
  }
  if (pending) ids.push_back(*options_.unknown);
}

void Bpe::join_few(std::vector<TokenId>& ids, std::size_t from) const {
  const Merges::Entry* pairs[kFewSymbols];  // pairs[i]: of symbols i and i + 1
  std::size_t count = ids.size() - from;
  TokenId* symbols = ids.data() + from;
  for (std::size_t i = 0; i + 1 < count; ++i) pairs[i] = merges_.find(symbols[i], symbols[i + 1]);
  while (count > 1) {
    std::size_t best = count;
    for (std::size_t i = 0; i + 1 < count; ++i) {
      if (pairs[i] != nullptr && (best == count || pairs[i]->rank < pairs[best]->rank)) best = i;
    }
    if (best == count) break;
    symbols[best] = pairs[best]->merged_id - 1;
    std::copy(symbols + best + 2, symbols + count, symbols + best + 1);
    std::copy(pairs + best + 1, pairs + count - 1, pairs + best);
    --count;
    if (best > 0) pairs[best - 1] = merges_.find(symbols[best - 1], symbols[best]);
    if (best + 1 < count) pairs[best] = merges_.find(symbols[best], symbols[best + 1]);
  }
  ids.resize(from + count);
}

void Bpe::join_many(std::vector<TokenId>& ids, std::size_t from) const {
  constexpr std::uint32_t kNone = 0xffff'ffffU;
  struct Symbol {
    TokenId id;
    std::uint32_t previous;
    std::uint32_t next;
  };
  struct Candidate {
    std::uint32_t rank;
    std::uint32_t position;
    TokenId left;
    TokenId right;
    TokenId merged;
    bool operator<(const Candidate& other) const {  // the queue gives its largest: lowest rank, then leftmost
      return rank != other.rank ? rank > other.rank : position > other.position;
    }
  };
  const auto count = static_cast<std::uint32_t>(ids.size() - from);
  std::vector<Symbol> symbols(count);
  std::priority_queue<Candidate> queue;
  const auto consider = [&](std::uint32_t position) {
    const std::uint32_t next = symbols[position].next;
    if (next == kNone) return;
    const TokenId left = symbols[position].id;
    const TokenId right = symbols[next].id;
    if (const auto* entry = merges_.find(left, right)) {
      queue.push({entry->rank, position, left, right, entry->merged_id - 1});
    }
  };
  for (std::uint32_t i = 0; i < count; ++i) {
    symbols[i] = {ids[from + i], i == 0 ? kNone : i - 1, i + 1 == count ? kNone : i + 1};
  }
  for (std::uint32_t i = 0; i < count; ++i) consider(i);
  std::vector<bool> dead(count, false);
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Symbol& left = symbols[best.position];
    if (dead[best.position] || left.id != best.left || left.next == kNone) continue;
    if (symbols[left.next].id != best.right) continue;
    dead[left.next] = true;
    left.id = best.merged;
    left.next = symbols[left.next].next;
    if (left.next != kNone) symbols[left.next].previous = best.position;
    if (left.previous != kNone) consider(left.previous);
    consider(best.position);
  }
  ids.resize(from);
  for (std::uint32_t i = 0; i != kNone; i = symbols[i].next) ids.push_back(symbols[i].id);
}

namespace {

Result<Merges> parse_merges(const Json& config, const Vocabulary& vocabulary, std::size_t prefix) {
  const Json* list = member(config, "merges");
  if (list == nullptr || !list->is_array()) return fail(ErrorKind::corrupt, "\"merges\" must be a list");
  std::vector<Merges::Merge> merges;
  merges.reserve(list->size());
  std::string joined;
  for (const Json& entry : *list) {
    std::string_view left;
    std::string_view right;
    if (entry.is_string()) {
      const std::string_view text = entry.get_ref<const std::string&>();
      if (text.starts_with("#version")) continue;
      const std::size_t space = text.find(' ');
      if (space != std::string_view::npos && text.find(' ', space + 1) == std::string_view::npos) {
        left = text.substr(0, space);
        right = text.substr(space + 1);
      }
    } else if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
      left = entry[0].get_ref<const std::string&>();
      right = entry[1].get_ref<const std::string&>();
    }
    const auto left_id = vocabulary.find(left);
    const auto right_id = vocabulary.find(right);
    if (!left_id || !right_id || right.size() < prefix) {
      return fail(ErrorKind::corrupt,
                  "merge {} (\"{}\" and \"{}\") is not a pair of tokens of the vocabulary", merges.size() + 1,
                  left, right);
    }
    joined.assign(left).append(right.substr(prefix));
    const auto merged = vocabulary.find(joined);
    if (!merged) {
      return fail(ErrorKind::corrupt, "merge {} makes \"{}\", which is not in the vocabulary",
                  merges.size() + 1, joined);
    }
    merges.push_back({*left_id, *right_id, *merged});
  }
  return Merges::build(merges);
}

}  // namespace

Result<std::unique_ptr<WordModel>> parse_bpe(const Json& config) {
  QUARRY_TRY(Vocabulary vocabulary, parse_vocabulary(config));
  BpeOptions options;
  QUARRY_TRY(options.prefix, string_field(config, "continuing_subword_prefix", ""));
  QUARRY_TRY(options.suffix, string_field(config, "end_of_word_suffix", ""));
  QUARRY_TRY(options.fuse_unknown, bool_field(config, "fuse_unk", false));
  QUARRY_TRY(options.byte_fallback, bool_field(config, "byte_fallback", false));
  QUARRY_TRY(options.ignore_merges, bool_field(config, "ignore_merges", false));
  QUARRY_TRY(const std::string unknown, string_field(config, "unk_token", ""));
  if (!unknown.empty()) {
    options.unknown = vocabulary.find(unknown);
    if (!options.unknown) {
      return fail(ErrorKind::corrupt, "the unk_token \"{}\" is not in the vocabulary", unknown);
    }
  }
  QUARRY_TRY(Merges merges, parse_merges(config, vocabulary, options.prefix.size()));
  return std::make_unique<Bpe>(std::move(vocabulary), std::move(merges), std::move(options));
}

}  // namespace quarry::model
