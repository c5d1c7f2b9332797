// First pass over the postings: how well each unit and each file matches the words, by BM25F and by field.
#pragma once

#include <cstdint>
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

// Robertson's BM25F (simple extension to multiple weighted fields, 2004): field counts, each normalised by
// the field's length, are weighted and summed before one saturation tf (k1 + 1) / (tf + k1); idf = ln(1 + (N
// - n + 0.5) / (n + 0.5)). File fields are stem, folder, definition names, docs, all else.
struct FieldWeights {
  float name, container, signature, doc, body, stem, folder;
};
struct Bm25fParameters {
  FieldWeights unit{.name = 31,
                    .container = 0.9F,
                    .signature = 1.5F,
                    .doc = 2,
                    .body = 0.6F,
                    .stem = 10.5F,
                    .folder = 1.5F};
  FieldWeights file{
      .name = 1, .container = 0, .signature = 0.24F, .doc = 0.75F, .body = 0.24F, .stem = 29, .folder = 4.7F};
  FieldWeights plain{
      .name = 4, .container = 1, .signature = 1.5F, .doc = 2, .body = 1, .stem = 0, .folder = 0};
  float k1 = 10;
  float plain_k1 = 1.2F;
  float plain_length_norm = 0.75F;
  float length_norm = 0.3F;  // b of the body and doc fields; short fields are not normalised
};

// The evidence of one query, dense over the search space. Reusable: clear() costs what the last query
// touched. Not thread-safe.
struct EvidenceTable {
  // One term in one unit: what it gains there, saturated, before idf.
  struct UnitHit {
    std::uint32_t unit;
    float gain;
    float plain;
    std::uint8_t fields;
  };
  struct FileHit {
    std::uint32_t file;
    float gain;
    float path_gain;
    std::uint8_t fields;
  };
  struct Hits {
    std::vector<UnitHit> units;
    std::vector<FileHit> files;
  };

  std::vector<UnitEvidence> units;
  std::vector<FileEvidence> files;
  std::vector<std::uint32_t> touched_units;  // ascending a segment
  std::vector<std::uint32_t> touched_files;
  std::vector<float> unit_idf;  // a term: ln(1 + ...) over units, weighted by QueryTerm::weight
  std::vector<float> file_idf;
  std::vector<std::uint32_t> file_frequency;  // a term: live files that hold it

  Hits hits;  // of the last term; kept for its memory

  void clear(std::size_t unit_count, std::size_t file_count);
};

// Fills `table` for `query` over the live files of `space`. Fails only where stored bytes are damaged.
[[nodiscard]] Status collect_evidence(const SearchSpace& space, const QueryTerms& query,
                                      const Bm25fParameters& parameters, EvidenceTable& table);

// The sum of values[i] over the bits i of `mask`.
[[nodiscard]] float sum_over(std::uint32_t mask, const std::vector<float>& values);

}  // namespace quarry::ranking
