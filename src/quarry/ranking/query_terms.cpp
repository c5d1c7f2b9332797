#include "quarry/ranking/query_terms.h"

#include <algorithm>
#include <array>

#include "quarry/base/ascii.h"
#include "quarry/text/words.h"

namespace quarry::ranking {
namespace {

constexpr float kOwnNameWeight = 0.15F;  // fitted by hand on the development repositories

constexpr std::array<std::string_view, 22> kHeadEnders{
    "for",  "in",   "with",  "via",    "to",      "from", "by",   "using",  "when", "before", "after",
    "into", "that", "which", "during", "through", "on",   "into", "across", "over", "while",  "between"};

bool starts_with_any(std::string_view word, std::initializer_list<std::string_view> stems) {
  return std::any_of(stems.begin(), stems.end(),
                     [&](std::string_view stem) { return word.starts_with(stem); });
}

// Capital inside ("parseJson", "HTTPServer"), or joined words ("parse_json").
bool is_code_spelling(std::string_view id) {
  if (id.find('_', 1) != std::string_view::npos && id.size() > 2) return true;
  bool lower_seen = false;
  bool inner_capital = false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (ascii::is_lower(id[i])) lower_seen = true;
    if (i > 0 && ascii::is_upper(id[i])) inner_capital = true;
  }
  return lower_seen && inner_capital;
}

// What may stand between the parts of a qualified name.
bool is_qualifier(std::string_view between) {
  return between == "::" || between == "." || between == "#" || between == "->" || between == "/";
}

}  // namespace

QueryTerms read_query(std::string_view text, text::Analyzer& analyzer,
                      std::span<const text::Term> own_names) {
  QueryTerms query;
  query.wording = read_wording(text);
  std::vector<std::string_view> parts;
  bool in_head = true;
  std::size_t identifiers = 0;
  std::string_view previous_id;
  std::string previous_word;

  const auto add = [&](text::Term term, std::string word, bool is_word) {
    const auto same =
        std::find_if(query.terms.begin(), query.terms.end(), [&](const auto& t) { return t.term == term; });
    if (same != query.terms.end() || query.terms.size() == kMaxTerms) return;
    const bool own = std::find(own_names.begin(), own_names.end(), term) != own_names.end();
    query.terms.push_back({term, std::move(word), own ? kOwnNameWeight : 1.0F, in_head, is_word});
  };

  for (std::string_view rest = text;;) {
    const std::string_view id = text::next_identifier(rest);
    if (id.empty()) break;
    ++identifiers;
    const std::string low = ascii::lower(id);
    if (starts_with_any(low, {"test", "spec", "mock", "fixture"})) query.wants_tests = true;
    if (starts_with_any(low, {"example", "sample", "demo", "tutorial", "benchmark"}))
      query.wants_examples = true;
    if (starts_with_any(low, {"docs", "documentation", "readme", "changelog"})) query.wants_docs = true;
    if (std::find(kHeadEnders.begin(), kHeadEnders.end(), low) != kHeadEnders.end() && !query.terms.empty()) {
      in_head = false;
    }

    const std::string_view between =
        previous_id.empty()
            ? std::string_view{}
            : std::string_view(previous_id.data() + previous_id.size(),
                               static_cast<std::size_t>(id.data() - previous_id.data()) - previous_id.size());
    if (is_qualifier(between)) {
      if (!query.symbols.empty() && query.symbols.back().name == previous_id) query.symbols.pop_back();
      query.symbols.push_back({std::string(id), std::string(previous_id)});
    } else if (is_code_spelling(id)) {
      query.symbols.push_back({std::string(id), {}});
    }
    previous_id = id;

    if (text::is_stop_word(low) || text::is_question_word(low)) {
      previous_word.clear();
      continue;
    }
    const text::WordTerms terms = analyzer.terms_of(id);
    text::split_identifier(id, parts);
    // Stop words inside an identifier have no term; pair the others with their spelling.
    std::size_t at = 0;
    for (const std::string_view part : parts) {
      std::string word = ascii::lower(part);
      if (text::is_stop_word(word)) continue;
      if (at >= terms.words.size()) break;
      add(terms.words[at++], std::move(word), true);
    }
    if (terms.whole != 0) add(terms.whole, low, false);
    if (!previous_word.empty() && terms.whole == 0) {
      query.joined.push_back(analyzer.terms_of(previous_word + low).words.empty()
                                 ? 0
                                 : analyzer.terms_of(previous_word + low).words[0]);
    }
    previous_word = terms.whole == 0 ? low : std::string();
  }

  std::erase(query.joined, text::Term{0});
  query.bare_symbol = identifiers == 1 ||
                      (identifiers == 2 && query.symbols.size() == 1 && !query.symbols[0].container.empty());
  if (identifiers == 1 && query.symbols.empty()) query.symbols.push_back({std::string(previous_id), {}});
  for (std::size_t i = 0; i < query.terms.size(); ++i) {
    const std::uint32_t bit = std::uint32_t{1} << i;
    if (query.terms[i].word_term) query.word_mask |= bit;
    if (query.terms[i].word_term && query.terms[i].head) query.head_mask |= bit;
  }
  return query;
}

std::vector<text::Term> own_name_terms(const SearchSpace& space, text::Analyzer& analyzer) {
  std::vector<text::Term> terms;
  const std::span<const index::ViewInfo> views = space.snapshot().views();
  for (const index::ViewInfo& view : views) {
    if (view.repository != views.front().repository) return {};
  }
  if (!views.empty()) analyzer.append_terms(views.front().repository, terms);
  return terms;
}

}  // namespace quarry::ranking
