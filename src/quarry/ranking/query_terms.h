// A query's words as the ranking sees them: terms, which of them name the thing itself, and symbols in code
// spelling.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/ranking/query_wording.h"
#include "quarry/ranking/search_space.h"
#include "quarry/text/analyzer.h"
#include "quarry/text/term.h"

namespace quarry::ranking {

// One bit a term in the masks that evidence is kept in.
inline constexpr std::size_t kMaxTerms = 32;

struct QueryTerm {
  text::Term term = 0;
  std::string word;   // lower case, unstemmed; for prefix matches and explanations
  float weight = 1;   // 1; less for words that say little here (the repository's own name)
  bool head = false;  // stands before the first "for", "in", "with" ...: describes the thing, not its purpose
  bool word_term = true;  // false: the whole of a compound identifier, beside its words
};

// A name spelled as code spells it: RouterGroup, parse_json, Sinatra::Base.
struct QuerySymbol {
  std::string name;       // "Base"
  std::string container;  // "Sinatra", empty where there is none
};

struct QueryTerms {
  std::vector<QueryTerm> terms;  // at most kMaxTerms, distinct
  std::vector<text::Term>
      joined;  // adjacent words written as one ("file system" -> filesystem); a bonus only
  std::vector<QuerySymbol> symbols;
  Wording wording;
  std::uint32_t head_mask = 0;  // bits of word terms in the head segment
  std::uint32_t word_mask = 0;  // bits of word terms
  bool bare_symbol = false;     // the query is one name and nothing else
  bool wants_tests = false;     // asks for tests, examples ... : their role is no fault then
  bool wants_examples = false;
  bool wants_docs = false;
};

// `own_names`: words of the repositories' names, which tell nothing inside them.
[[nodiscard]] QueryTerms read_query(std::string_view text, text::Analyzer& analyzer,
                                    std::span<const text::Term> own_names);

// Those words for a search of `space`. Where several repositories are searched their names tell them apart:
// none.
[[nodiscard]] std::vector<text::Term> own_name_terms(const SearchSpace& space, text::Analyzer& analyzer);

}  // namespace quarry::ranking
