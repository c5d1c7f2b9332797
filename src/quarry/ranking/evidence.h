// First pass over the postings: how well each unit and each file matches the words, by BM25F and by field.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/ranking/query_terms.h"
#include "quarry/ranking/search_space.h"

namespace quarry::ranking {

// Bit i of a mask: term i of the query occurs there.
struct UnitEvidence {
  float bm25f = 0;  // on top of what the file's path alone gives (FileEvidence::path_bm25f)
  float plain = 0;  // BM25F with mild field weights and quick saturation, which suits queries in other words
  std::uint32_t any = 0;
  std::uint32_t name = 0;
  std::uint32_t container = 0;
  std::uint32_t signature = 0;
  std::uint32_t doc = 0;
};

struct FileEvidence {
  float bm25f = 0;       // the file as one document
  float path_bm25f = 0;  // what every unit of the file gets for stem and folders
  std::uint32_t any = 0;
  std::uint32_t names = 0;  // in the name of any unit
  std::uint32_t docs = 0;
  std::uint32_t stem = 0;
  std::uint32_t folder = 0;
};

// One term in the index: where it occurs and what it gains there, saturated, before idf. Columns with `count`
// hits in their front; kept for their memory.
struct TermHits {
  struct File {
    std::uint32_t file;
    float gain;
    float path_gain;
    std::uint8_t fields;
  };
  std::size_t count = 0;
  std::vector<std::uint32_t> units;
  std::vector<float> gains;
  std::vector<float> plain;
  std::vector<float> path_gains;  // of the unit's file, part of FileEvidence and not of `gains`
  std::vector<std::uint8_t> fields;
  std::vector<File> files;

  void reserve(std::size_t room);
};

// The units that hold any term of the query, each with its scores and the fields of every term. A query
// touches one unit of seven: rows stand side by side in the order of touching, which keeps them in the near
// caches, and a number a unit says where.
class UnitTable {
 public:
  // Empty, for `units` units and a query of `terms` terms. Costs what the last query touched.
  void clear(std::size_t units, std::size_t terms);
  // Before add(): room for that many units more.
  void reserve(std::size_t more);
  // Term kNoTerm adds to the scores only.
  static constexpr std::size_t kNoTerm = ~std::size_t{0};
  void add(std::uint32_t unit, float bm25f, float plain, std::size_t term, std::uint8_t fields);
  void prefetch(std::uint32_t unit) const { __builtin_prefetch(&row_of_unit_[unit]); }

  [[nodiscard]] std::span<const std::uint32_t> touched() const {
    return std::span(units_).subspan(1, used_ - 1);
  }
  [[nodiscard]] float bm25f_at(std::size_t position) const {
    return scores(position + 1).bm25f;
  }  // in touched()
  [[nodiscard]] float bm25f(std::uint32_t unit) const { return scores(row_of_unit_[unit]).bm25f; }
  [[nodiscard]] float plain(std::uint32_t unit) const { return scores(row_of_unit_[unit]).plain; }
  [[nodiscard]] UnitEvidence evidence(std::uint32_t unit) const;

 private:
  // A row is a word of two scores and a byte of fields a term, in whole words. Row 0 is that of every unit
  // without a term: zeros.
  struct Scores {
    float bm25f;
    float plain;
  };
  [[nodiscard]] Scores scores(std::size_t row) const {
    return std::bit_cast<Scores>(words_[row * words_a_row_]);
  }

  std::vector<std::uint32_t> row_of_unit_;
  std::vector<std::uint32_t> units_ = std::vector<std::uint32_t>(1);  // of each row
  std::vector<std::uint64_t> words_ = std::vector<std::uint64_t>(1);
  std::size_t words_a_row_ = 1;
  std::uint32_t used_ = 1;  // rows
};

inline void UnitTable::add(std::uint32_t unit, float bm25f, float plain, std::size_t term,
                           std::uint8_t fields) {
  std::uint32_t& row = row_of_unit_[unit];
  if (row == 0) {
    row = used_++;
    units_[row] = unit;
  }
  std::uint64_t* words = &words_[row * words_a_row_];
  Scores sums = std::bit_cast<Scores>(words[0]);
  sums.bm25f += bm25f;
  sums.plain += plain;
  words[0] = std::bit_cast<std::uint64_t>(sums);
  if (term != kNoTerm) words[1 + term / 8] |= std::uint64_t{fields} << (term % 8 * 8);
}

// The evidence of one query over the search space. Reusable: clear() costs what the last query touched. Not
// thread-safe.
struct EvidenceTable {
  UnitTable units;
  std::vector<FileEvidence> files;
  std::vector<std::uint32_t> touched_files;
  std::vector<float> unit_idf;  // a term: ln(1 + ...) over units, weighted by QueryTerm::weight
  std::vector<float> file_idf;
  std::vector<std::uint32_t> file_frequency;  // a term: live files that hold it

  TermHits hits;  // of the last term

  void clear(std::size_t unit_count, std::size_t file_count, std::size_t terms);
};

// Fills `table` for `query` over the live files of `space`. Fails only where stored bytes are damaged.
[[nodiscard]] Status collect_evidence(const SearchSpace& space, const QueryTerms& query,
                                      EvidenceTable& table);

// The sum of values[i] over the bits i of `mask`.
[[nodiscard]] float sum_over(std::uint32_t mask, std::span<const float> values);

}  // namespace quarry::ranking
