// Fits the ranking to judged questions over indexed repositories and says how good it is on ones it never
// saw.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/evaluation/judged_set.h"
#include "quarry/evaluation/metrics.h"
#include "quarry/ranking/fit.h"
#include "quarry/ranking/search_space.h"
#include "quarry/text/analyzer.h"

namespace quarry::evaluation {

// A question with everything that a fit needs: its candidates, and where they are.
struct FitQuestion {
  const Question* question = nullptr;
  ranking::JudgedQuery judged;
  std::vector<Place> places;                        // a candidate
  std::vector<std::vector<std::uint32_t>> covered;  // a candidate: the targets that it covers, mostly none
};

// Candidates and judgments of one question. `own_names` are ranking::own_name_terms(space); `vector` is the
// query's, empty for words only; `scratch` as for a search.
[[nodiscard]] Result<FitQuestion> prepare_question(
    const Question& question, const ranking::SearchSpace& space, std::span<const text::Term> own_names,
    text::Analyzer& analyzer, std::span<const std::int8_t> vector, ranking::EvidenceTable& scratch);

struct Quality {
  Grades files;      // questions judged by file
  Grades functions;  // questions judged by function
};

[[nodiscard]] Quality quality_of(const ranking::RankingModel& model,
                                 std::span<const FitQuestion* const> questions);
[[nodiscard]] Grades grade_question(const ranking::RankingModel& model, const FitQuestion& question);

struct CrossValidation {
  Quality quality;                  // every question graded by weights that never saw its repository
  std::vector<Grades> by_question;  // in the order of the questions
};

// Repositories, sorted by name, go to folds in turn. Each fold's weights and repeat penalty come from the
// others. ErrorKind::cancelled by options.stop.
[[nodiscard]] Result<CrossValidation> cross_validate(const std::vector<FitQuestion>& questions,
                                                     std::size_t folds, const ranking::FitOptions& options);

// Everything from all questions: what ships. A subject's weights come from the questions judged by file, a
// behaviour's mostly from those judged by function; where one kind is missing, both are the same.
// ErrorKind::cancelled by options.stop.
[[nodiscard]] Result<ranking::RankingModel> fit_all(std::span<const FitQuestion* const> questions,
                                                    const ranking::FitOptions& options);

}  // namespace quarry::evaluation
