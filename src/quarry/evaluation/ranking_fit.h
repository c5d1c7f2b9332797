// Fits the ranking to judged questions over indexed repositories and says how good it is on ones it never
// saw.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/evaluation/judged_set.h"
#include "quarry/evaluation/metrics.h"
#include "quarry/ranking/fit.h"
#include "quarry/ranking/search_space.h"
#include "quarry/ranking/second_look.h"
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
// query's, empty for words only; `second` reads all of them again, null: nobody does; `scratch` as for a
// search.
[[nodiscard]] Result<FitQuestion> prepare_question(
    const Question& question, const ranking::SearchSpace& space, std::span<const text::Term> own_names,
    text::Analyzer& analyzer, std::span<const std::int8_t> vector, ranking::SecondLook* second,
    ranking::EvidenceTable& scratch);

// Of questions judged by file and by function; empty where there are none.
struct Quality {
  std::optional<Grades> files;
  std::optional<Grades> functions;
};

// Means over repositories of the means over their questions. `grades` are those of `questions`, in their
// order.
[[nodiscard]] Quality quality_of(std::span<const FitQuestion> questions, std::span<const Grades> grades);
// The same for each file that questions were read from, by its name.
[[nodiscard]] std::map<std::string, Quality> quality_by_set(std::span<const FitQuestion> questions,
                                                            std::span<const Grades> grades);

[[nodiscard]] std::vector<Grades> grade(const ranking::RankingModel& model,
                                        std::span<const FitQuestion> questions);

// Every question graded by weights that never saw its repository: repositories, sorted by name, go to folds
// in turn, and each fold's weights and repeat penalty come from the others.
[[nodiscard]] Result<std::vector<Grades>> cross_validate(std::span<const FitQuestion> questions,
                                                         std::size_t folds,
                                                         const ranking::FitOptions& options);

// Everything from all questions: what ships. A subject's weights come from the questions judged by file, a
// behaviour's mostly from those judged by function; where one kind is missing, both are the same. The weights
// of the second look are fitted to orders by weights from other repositories.
// ErrorKind::cancelled by options.stop.
[[nodiscard]] Result<ranking::RankingModel> fit_all(std::span<const FitQuestion* const> questions,
                                                    const ranking::FitOptions& options);

}  // namespace quarry::evaluation
