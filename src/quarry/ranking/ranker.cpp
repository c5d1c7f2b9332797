#include "quarry/ranking/ranker.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

namespace quarry::ranking {
namespace {

// Wide enough that what they leave out is not found by any ordering (recall .999 of judged files at 120).
constexpr std::size_t kCandidateFiles = 100;
constexpr std::size_t kUnitsPerFile = 4;
constexpr std::size_t kCandidateUnits = 150;
constexpr std::size_t kVectorUnits = 100;
constexpr std::size_t kSymbolUnits = 50;

bool better(float score_a, std::uint32_t a, float score_b, std::uint32_t b) {
  return score_a != score_b ? score_a > score_b : a < b;
}

class CandidateSearch {
 public:
  CandidateSearch(const SearchSpace& space, const RankRequest& request, const EvidenceTable& table)
      : space_(space), request_(request), table_(table), scale_(std::max<std::size_t>(1, request.limit / 10)) {}

  Status by_words() {
    std::vector<std::uint32_t> files;
    for (const std::uint32_t file : table_.touched_files) {
      if (passes_file(file)) files.push_back(file);
    }
    keep_best(files, kCandidateFiles * scale_, [&](std::uint32_t f) { return table_.files[f].bm25f; });

    std::vector<std::uint32_t> units;
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> of_file;
    for (const std::uint32_t file : files) of_file[file];
    for (const std::uint32_t unit : table_.touched_units) {
      const SearchSpace::Place place = space_.unit_place(unit);
      const index::Segment& segment = space_.segment(place.segment);
      if (!passes_kind(segment.kind(place.ordinal))) continue;
      const std::uint32_t file = segment.file_of(place.ordinal) + space_.file_base(place.segment);
      const auto chosen = of_file.find(file);
      if (chosen != of_file.end()) chosen->second.push_back(unit);
      if (passes_file(file)) units.push_back(unit);
    }
    const auto score = [&](std::uint32_t unit) { return table_.units[unit].bm25f; };
    for (auto& [file, held] : of_file) {
      keep_best(held, kUnitsPerFile * scale_, score);
      for (const std::uint32_t unit : held) add(unit, file);
      if (held.empty()) add_first_unit(file);
    }
    keep_best(units, kCandidateUnits * scale_, score);
    for (const std::uint32_t unit : units) add(unit);
    return {};
  }

  // Every definition of a name that the query spells as code does.
  Status by_symbols() {
    for (const QuerySymbol& symbol : request_.query->symbols) {
      const text::Term term = text::symbol_term(symbol.name);
      std::size_t found = 0;
      for (std::size_t s = 0; s < space_.segment_count(); ++s) {
        const index::Segment& segment = space_.segment(s);
        QUARRY_TRY(index::PostingCursor cursor, segment.postings(term));
        for (index::Posting posting; found < kSymbolUnits * scale_ && cursor.next(posting);) {
          if (posting.counts[static_cast<std::size_t>(index::Field::name)] == 0) continue;
          const std::uint32_t file = segment.file_of(posting.unit);
          if (!space_.live(s).contains(file) || !passes_file(file + space_.file_base(s)) ||
              !passes_kind(segment.kind(posting.unit))) {
            continue;
          }
          add(posting.unit + space_.unit_base(s), file + space_.file_base(s));
          ++found;
        }
      }
    }
    return {};
  }

  void by_vectors(const VectorScan& scan) {
    for (const std::uint32_t unit : scan.units()) add(unit);
  }

  [[nodiscard]] bool passes(std::uint32_t unit) const {
    const SearchSpace::Place place = space_.unit_place(unit);
    const index::Segment& segment = space_.segment(place.segment);
    return passes_kind(segment.kind(place.ordinal)) &&
           passes_file(segment.file_of(place.ordinal) + space_.file_base(place.segment));
  }

  [[nodiscard]] std::vector<Candidate> take() {
    std::vector<Candidate> candidates;
    candidates.reserve(chosen_.size());
    for (const auto& [unit, file] : chosen_) candidates.push_back({.unit = unit, .file = file, .features = {}});
    return candidates;
  }

  [[nodiscard]] std::size_t vector_count() const { return kVectorUnits * scale_; }

 private:
  [[nodiscard]] bool passes_file(std::uint32_t file) const {
    return request_.filter == nullptr || !request_.filter->file || request_.filter->file(file);
  }
  [[nodiscard]] bool passes_kind(syntax::Kind kind) const {
    if (kind == syntax::Kind::file) return false;
    return request_.filter == nullptr || !request_.filter->kind || request_.filter->kind(kind);
  }

  template <class Score>
  static void keep_best(std::vector<std::uint32_t>& items, std::size_t count, Score score) {
    if (items.size() <= count) return;
    std::nth_element(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(count), items.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return better(score(a), a, score(b), b); });
    items.resize(count);
  }

  void add(std::uint32_t unit, std::uint32_t file) { chosen_.emplace(unit, file); }
  void add(std::uint32_t unit) {
    const SearchSpace::Place place = space_.unit_place(unit);
    add(unit, space_.segment(place.segment).file_of(place.ordinal) + space_.file_base(place.segment));
  }

  // A file that only its path speaks for is shown by its first unit that may be shown.
  void add_first_unit(std::uint32_t file) {
    const index::FileView view = space_.file(file);
    for (std::uint32_t unit = view.first_unit; unit < view.first_unit + view.unit_count; ++unit) {
      const SearchSpace::Place place = space_.unit_place(unit);
      if (!passes_kind(space_.segment(place.segment).kind(place.ordinal))) continue;
      add(unit, file);
      return;
    }
  }

  const SearchSpace& space_;
  const RankRequest& request_;
  const EvidenceTable& table_;
  std::size_t scale_;
  std::map<std::uint32_t, std::uint32_t> chosen_;  // unit -> file, ordered for reproducible sums
};

}  // namespace

Result<std::vector<Candidate>> find_candidates(const SearchSpace& space, const RankRequest& request,
                                               EvidenceTable& scratch) {
  QUARRY_CHECK(collect_evidence(space, *request.query, Bm25fParameters{}, scratch));
  CandidateSearch search(space, request, scratch);
  QUARRY_CHECK(search.by_words());
  QUARRY_CHECK(search.by_symbols());
  std::optional<VectorScan> vectors;
  if (!request.query_vector.empty()) {
    QUARRY_TRY(vectors, VectorScan::run(space, request.query_vector, search.vector_count(),
                                        [&](std::uint32_t unit) { return search.passes(unit); }));
    search.by_vectors(*vectors);
  }
  std::vector<Candidate> candidates = search.take();
  QUARRY_CHECK(compute_features(space, *request.query, scratch, vectors ? &*vectors : nullptr, candidates));
  return candidates;
}

std::vector<Ranked> order(std::vector<Candidate> candidates, const LinearModel& model, std::size_t limit) {
  std::vector<Ranked> ranked;
  ranked.reserve(candidates.size());
  for (Candidate& candidate : candidates) {
    const float score = model.score(candidate.features);
    ranked.push_back({.candidate = candidate, .score = score, .shown = score});
  }
  const auto first = [](const Ranked& a, const Ranked& b) { return better(a.shown, a.candidate.unit, b.shown, b.candidate.unit); };
  std::sort(ranked.begin(), ranked.end(), first);

  // The k-th best unit of a file can only be the k-th to be shown of it, so its penalty is known beforehand.
  std::unordered_map<std::uint32_t, std::size_t> shown_of_file;
  for (Ranked& r : ranked) {
    const std::size_t above = shown_of_file[r.candidate.file]++;
    if (above > 0) r.shown -= model.repeat_penalty[std::min(above, model.repeat_penalty.size()) - 1];
  }
  std::sort(ranked.begin(), ranked.end(), first);
  if (ranked.size() > limit) ranked.resize(limit);
  return ranked;
}

}  // namespace quarry::ranking
