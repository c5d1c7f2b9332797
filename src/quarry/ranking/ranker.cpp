#include "quarry/ranking/ranker.h"

#include <algorithm>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

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

bool stands_before(const Standing& a, const Standing& b) {
  return better(a.shown, a.unit, b.shown, b.unit);
}

// Fills Standing::above.
void count_above(std::span<Standing> standings, std::span<const Candidate> candidates) {
  std::unordered_map<std::uint32_t, std::uint32_t> of_file;
  for (Standing& standing : standings) standing.above = of_file[candidates[standing.at].file]++;
}

// The best `count` of a stream, without an order. Most of a stream is worse than what was seen: it costs one
// comparison.
class Best {
 public:
  // Of items with a score above 0.
  explicit Best(std::size_t count) : count_(count) { items_.reserve(2 * count); }

  [[nodiscard]] bool wants(float score, std::uint32_t item) const {
    return better(score, item, floor_.first, floor_.second);
  }
  void add(float score, std::uint32_t item) {
    items_.emplace_back(score, item);
    if (count_ <= kFew) {
      sink();
    } else if (items_.size() == 2 * count_) {
      cut();
    }
  }
  // Empties it.
  [[nodiscard]] std::span<const std::pair<float, std::uint32_t>> take() {
    if (items_.size() > count_) cut();
    floor_ = {};
    taken_.swap(items_);
    items_.clear();
    return taken_;
  }

 private:
  static constexpr std::size_t kFew = 8;  // so many are kept in order, which is quicker than cutting

  // The last item to its place among the others, which are in order.
  void sink() {
    for (std::size_t at = items_.size() - 1; at > 0; --at) {
      if (!better(items_[at].first, items_[at].second, items_[at - 1].first, items_[at - 1].second)) break;
      std::swap(items_[at], items_[at - 1]);
    }
    if (items_.size() > count_) items_.pop_back();
    if (items_.size() == count_) floor_ = items_.back();
  }

  void cut() {
    const auto last = items_.begin() + static_cast<std::ptrdiff_t>(count_ - 1);
    std::nth_element(items_.begin(), last, items_.end(), [](const auto& a, const auto& b) {
      return better(a.first, a.second, b.first, b.second);
    });
    floor_ = *last;
    items_.resize(count_);
  }

  std::size_t count_;
  std::vector<std::pair<float, std::uint32_t>> items_;
  std::vector<std::pair<float, std::uint32_t>> taken_;
  std::pair<float, std::uint32_t> floor_;  // the worst, as soon as there are `count` of them
};

class CandidateSearch {
 public:
  CandidateSearch(const SearchSpace& space, const RankRequest& request, const EvidenceTable& table)
      : space_(space),
        request_(request),
        table_(table),
        scale_(std::max<std::size_t>(1, request.limit / 10)) {}

  void by_words() {
    Best files(kCandidateFiles * scale_);
    for (const std::uint32_t file : table_.touched_files) {
      const float score = table_.files[file].bm25f;
      if (files.wants(score, file) && passes_file(file)) files.add(score, file);
    }
    Best of_file(kUnitsPerFile * scale_);
    for (const auto& [score, file] : files.take()) add_best_of(file, of_file);

    Best units(kCandidateUnits * scale_);
    const std::span<const std::uint32_t> touched = table_.units.touched();
    for (std::size_t i = 0; i < touched.size(); ++i) {
      const std::uint32_t unit = touched[i];
      const float score = table_.units.bm25f_at(i);
      if (units.wants(score, unit) && passes(unit)) units.add(score, unit);
    }
    for (const auto& [score, unit] : units.take()) add(unit);
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
          const std::uint32_t unit = posting.unit + space_.unit_base(s);
          if (!space_.live(s).contains(space_.file_of(unit) - space_.file_base(s)) || !passes(unit)) continue;
          add(unit);
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
    return passes_kind(unit) && passes_file(space_.file_of(unit));
  }

  // Ascending by unit, for reproducible sums and so that the candidates of a file stand together.
  [[nodiscard]] std::vector<Candidate> take() {
    std::sort(chosen_.begin(), chosen_.end());
    chosen_.erase(std::unique(chosen_.begin(), chosen_.end()), chosen_.end());
    std::vector<Candidate> candidates;
    candidates.reserve(chosen_.size());
    for (const std::uint32_t unit : chosen_)
      candidates.push_back({.unit = unit, .file = space_.file_of(unit), .features = {}});
    return candidates;
  }

  [[nodiscard]] std::size_t vector_count() const { return kVectorUnits * scale_; }

 private:
  [[nodiscard]] bool passes_file(std::uint32_t file) const {
    return request_.filter == nullptr || !request_.filter->file || request_.filter->file(file);
  }
  [[nodiscard]] bool passes_kind(std::uint32_t unit) const {
    if (unit == space_.first_unit(space_.file_of(unit))) return false;  // the file itself
    if (request_.filter == nullptr || !request_.filter->kind) return true;
    const SearchSpace::Place place = space_.unit_place(unit);
    return request_.filter->kind(space_.segment(place.segment).kind(place.ordinal));
  }

  void add(std::uint32_t unit) { chosen_.push_back(unit); }

  void add_best_of(std::uint32_t file, Best& best) {
    for (std::uint32_t unit = space_.first_unit(file); unit < space_.first_unit(file + 1); ++unit) {
      const float score = table_.units.bm25f(unit);
      if (best.wants(score, unit) && passes_kind(unit)) best.add(score, unit);
    }
    const auto held = best.take();
    for (const auto& [score, unit] : held) add(unit);
    if (held.empty()) add_first_unit(file);
  }

  // A file that only its path speaks for is shown by its first unit that may be shown.
  void add_first_unit(std::uint32_t file) {
    for (std::uint32_t unit = space_.first_unit(file); unit < space_.first_unit(file + 1); ++unit) {
      if (!passes_kind(unit)) continue;
      add(unit);
      return;
    }
  }

  const SearchSpace& space_;
  const RankRequest& request_;
  const EvidenceTable& table_;
  std::size_t scale_;
  std::vector<std::uint32_t> chosen_;  // units, not yet distinct
};

// The candidates' standings, file after file, those of a file best score first.
std::vector<Standing> by_file(std::span<const Candidate> candidates, const LinearModel& model) {
  std::vector<Standing> standings;
  standings.reserve(candidates.size());
  for (std::uint32_t at = 0; at < candidates.size(); ++at) {
    const float score = model.score(candidates[at].features);
    standings.push_back({.score = score, .shown = score, .unit = candidates[at].unit, .at = at});
  }
  for (auto begin = standings.begin(); begin != standings.end();) {
    const auto end = std::find_if(begin, standings.end(), [&](const Standing& standing) {
      return candidates[standing.at].file != candidates[begin->at].file;
    });
    std::sort(begin, end, stands_before);
    for (std::uint32_t above = 0; begin != end; ++begin) begin->above = above++;
  }
  return standings;
}

}  // namespace

Result<std::vector<Candidate>> find_candidates(const SearchSpace& space, const RankRequest& request,
                                               EvidenceTable& scratch) {
  QUARRY_CHECK(collect_evidence(space, *request.query, scratch));
  CandidateSearch search(space, request, scratch);
  search.by_words();
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

std::vector<Standing> by_score(std::span<const Candidate> candidates, const LinearModel& model) {
  std::vector<Standing> standings = by_file(candidates, model);
  std::sort(standings.begin(), standings.end(), stands_before);
  return standings;
}

Result<std::vector<LookVector>> look_again(std::vector<Standing>& standings,
                                           std::span<const Candidate> candidates, const LinearModel& model,
                                           const LookAgain& look) {
  const std::size_t count = std::min(kLooked, standings.size());
  std::vector<LookVector> looks;
  if (count == 0) return looks;
  looks.reserve(count);
  const float best = standings.front().score;
  for (Standing& standing : std::span(standings).first(count)) {
    QUARRY_TRY(LookVector numbers, look(standing.at));
    numbers.back() = standing.score - best;
    standing.score += model.score(numbers);
    looks.push_back(numbers);
    standing.look = static_cast<std::uint32_t>(looks.size());
  }
  // What was looked at once stays below: the second look tells the best from each other, not from the rest.
  float lift = 0;
  if (count < standings.size()) {
    for (const Standing& standing : std::span(standings).first(count)) {
      lift = std::max(lift, standings[count].score - standing.score);
    }
  }
  for (Standing& standing : std::span(standings).first(count)) {
    standing.score += lift;
    standing.shown = standing.score;
  }
  std::sort(standings.begin(), standings.begin() + static_cast<std::ptrdiff_t>(count), stands_before);
  count_above(standings, candidates);
  return looks;
}

void thin_repeats(std::vector<Standing>& standings, const RepeatPenalty& penalty, std::size_t limit) {
  // The k-th best unit of a file can only be the k-th to be shown of it, so its penalty is known beforehand.
  for (Standing& standing : standings) {
    standing.shown = standing.score;
    if (standing.above > 0) {
      standing.shown -= penalty[std::min<std::size_t>(standing.above, penalty.size()) - 1];
    }
  }
  const std::size_t kept = std::min(limit, standings.size());
  std::partial_sort(standings.begin(), standings.begin() + static_cast<std::ptrdiff_t>(kept), standings.end(),
                    stands_before);
  standings.resize(kept);
}

Result<std::vector<Ranked>> order(std::span<const Candidate> candidates, const LinearModel& model,
                                  const LookAgain& look, std::size_t limit) {
  std::vector<Standing> standings;
  std::vector<LookVector> looks;
  if (look && model.looks_twice()) {
    standings = by_score(candidates, model);
    QUARRY_TRY(looks, look_again(standings, candidates, model, look));
  } else {
    standings = by_file(candidates, model);
  }
  thin_repeats(standings, model.repeat_penalty, limit);
  std::vector<Ranked> ranked;
  ranked.reserve(standings.size());
  for (const Standing& standing : standings) {
    Ranked& result = ranked.emplace_back();
    result.candidate = candidates[standing.at];
    if (standing.look > 0) result.look = looks[standing.look - 1];
    result.score = standing.score;
    result.shown = standing.shown;
  }
  return ranked;
}

}  // namespace quarry::ranking
