#include "quarry/ranking/evidence.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <memory>

namespace quarry::ranking {
namespace {

using index::Field;
using index::kFieldCount;
using index::Posting;

constexpr std::uint8_t bit(Field field) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(field));
}

// `mask` where the field is among `fields`, else nothing; without a branch.
constexpr std::uint32_t masked(std::uint8_t fields, Field field, std::uint32_t mask) {
  return (0U - (std::uint32_t{fields} >> static_cast<unsigned>(field) & 1U)) & mask;
}

constexpr std::size_t kAhead = 16;

// A bonus term (words written together) counts less than the words themselves and is no part of any mask.
constexpr float kJoinedWeight = 0.5F;

using PerField = std::array<float, kFieldCount>;

PerField by_field(const FieldWeights& w) {
  PerField weights{};
  weights[static_cast<std::size_t>(Field::name)] = w.name;
  weights[static_cast<std::size_t>(Field::container)] = w.container;
  weights[static_cast<std::size_t>(Field::signature)] = w.signature;
  weights[static_cast<std::size_t>(Field::doc)] = w.doc;
  weights[static_cast<std::size_t>(Field::body)] = w.body;
  weights[static_cast<std::size_t>(Field::stem)] = w.stem;
  weights[static_cast<std::size_t>(Field::folder)] = w.folder;
  return weights;
}

// What a posting's counts add where no length matters, and the counts of the two fields where one does.
struct ShapeGain {
  float unit = 0;
  float plain = 0;
  float file = 0;
  float doc = 0;
  float body = 0;
  std::uint8_t fields = 0;  // without references
  bool known = false;
};

// 1 - b + b * length / average for every length code.
using LengthFactors = std::array<float, 256>;

LengthFactors length_factors(float average, float b) {
  LengthFactors factors;
  for (std::size_t code = 0; code < factors.size(); ++code) {
    const std::uint16_t length = index::Segment::length_of_code(static_cast<std::uint8_t>(code));
    factors[code] = 1 - b + b * static_cast<float>(length) / average;
  }
  return factors;
}

// One term after another against all segments: its postings as hits, file by file.
class TermScan {
 public:
  TermScan(const SearchSpace& space, const Bm25fParameters& parameters, EvidenceTable::Hits& hits)
      : space_(space),
        hits_(hits),
        unit_weights_(by_field(parameters.unit)),
        file_weights_(by_field(parameters.file)),
        plain_weights_(by_field(parameters.plain)),
        plain_k1_(parameters.plain_k1),
        k1_(parameters.k1),
        body_factors_(length_factors(space.average_length(Field::body), parameters.length_norm)),
        doc_factors_(length_factors(space.average_length(Field::doc), parameters.length_norm)),
        plain_body_factors_(length_factors(space.average_length(Field::body), parameters.plain_length_norm)),
        plain_doc_factors_(length_factors(space.average_length(Field::doc), parameters.plain_length_norm)),
        gains_(space.segment_count()) {}

  [[nodiscard]] Status scan(text::Term term) {
    hits_.units.clear();
    hits_.files.clear();
    for (std::size_t s = 0; s < space_.segment_count(); ++s) {
      QUARRY_CHECK(scan_segment(term, s));
    }
    return {};
  }

 private:
  // The shapes of a segment as gains, filled as they are met: few of them are.
  using ShapeGains = std::array<ShapeGain, index::PostingCursor::kNoShape + 1>;

  [[nodiscard]] float saturated(float tf) const { return tf * (k1_ + 1) / (tf + k1_); }

  void measure(const Posting& posting, ShapeGain& gain) const {
    gain = {};
    gain.known = true;
    gain.fields = posting.fields & static_cast<std::uint8_t>(~bit(Field::reference));
    for (std::uint8_t rest = gain.fields; rest != 0; rest &= static_cast<std::uint8_t>(rest - 1)) {
      const auto f = static_cast<std::size_t>(std::countr_zero(rest));
      const auto count = static_cast<float>(posting.counts[f]);
      gain.file += file_weights_[f] * count;
      if (f == static_cast<std::size_t>(Field::body)) {
        gain.body = count;
      } else if (f == static_cast<std::size_t>(Field::doc)) {
        gain.doc = count;
      } else {
        gain.unit += unit_weights_[f] * count;
        gain.plain += plain_weights_[f] * count;
      }
    }
  }

  Status scan_segment(text::Term term, std::size_t s) {
    const index::Segment& segment = space_.segment(s);
    QUARRY_TRY(index::PostingCursor cursor, segment.postings(term));
    const Posting* posting = cursor.advance();
    if (posting == nullptr) return {};
    if (gains_[s] == nullptr) gains_[s] = std::make_unique<ShapeGains>();
    ShapeGains& gains = *gains_[s];
    const index::FileSet& live = space_.live(s);
    const std::uint8_t* body_codes = segment.length_codes(Field::body).data();
    const std::uint8_t* doc_codes = segment.length_codes(Field::doc).data();
    const std::uint32_t unit_base = space_.unit_base(s);
    const std::uint32_t file_base = space_.file_base(s);
    constexpr auto kDoc = static_cast<std::size_t>(Field::doc);
    constexpr auto kBody = static_cast<std::size_t>(Field::body);

    std::uint32_t current = 0;
    std::uint32_t current_end = 0;  // the first unit behind the current file
    bool current_live = false;
    float file_tf = 0;
    float path_gain = 0;  // of the current file, with the unit weights
    float path_tf = 0;
    std::uint8_t file_fields = 0;
    const auto finish_file = [&] {
      if (file_fields == 0) return;
      hits_.files.push_back({file_base + current, saturated(file_tf), path_gain, file_fields});
    };

    for (; posting != nullptr; posting = cursor.advance()) {
      const std::uint32_t unit = cursor.unit();
      const std::size_t shape = cursor.shape_of(posting);
      ShapeGain& gain = gains[shape];
      if (!gain.known || shape == index::PostingCursor::kNoShape) measure(*posting, gain);
      if (gain.fields == 0) continue;
      if (unit >= current_end) {
        finish_file();
        current = segment.file_of(unit);
        current_end = std::max(segment.first_unit(current + 1), unit + 1);
        current_live = live.contains(current);
        file_tf = 0;
        path_tf = 0;
        path_gain = 0;
        file_fields = 0;
      }
      if (!current_live) continue;
      file_fields |= gain.fields;
      if ((gain.fields & (bit(Field::stem) | bit(Field::folder))) != 0) {
        for (const Field field : {Field::stem, Field::folder}) {
          const auto f = static_cast<std::size_t>(field);
          path_tf += unit_weights_[f] * posting->counts[f];
          file_tf += file_weights_[f] * posting->counts[f];
        }
        path_gain = path_tf > 0 ? saturated(path_tf) : 0;
        continue;
      }
      float tf = gain.unit;
      float plain = gain.plain;
      if (gain.doc > 0) {
        tf += unit_weights_[kDoc] * (gain.doc / doc_factors_[doc_codes[unit]]);
        plain += plain_weights_[kDoc] * (gain.doc / plain_doc_factors_[doc_codes[unit]]);
      }
      if (gain.body > 0) {
        tf += unit_weights_[kBody] * (gain.body / body_factors_[body_codes[unit]]);
        plain += plain_weights_[kBody] * (gain.body / plain_body_factors_[body_codes[unit]]);
      }
      file_tf += gain.file;
      hits_.units.push_back({unit_base + unit, saturated(tf + path_tf) - path_gain,
                             plain * (plain_k1_ + 1) / (plain + plain_k1_), gain.fields});
    }
    finish_file();
    return {};
  }

  const SearchSpace& space_;
  EvidenceTable::Hits& hits_;
  PerField unit_weights_;
  PerField file_weights_;
  PerField plain_weights_;
  float plain_k1_;
  float k1_;
  LengthFactors body_factors_;
  LengthFactors doc_factors_;
  LengthFactors plain_body_factors_;
  LengthFactors plain_doc_factors_;
  std::vector<std::unique_ptr<ShapeGains>> gains_;
};

float idf(std::size_t frequency, std::uint64_t count) {
  const auto n = static_cast<float>(frequency);
  const auto total = static_cast<float>(std::max<std::uint64_t>(count, frequency));
  return std::log(1 + (total - n + 0.5F) / (n + 0.5F));
}

}  // namespace

void EvidenceTable::clear(std::size_t unit_count, std::size_t file_count) {
  for (std::size_t i = 0; i < touched_units.size(); ++i) {
    if (i + kAhead < touched_units.size()) __builtin_prefetch(&units[touched_units[i + kAhead]], 1);
    units[touched_units[i]] = {};
  }
  for (const std::uint32_t file : touched_files) files[file] = {};
  touched_units.clear();
  touched_files.clear();
  units.resize(unit_count);
  files.resize(file_count);
  unit_idf.clear();
  file_idf.clear();
  file_frequency.clear();
}

Status collect_evidence(const SearchSpace& space, const QueryTerms& query, const Bm25fParameters& parameters,
                        EvidenceTable& table) {
  table.clear(space.unit_count(), space.file_count());
  EvidenceTable::Hits& hits = table.hits;
  TermScan scan(space, parameters, hits);
  const index::Totals& totals = space.totals();

  const auto accumulate = [&](float unit_idf, float file_idf, std::uint32_t mask) {
    for (std::size_t i = 0; i < hits.units.size(); ++i) {
      // Hits lie scattered over megabytes: ask for them before they are needed.
      if (i + kAhead < hits.units.size()) __builtin_prefetch(&table.units[hits.units[i + kAhead].unit], 1);
      const EvidenceTable::UnitHit& hit = hits.units[i];
      UnitEvidence& unit = table.units[hit.unit];
      if (unit.bm25f == 0) table.touched_units.push_back(hit.unit);
      // Function frequency and file frequency say different things about a word: half of each.
      unit.bm25f += 0.5F * (unit_idf + file_idf) * hit.gain;
      unit.plain += unit_idf * hit.plain;
      unit.any |= mask;
      unit.name |= masked(hit.fields, Field::name, mask);
      unit.container |= masked(hit.fields, Field::container, mask);
      unit.signature |= masked(hit.fields, Field::signature, mask);
      unit.doc |= masked(hit.fields, Field::doc, mask);
    }
    for (const EvidenceTable::FileHit& hit : hits.files) {
      FileEvidence& file = table.files[hit.file];
      if (file.bm25f == 0) table.touched_files.push_back(hit.file);
      file.bm25f += file_idf * hit.gain;
      file.path_bm25f += 0.5F * (unit_idf + file_idf) * hit.path_gain;
      file.any |= mask;
      file.names |= masked(hit.fields, Field::name, mask);
      file.docs |= masked(hit.fields, Field::doc, mask);
      file.stem |= masked(hit.fields, Field::stem, mask);
      file.folder |= masked(hit.fields, Field::folder, mask);
    }
  };

  for (std::size_t i = 0; i < query.terms.size(); ++i) {
    QUARRY_CHECK(scan.scan(query.terms[i].term));
    const float weight = query.terms[i].weight;
    table.unit_idf.push_back(weight * idf(hits.units.size(), totals.units));
    table.file_idf.push_back(weight * idf(hits.files.size(), totals.files));
    table.file_frequency.push_back(static_cast<std::uint32_t>(hits.files.size()));
    accumulate(table.unit_idf.back(), table.file_idf.back(), std::uint32_t{1} << i);
  }
  for (const text::Term term : query.joined) {
    QUARRY_CHECK(scan.scan(term));
    if (hits.files.empty()) continue;
    accumulate(kJoinedWeight * idf(hits.units.size(), totals.units),
               kJoinedWeight * idf(hits.files.size(), totals.files), 0);
  }
  return {};
}

float sum_over(std::uint32_t mask, const std::vector<float>& values) {
  float sum = 0;
  for (; mask != 0; mask &= mask - 1) sum += values[static_cast<std::size_t>(std::countr_zero(mask))];
  return sum;
}

}  // namespace quarry::ranking
