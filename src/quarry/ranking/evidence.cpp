#include "quarry/ranking/evidence.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace quarry::ranking {
namespace {

using index::Field;

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

constexpr std::uint64_t kEachByte = 0x0101010101010101ULL;

// Bit 0 of each of the eight bytes, as eight bits in their order.
constexpr std::uint32_t low_bits(std::uint64_t bytes) {
  return static_cast<std::uint32_t>((bytes & kEachByte) * 0x0102040810204080ULL >> 56U);
}

// Every bit of a byte or-ed into its bit 0.
constexpr std::uint64_t any_bit(std::uint64_t bytes) {
  bytes |= bytes >> 4U;
  bytes |= bytes >> 2U;
  return bytes | bytes >> 1U;
}

// One term against all segments: its postings as hits, file by file. Hits lie in columns, so that saturation,
// two divisions a hit, is done for several at once.
class TermScan {
 public:
  TermScan(const SearchSpace& space, TermHits& hits)
      : space_(space), scoring_(space.scoring()), hits_(hits) {}

  [[nodiscard]] Status scan(text::Term term) {
    hits_.count = 0;
    hits_.files.clear();
    for (std::size_t s = 0; s < space_.segment_count(); ++s) {
      QUARRY_CHECK(scan_segment(term, s));
    }
    for (std::size_t i = 0; i < hits_.count; ++i) {
      hits_.gains[i] = scoring_.saturated(hits_.gains[i]) - hits_.path_gains[i];
      hits_.plain[i] = scoring_.plain_saturated(hits_.plain[i]);
    }
    return {};
  }

 private:
  // Postings are decoded a step at a time: where the decoder guessed wrong, the columns' reads are not undone
  // with it.
  static constexpr std::size_t kStep = 256;

  struct File {
    std::uint32_t number = ~std::uint32_t{0};
    bool live = false;
    std::uint8_t fields = 0;
    float tf = 0;
    float path_tf = 0;  // with the unit weights
    float path_gain = 0;
  };
  void finish(const File& file) {
    if (file.fields != 0)
      hits_.files.push_back({file.number, scoring_.saturated(file.tf), file.path_gain, file.fields});
  }

  Status scan_segment(text::Term term, std::size_t s) {
    const index::Segment& segment = space_.segment(s);
    QUARRY_TRY(index::PostingCursor cursor, segment.postings(term));
    hits_.reserve(hits_.count + cursor.bytes_left());  // a posting takes at least a byte
    // Copies of what the loop reads and writes, which the compiler then knows not to change under its hands.
    const Bm25f::Gain* const gains = space_.gains(s).data();
    const std::uint32_t* const file_of = space_.unit_files(s).data();
    const std::uint8_t* const body_codes = segment.length_codes(Field::body).data();
    const std::uint8_t* const doc_codes = segment.length_codes(Field::doc).data();
    const index::FileSet* const live = space_.all_live(s) ? nullptr : &space_.live(s);
    const std::uint32_t unit_base = space_.unit_base(s);
    std::uint32_t* const hit_units = hits_.units.data();
    float* const hit_gains = hits_.gains.data();
    float* const hit_plain = hits_.plain.data();
    float* const hit_path_gains = hits_.path_gains.data();
    std::uint8_t* const hit_fields = hits_.fields.data();
    std::size_t count = hits_.count;

    std::array<std::uint32_t, kStep> units;
    std::array<std::uint16_t, kStep> shapes;
    File file;
    while (const std::size_t step = cursor.take(units, shapes)) {
      Bm25f::Gain own;
      if (shapes[step - 1] == index::PostingCursor::kNoShape) own = scoring_.gain_of(cursor.own_counts());
      for (std::size_t i = 0; i < step; ++i) {
        const std::uint32_t unit = units[i];
        const Bm25f::Gain& gain = shapes[i] == index::PostingCursor::kNoShape ? own : gains[shapes[i]];
        if (gain.fields == 0) continue;
        // Asked of every unit and not of the file's end: what is compared is then on its way from memory long
        // before the branch, which no predictor guesses.
        if (const std::uint32_t number = file_of[unit]; number != file.number) {
          finish(file);
          file = {.number = number, .live = live == nullptr || live->contains(number - space_.file_base(s))};
        }
        if (!file.live) continue;
        file.fields |= gain.fields;
        file.tf += gain.file;
        if ((gain.fields & (bit(Field::stem) | bit(Field::folder))) != 0) {
          file.path_tf += gain.path;
          file.path_gain = file.path_tf > 0 ? scoring_.saturated(file.path_tf) : 0;
          continue;
        }
        const Bm25f::Share doc = scoring_.doc_share(gain.doc, doc_codes[unit]);
        const Bm25f::Share body = scoring_.body_share(gain.body, body_codes[unit]);
        hit_units[count] = unit_base + unit;
        hit_gains[count] = gain.unit + doc.unit + body.unit + file.path_tf;
        hit_plain[count] = gain.plain + doc.plain + body.plain;
        hit_path_gains[count] = file.path_gain;
        hit_fields[count] = gain.fields;
        ++count;
      }
    }
    finish(file);
    hits_.count = count;
    return {};
  }

  const SearchSpace& space_;
  const Bm25f& scoring_;
  TermHits& hits_;
};

float idf(std::size_t frequency, std::uint64_t count) {
  const auto n = static_cast<float>(frequency);
  const auto total = static_cast<float>(std::max<std::uint64_t>(count, frequency));
  return std::log(1 + (total - n + 0.5F) / (n + 0.5F));
}

}  // namespace

void TermHits::reserve(std::size_t room) {
  if (room <= units.size()) return;
  units.resize(room);
  gains.resize(room);
  plain.resize(room);
  path_gains.resize(room);
  fields.resize(room);
}

void UnitTable::clear(std::size_t units, std::size_t terms) {
  for (const std::uint32_t unit : touched()) row_of_unit_[unit] = 0;
  row_of_unit_.resize(units);
  used_ = 1;
  words_a_row_ = 1 + (terms + 7) / 8;
  words_.assign(words_a_row_, 0);
}

void UnitTable::reserve(std::size_t more) {
  if (units_.size() < used_ + more) units_.resize(used_ + more);
  const std::size_t words = (used_ + more) * words_a_row_;
  if (words_.size() < words) words_.resize(words);
}

UnitEvidence UnitTable::evidence(std::uint32_t unit) const {
  const std::size_t row = row_of_unit_[unit];
  const Scores sums = scores(row);
  UnitEvidence evidence{.bm25f = sums.bm25f, .plain = sums.plain};
  for (std::size_t word = 1; word < words_a_row_; ++word) {
    const std::uint64_t fields = words_[row * words_a_row_ + word];
    const auto term = static_cast<unsigned>(8 * (word - 1));
    const auto of = [&](Field field) { return low_bits(fields >> static_cast<unsigned>(field)) << term; };
    evidence.any |= low_bits(any_bit(fields)) << term;
    evidence.name |= of(Field::name);
    evidence.container |= of(Field::container);
    evidence.signature |= of(Field::signature);
    evidence.doc |= of(Field::doc);
  }
  return evidence;
}

void EvidenceTable::clear(std::size_t unit_count, std::size_t file_count, std::size_t terms) {
  units.clear(unit_count, terms);
  for (const std::uint32_t file : touched_files) files[file] = {};
  touched_files.clear();
  files.resize(file_count);
  unit_idf.clear();
  file_idf.clear();
  file_frequency.clear();
}

Status collect_evidence(const SearchSpace& space, const QueryTerms& query, EvidenceTable& table) {
  table.clear(space.unit_count(), space.file_count(), query.terms.size());
  TermHits& hits = table.hits;
  TermScan scan(space, hits);
  const index::Totals& totals = space.totals();

  const auto accumulate = [&](float unit_idf, float file_idf, std::size_t term) {
    const std::uint32_t mask = term == UnitTable::kNoTerm ? 0 : std::uint32_t{1} << term;
    // Function frequency and file frequency say different things about a word: half of each.
    const float both = 0.5F * (unit_idf + file_idf);
    table.units.reserve(hits.count);
    for (std::size_t i = 0; i < hits.count; ++i) {
      if (i + kAhead < hits.count) table.units.prefetch(hits.units[i + kAhead]);
      table.units.add(hits.units[i], both * hits.gains[i], unit_idf * hits.plain[i], term, hits.fields[i]);
    }
    for (const TermHits::File& hit : hits.files) {
      FileEvidence& file = table.files[hit.file];
      if (file.bm25f == 0) table.touched_files.push_back(hit.file);
      file.bm25f += file_idf * hit.gain;
      file.path_bm25f += both * hit.path_gain;
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
    table.unit_idf.push_back(weight * idf(hits.count, totals.units));
    table.file_idf.push_back(weight * idf(hits.files.size(), totals.files));
    table.file_frequency.push_back(static_cast<std::uint32_t>(hits.files.size()));
    accumulate(table.unit_idf.back(), table.file_idf.back(), i);
  }
  for (const text::Term term : query.joined) {
    QUARRY_CHECK(scan.scan(term));
    if (hits.files.empty()) continue;
    accumulate(kJoinedWeight * idf(hits.count, totals.units),
               kJoinedWeight * idf(hits.files.size(), totals.files), UnitTable::kNoTerm);
  }
  return {};
}

float sum_over(std::uint32_t mask, std::span<const float> values) {
  float sum = 0;
  for (; mask != 0; mask &= mask - 1) sum += values[static_cast<std::size_t>(std::countr_zero(mask))];
  return sum;
}

}  // namespace quarry::ranking
