#include "quarry/text/analyzer.h"

#include <libstemmer.h>

#include "quarry/base/ascii.h"
#include "quarry/base/hash.h"
#include "quarry/text/words.h"

namespace quarry::text {
namespace {

// 2^15 identifiers cover all but a few percent of the tokens of a repository; the table is emptied when half
// full.
constexpr std::size_t kSlots = std::size_t{1} << 16;
constexpr std::size_t kMaxStem = 40;  // longer words are not English

struct StemmerDeleter {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

bool is_data(std::string_view identifier) {
  if (identifier.size() > kMaxIdentifierBytes) return true;
  // 0xdeadbeef, 1e10, 3f: literals. Short plain numbers (404, 8080) are worth a term.
  if (identifier[0] < '0' || identifier[0] > '9') return false;
  if (identifier.size() > 5) return true;
  for (const char c : identifier) {
    if (c < '0' || c > '9') return true;
  }
  return identifier.size() == 1;
}

}  // namespace

struct Analyzer::State {
  struct Slot {
    std::uint64_t key = 0;  // hash of the identifier; 0: free
    std::uint32_t begin = 0;
    std::uint16_t words = 0;
    bool has_whole = false;
    bool noise = false;
  };

  std::unique_ptr<sb_stemmer, StemmerDeleter> stemmer{sb_stemmer_new("english", "UTF_8")};
  std::vector<Slot> slots = std::vector<Slot>(kSlots);
  std::vector<Term> arena;
  std::size_t used = 0;
  std::vector<std::string_view> words;
  std::string lower;
  std::string whole;

  std::string_view lowered(std::string_view word) {
    lower.assign(word);
    ascii::make_lower(lower);
    return lower;
  }

  // `word` in lower case; the view holds until the next call.
  std::string_view stemmed(std::string_view word) {
    if (word.size() > kMaxStem || word.size() < 3 || !stemmer) return word;
    const auto* bytes = reinterpret_cast<const sb_symbol*>(word.data());
    const sb_symbol* result = sb_stemmer_stem(stemmer.get(), bytes, static_cast<int>(word.size()));
    if (result == nullptr) return word;  // out of memory inside the stemmer: the word itself will do
    return {reinterpret_cast<const char*>(result),
            static_cast<std::size_t>(sb_stemmer_length(stemmer.get()))};
  }

  Slot compute(std::string_view identifier) {
    Slot slot;
    slot.begin = static_cast<std::uint32_t>(arena.size());
    if (is_data(identifier)) return slot;
    split_identifier(identifier, words);
    whole.clear();
    for (const std::string_view word : words) {
      const std::string_view low = lowered(word);
      whole += low;
      if (is_stop_word(low)) continue;
      arena.push_back(word_term(stemmed(low)));
      ++slot.words;
    }
    slot.noise = words.size() == 1 && is_keyword_noise(whole);
    if (words.size() > 1 && !whole.empty()) {
      arena.push_back(word_term(stemmed(whole)));
      slot.has_whole = true;
    }
    return slot;
  }

  const Slot& look_up(std::string_view identifier) {
    const std::uint64_t key = hash64(identifier) | 1;
    std::size_t at = (key >> 1) & (kSlots - 1);
    while (slots[at].key != 0 && slots[at].key != key) at = (at + 1) & (kSlots - 1);
    if (slots[at].key == key) return slots[at];
    if (used >= kSlots / 2) {
      std::fill(slots.begin(), slots.end(), Slot{});
      arena.clear();
      used = 0;
      at = (key >> 1) & (kSlots - 1);
    }
    ++used;
    slots[at] = compute(identifier);
    slots[at].key = key;
    return slots[at];
  }
};

Analyzer::Analyzer() : state_(std::make_unique<State>()) {}
Analyzer::~Analyzer() = default;
Analyzer::Analyzer(Analyzer&&) noexcept = default;

WordTerms Analyzer::terms_of(std::string_view identifier) {
  if (identifier.empty()) return {};
  const State::Slot& slot = state_->look_up(identifier);
  const Term* terms = state_->arena.data() + slot.begin;
  return {.words = {terms, slot.words}, .whole = slot.has_whole ? terms[slot.words] : 0, .noise = slot.noise};
}

void Analyzer::append_terms(std::string_view text, std::vector<Term>& terms) {
  for (std::string_view id = next_identifier(text); !id.empty(); id = next_identifier(text)) {
    const WordTerms found = terms_of(id);
    terms.insert(terms.end(), found.words.begin(), found.words.end());
    if (found.whole != 0) terms.push_back(found.whole);
  }
}

std::string Analyzer::stem(std::string_view word) {
  const std::string low(state_->lowered(word));
  return std::string(state_->stemmed(low));
}

}  // namespace quarry::text
