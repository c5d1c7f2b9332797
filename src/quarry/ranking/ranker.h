// From a query's words to ranked units: candidates by BM25F, symbols and vectors, then the linear model, then
// the thinning of repeated files.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/ranking/features.h"
#include "quarry/ranking/query_terms.h"
#include "quarry/ranking/ranking_model.h"
#include "quarry/ranking/search_space.h"
#include "quarry/ranking/vector_scan.h"

namespace quarry::ranking {

// What may be shown at all; both are asked before candidates are chosen. Empty functions pass everything.
struct CandidateFilter {
  std::function<bool(std::uint32_t file)> file;
  std::function<bool(syntax::Kind kind)> kind;
};

struct RankRequest {
  const QueryTerms* query = nullptr;
  const CandidateFilter* filter = nullptr;    // null: everything
  std::span<const std::int8_t> query_vector;  // empty: words only
  std::size_t limit = 10;                     // results wanted, decides how many candidates are looked at
};

struct Ranked {
  Candidate candidate;
  std::optional<LookVector> look;  // where it was looked at again
  float score = 0;                 // the model's
  float shown = 0;                 // after the penalty for repeated files: what the order follows
};

// The candidates of a request with their features, ascending by unit.
[[nodiscard]] Result<std::vector<Candidate>> find_candidates(const SearchSpace& space,
                                                             const RankRequest& request,
                                                             EvidenceTable& scratch);

// A candidate on its way into the order.
struct Standing {
  float score = 0;  // the model's
  float shown = 0;  // after the penalty for repeated files
  std::uint32_t unit = 0;
  std::uint32_t at = 0;     // among the candidates, which are too large to be moved about
  std::uint32_t above = 0;  // units of the same file with a better score
  std::uint32_t look = 0;   // one more than its place among the second looks; 0: it has none
};

// The second look at a candidate; see second_look.h. `at` is its place among the candidates.
using LookAgain = std::function<Result<LookVector>(std::uint32_t at)>;

// Best score first, nothing taken off yet. Ties break by unit number, so that equal input gives equal output.
// The candidates of a file stand together, as find_candidates() gives them.
[[nodiscard]] std::vector<Standing> by_score(std::span<const Candidate> candidates, const LinearModel& model);

// Takes the penalty for repeated files off and leaves the best `limit`, best first.
void thin_repeats(std::vector<Standing>& standings, const RepeatPenalty& penalty, std::size_t limit);

// Adds what `look` finds to the first kLooked of what by_score() gave, and orders these anew; they stay
// before all others. Returns what was found; Standing::look tells whose it is. Fails as `look` does.
[[nodiscard]] Result<std::vector<LookVector>> look_again(std::vector<Standing>& standings,
                                                         std::span<const Candidate> candidates,
                                                         const LinearModel& model, const LookAgain& look);

// The candidates in order, the best `limit`. An empty `look` looks once.
[[nodiscard]] Result<std::vector<Ranked>> order(std::span<const Candidate> candidates,
                                                const LinearModel& model, const LookAgain& look,
                                                std::size_t limit);

}  // namespace quarry::ranking
