#include "quarry/ranking/evidence.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace quarry::ranking {
namespace {

using index::Field;
using index::kFieldCount;
using index::Posting;

constexpr std::uint8_t bit(Field field) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(field)); }

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

struct UnitHit {
  std::uint32_t unit;
  float gain;   // saturated, before idf
  float plain;
  std::uint8_t fields;
};

struct FileHit {
  std::uint32_t file;
  float gain;
  float path_gain;
  std::uint8_t fields;
};

// One term against one segment: its postings as hits, file by file.
class TermScan {
 public:
  TermScan(const SearchSpace& space, const Bm25fParameters& parameters)
      : space_(space),
        unit_weights_(by_field(parameters.unit)),
        file_weights_(by_field(parameters.file)),
        k1_(parameters.k1),
        b_(parameters.length_norm),
        average_body_(space.average_length(Field::body)),
        average_doc_(space.average_length(Field::doc)) {}

  [[nodiscard]] Status scan(text::Term term) {
    unit_hits.clear();
    file_hits.clear();
    for (std::size_t s = 0; s < space_.segment_count(); ++s) {
      QUARRY_CHECK(scan_segment(term, s));
    }
    return {};
  }

  std::vector<UnitHit> unit_hits;
  std::vector<FileHit> file_hits;

 private:
  [[nodiscard]] float saturated(float tf) const { return tf * (k1_ + 1) / (tf + k1_); }

  Status scan_segment(text::Term term, std::size_t s) {
    const index::Segment& segment = space_.segment(s);
    const index::FileSet& live = space_.live(s);
    const std::span<const std::uint8_t> body_codes = segment.length_codes(Field::body);
    const std::span<const std::uint8_t> doc_codes = segment.length_codes(Field::doc);
    const std::uint32_t unit_base = space_.unit_base(s);
    const std::uint32_t file_base = space_.file_base(s);
    QUARRY_TRY(index::PostingCursor cursor, segment.postings(term));

    constexpr std::uint32_t kNone = 0xffffffff;
    std::uint32_t current = kNone;
    bool current_live = false;
    float file_tf = 0;
    float path_tf = 0;  // of the current file, with the unit weights
    std::uint8_t file_fields = 0;
    const auto finish_file = [&] {
      if (current == kNone || !current_live || file_fields == 0) return;
      file_hits.push_back({file_base + current, saturated(file_tf), path_tf > 0 ? saturated(path_tf) : 0, file_fields});
    };

    for (Posting posting; cursor.next(posting);) {
      posting.fields &= static_cast<std::uint8_t>(~bit(Field::reference));
      if (posting.fields == 0) continue;
      const std::uint32_t file = segment.file_of(posting.unit);
      if (file != current) {
        finish_file();
        current = file;
        current_live = live.contains(file);
        file_tf = 0;
        path_tf = 0;
        file_fields = 0;
      }
      if (!current_live) continue;
      file_fields |= posting.fields;
      if ((posting.fields & (bit(Field::stem) | bit(Field::folder))) != 0) {
        for (const Field field : {Field::stem, Field::folder}) {
          const auto f = static_cast<std::size_t>(field);
          path_tf += unit_weights_[f] * posting.counts[f];
          file_tf += file_weights_[f] * posting.counts[f];
        }
        continue;
      }
      float unit_tf = 0;
      float plain = 0;
      float of_file = 0;
      for (std::uint8_t rest = posting.fields; rest != 0; rest &= static_cast<std::uint8_t>(rest - 1)) {
        const auto f = static_cast<std::size_t>(std::countr_zero(rest));
        const auto count = static_cast<float>(posting.counts[f]);
        float normalised = count;
        if (f == static_cast<std::size_t>(Field::body)) {
          normalised /= length_factor(body_codes[posting.unit], average_body_);
        } else if (f == static_cast<std::size_t>(Field::doc)) {
          normalised /= length_factor(doc_codes[posting.unit], average_doc_);
        }
        unit_tf += unit_weights_[f] * normalised;
        of_file += file_weights_[f] * count;
        plain += normalised;
      }
      file_tf += of_file;
      unit_hits.push_back({unit_base + posting.unit, saturated(unit_tf + path_tf) - (path_tf > 0 ? saturated(path_tf) : 0),
                           plain * 2.2F / (plain + 1.2F), posting.fields});
    }
    finish_file();
    return {};
  }

  [[nodiscard]] float length_factor(std::uint8_t code, float average) const {
    return 1 - b_ + b_ * static_cast<float>(index::Segment::length_of_code(code)) / average;
  }

  const SearchSpace& space_;
  PerField unit_weights_;
  PerField file_weights_;
  float k1_;
  float b_;
  float average_body_;
  float average_doc_;
};

float idf(std::size_t frequency, std::uint64_t count) {
  const auto n = static_cast<float>(frequency);
  const auto total = static_cast<float>(std::max<std::uint64_t>(count, frequency));
  return std::log(1 + (total - n + 0.5F) / (n + 0.5F));
}

}  // namespace

void EvidenceTable::clear(std::size_t unit_count, std::size_t file_count) {
  for (const std::uint32_t unit : touched_units) units[unit] = {};
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
  TermScan scan(space, parameters);
  const index::Totals& totals = space.totals();

  const auto accumulate = [&](float unit_idf, float file_idf, std::uint32_t mask) {
    for (const UnitHit& hit : scan.unit_hits) {
      UnitEvidence& unit = table.units[hit.unit];
      if (unit.bm25f == 0) table.touched_units.push_back(hit.unit);
      // Function frequency and file frequency say different things about a word: half of each.
      unit.bm25f += 0.5F * (unit_idf + file_idf) * hit.gain;
      unit.plain += unit_idf * hit.plain;
      unit.any |= mask;
      if ((hit.fields & bit(Field::name)) != 0) unit.name |= mask;
      if ((hit.fields & bit(Field::container)) != 0) unit.container |= mask;
      if ((hit.fields & bit(Field::signature)) != 0) unit.signature |= mask;
      if ((hit.fields & bit(Field::doc)) != 0) unit.doc |= mask;
    }
    for (const FileHit& hit : scan.file_hits) {
      FileEvidence& file = table.files[hit.file];
      if (file.bm25f == 0) table.touched_files.push_back(hit.file);
      file.bm25f += file_idf * hit.gain;
      file.path_bm25f += 0.5F * (unit_idf + file_idf) * hit.path_gain;
      file.any |= mask;
      if ((hit.fields & bit(Field::name)) != 0) file.names |= mask;
      if ((hit.fields & bit(Field::doc)) != 0) file.docs |= mask;
      if ((hit.fields & bit(Field::stem)) != 0) file.stem |= mask;
      if ((hit.fields & bit(Field::folder)) != 0) file.folder |= mask;
    }
  };

  for (std::size_t i = 0; i < query.terms.size(); ++i) {
    QUARRY_CHECK(scan.scan(query.terms[i].term));
    const float weight = query.terms[i].weight;
    table.unit_idf.push_back(weight * idf(scan.unit_hits.size(), totals.units));
    table.file_idf.push_back(weight * idf(scan.file_hits.size(), totals.files));
    table.file_frequency.push_back(static_cast<std::uint32_t>(scan.file_hits.size()));
    accumulate(table.unit_idf.back(), table.file_idf.back(), std::uint32_t{1} << i);
  }
  for (const text::Term term : query.joined) {
    QUARRY_CHECK(scan.scan(term));
    if (scan.file_hits.empty()) continue;
    accumulate(kJoinedWeight * idf(scan.unit_hits.size(), totals.units),
               kJoinedWeight * idf(scan.file_hits.size(), totals.files), 0);
  }
  return {};
}

float sum_over(std::uint32_t mask, const std::vector<float>& values) {
  float sum = 0;
  for (; mask != 0; mask &= mask - 1) sum += values[static_cast<std::size_t>(std::countr_zero(mask))];
  return sum;
}

}  // namespace quarry::ranking
