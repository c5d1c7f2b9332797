// BM25F over the units and files of a search space: what a posting is worth, with all that does not depend on
// the query worked out once.
//
// Robertson's BM25F (simple extension to multiple weighted fields, 2004): field counts, each normalised by
// the field's length, are weighted and summed before one saturation tf (k1 + 1) / (tf + k1); idf = ln(1 + (N
// - n + 0.5) / (n + 0.5)). File fields are stem, folder, definition names, docs, all else.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "quarry/index/segment.h"

namespace quarry::ranking {

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

// Immutable; safe to share between threads.
class Bm25f {
 public:
  // Average lengths of the two fields that are normalised, in terms.
  Bm25f(const Bm25fParameters& parameters, float average_body, float average_doc);

  // What a posting's counts add where no length matters, and the counts of the two fields where one does.
  struct Gain {
    float unit = 0;
    float plain = 0;
    float file = 0;
    float path = 0;  // of stem and folder, with the unit's weights; their file's share is in `file`
    std::uint16_t body = 0;
    std::uint16_t doc = 0;
    std::uint8_t fields = 0;  // without references
  };
  [[nodiscard]] Gain gain_of(const index::Posting& posting) const;

  // What `count` terms in a body (a doc) add in a unit with that length code.
  struct Share {
    float unit;
    float plain;
  };
  [[nodiscard]] Share body_share(std::uint16_t count, std::uint8_t code) const {
    return share(body_, count, code);
  }
  [[nodiscard]] Share doc_share(std::uint16_t count, std::uint8_t code) const {
    return share(doc_, count, code);
  }

  [[nodiscard]] float saturated(float tf) const { return tf * (k1_ + 1) / (tf + k1_); }
  [[nodiscard]] float plain_saturated(float tf) const { return tf * (plain_k1_ + 1) / (tf + plain_k1_); }

 private:
  // Postings with a shape count to 15; a division for every posting would be most of a search.
  static constexpr std::size_t kCounts = 16;
  static constexpr std::size_t kCodes = 128;
  struct NormalisedField {
    float unit_weight = 0;
    float plain_weight = 0;
    std::array<float, kCodes> factors{};  // 1 - b + b * length / average
    std::array<float, kCodes> plain_factors{};
    std::array<std::array<Share, kCodes>, kCounts> shares{};
  };
  void fill(NormalisedField& field, const Bm25fParameters& parameters, float average) const;
  [[nodiscard]] static Share share(const NormalisedField& field, std::uint16_t count, std::uint8_t code) {
    return count < kCounts ? field.shares[count][code % kCodes] : compute(field, count, code % kCodes);
  }
  [[nodiscard]] static Share compute(const NormalisedField& field, std::uint16_t count, std::size_t code);

  using PerField = std::array<float, index::kFieldCount>;
  static PerField by_field(const FieldWeights& weights);

  PerField unit_weights_;
  PerField file_weights_;
  PerField plain_weights_;
  float k1_;
  float plain_k1_;
  NormalisedField body_;
  NormalisedField doc_;
};

}  // namespace quarry::ranking
