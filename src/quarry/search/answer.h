// What a search answers: the one shape that the command line, the server, agents and evaluation files share.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "quarry/corpus/language.h"
#include "quarry/search/facets.h"
#include "quarry/syntax/function.h"

namespace quarry::search {

// One reason for a score: the value of a piece of evidence times its fitted weight. They add up to the score.
struct Evidence {
  std::string name;  // "file.bm25f", "name.head_f1"; docs/RANKING.md lists them
  float value = 0;
  float contribution = 0;
};

struct SearchResult {
  std::size_t rank = 0;  // 1-based, counted from the first page
  float score = 0;
  std::uint64_t id = 0;  // printed as 16 hex digits
  std::string repository;
  std::string path;              // relative to the indexed root, '/'-separated
  std::uint32_t start_line = 0;  // 1-based, inclusive
  std::uint32_t end_line = 0;
  corpus::Language language = corpus::Language::text;
  syntax::Kind kind = syntax::Kind::section;
  std::string name;
  std::string qualified_name;
  std::string signature;      // white space collapsed to single spaces
  std::string doc;            // comment markers removed
  std::string code;           // empty in an index without source
  std::vector<Evidence> why;  // with Query::explain all of it, else the few that weigh most
};

// Where the time of an answer went, in seconds.
struct Timings {
  double embed = 0;       // the query's vector
  double candidates = 0;  // postings, vector scan, features
  double rank = 0;        // scoring, and reading the results' text
  double rerank = 0;      // asking the reranker; 0 where it was not asked
};

struct Answer {
  std::string query;
  double took_ms = 0;
  std::uint64_t index_version = 0;
  std::string model;  // "" where no vectors were used
  std::string
      degraded;  // why the ranking went by words only although vectors were wanted; "" where it did not
  std::string not_reranked;  // why there was no reranking although it was wanted; "" where it was not so
  std::vector<SearchResult> results;
  PlaceOrder best;    // as the reranker had it, for Query::best of the next page; empty where none was wanted
  bool more = false;  // there are results after these
  std::optional<Facets> facets;  // with Query::facets
  std::string next_cursor;       // where a server's next page begins; "" where there is none
  Timings timings;
};

// {"query", "took_ms", "index": {"version", "model"}, "degraded", "not_reranked" (where it is), "results":
// [{"rank", "score", "id", "repo", "path", "start_line", "end_line", "language", "kind", "name",
// "qualified_name", "signature", "doc", "code", "why"}], "facets" (where asked for): {"lang": [{"value",
// "count"}], "repo", "kind", "path"}, "next_cursor" (where there is one)}. On one line, valid UTF-8 whatever
// the strings hold.
[[nodiscard]] std::string to_json_text(const Answer& answer);
// The same to change, or to lay out.
[[nodiscard]] nlohmann::ordered_json to_json(const Answer& answer);
[[nodiscard]] nlohmann::ordered_json to_json(const SearchResult& result);
[[nodiscard]] nlohmann::ordered_json to_json(const Facets::Counts& counts);  // [{"value", "count"}]

}  // namespace quarry::search
