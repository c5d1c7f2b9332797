#include "quarry/evaluation/ranking_fit.h"

#include <algorithm>
#include <map>

#include "quarry/ranking/ranker.h"

namespace quarry::evaluation {
namespace {

constexpr std::size_t kGradedRanks = 10;

// Of the loss that a behaviour's weights are fitted to, the share of the questions judged by function. They
// are few, so the questions judged by file stay as a counterweight.
constexpr float kFunctionShare = 0.9F;

std::vector<Place> best_places(const ranking::LinearModel& model, const FitQuestion& question) {
  std::map<std::uint32_t, std::size_t> position;  // unit -> candidate
  for (std::size_t i = 0; i < question.judged.candidates.size(); ++i)
    position[question.judged.candidates[i].unit] = i;
  std::vector<Place> places;
  for (const ranking::Ranked& ranked : ranking::order(question.judged.candidates, model, kGradedRanks)) {
    places.push_back(question.places[position[ranked.candidate.unit]]);
  }
  return places;
}

// Weights by the softmax loss, then the repeat penalty that does best for the questions of one kind.
ranking::LinearModel fit_linear(const std::vector<const ranking::JudgedQuery*>& judged,
                                std::span<const FitQuestion* const> questions, bool by_file,
                                ranking::FitOptions options) {
  options.function_weight = by_file ? 0 : kFunctionShare;
  return ranking::fit_repeat_penalty(
      ranking::fit_weights(judged, options), [&](const ranking::LinearModel& model) {
        GroupedMean mean;
        for (const FitQuestion* question : questions) {
          if (question->judged.by_file != by_file) continue;
          mean.add(question->judged.group,
                   grade(best_places(model, *question), question->question->targets, kGradedRanks));
        }
        return by_file ? mean.mean().ndcg : mean.mean().mrr;
      });
}

}  // namespace

Result<FitQuestion> prepare_question(const Question& question, const ranking::SearchSpace& space,
                                     text::Analyzer& analyzer, std::span<const std::int8_t> vector,
                                     ranking::EvidenceTable& scratch) {
  FitQuestion fit;
  fit.question = &question;
  const ranking::QueryTerms terms =
      ranking::read_query(question.text, analyzer, ranking::own_name_terms(space, analyzer));
  QUARRY_TRY(fit.judged.candidates,
             ranking::find_candidates(
                 space, {.query = &terms, .filter = nullptr, .query_vector = vector, .limit = kGradedRanks},
                 scratch));
  fit.judged.query = ranking::describe_query(terms, fit.judged.candidates);
  fit.judged.group = question.repository;
  fit.judged.by_file = !question.by_function();
  for (const ranking::Candidate& candidate : fit.judged.candidates) {
    const index::UnitView unit = space.unit(candidate.unit);
    std::string path = question.root.empty() || question.root == "." ? std::string() : question.root + "/";
    path += space.file(candidate.file).path;
    fit.places.push_back({.path = std::move(path), .lines = {unit.start_line, unit.end_line}});
    const bool relevant =
        std::any_of(question.targets.begin(), question.targets.end(),
                    [&](const Target& target) { return covers(fit.places.back(), target); });
    fit.judged.relevant.push_back(relevant ? 1 : 0);
  }
  return fit;
}

Grades grade_question(const ranking::RankingModel& model, const FitQuestion& question) {
  const ranking::LinearModel blended = model.blend(model.gate.open(question.judged.query));
  return grade(best_places(blended, question), question.question->targets, kGradedRanks);
}

Quality quality_of(const ranking::RankingModel& model, std::span<const FitQuestion* const> questions) {
  GroupedMean files;
  GroupedMean functions;
  for (const FitQuestion* question : questions) {
    (question->judged.by_file ? files : functions)
        .add(question->judged.group, grade_question(model, *question));
  }
  return {.files = files.mean(), .functions = functions.mean()};
}

ranking::RankingModel fit_all(std::span<const FitQuestion* const> questions,
                              const ranking::FitOptions& options) {
  std::vector<const ranking::JudgedQuery*> judged;
  std::size_t by_file = 0;
  for (const FitQuestion* question : questions) {
    judged.push_back(&question->judged);
    if (question->judged.by_file) ++by_file;
  }
  ranking::RankingModel model;
  model.gate = ranking::fit_gate(judged);
  if (by_file > 0) model.subject = fit_linear(judged, questions, true, options);
  if (by_file < questions.size()) model.behaviour = fit_linear(judged, questions, false, options);
  if (by_file == 0) model.subject = model.behaviour;
  if (by_file == questions.size()) model.behaviour = model.subject;
  return model;
}

CrossValidation cross_validate(const std::vector<FitQuestion>& questions, std::size_t folds,
                               const ranking::FitOptions& options) {
  std::map<std::string, std::size_t> fold_of;
  for (const FitQuestion& question : questions) fold_of[question.judged.group];
  std::size_t next = 0;
  for (auto& [group, fold] : fold_of) fold = next++ % folds;

  CrossValidation result;
  result.by_question.resize(questions.size());
  GroupedMean files;
  GroupedMean functions;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    std::vector<const FitQuestion*> training;
    for (const FitQuestion& question : questions) {
      if (fold_of[question.judged.group] != fold) training.push_back(&question);
    }
    const ranking::RankingModel model = fit_all(training, options);
    for (std::size_t i = 0; i < questions.size(); ++i) {
      if (fold_of[questions[i].judged.group] != fold) continue;
      result.by_question[i] = grade_question(model, questions[i]);
      (questions[i].judged.by_file ? files : functions).add(questions[i].judged.group, result.by_question[i]);
    }
  }
  result.quality = {.files = files.mean(), .functions = functions.mean()};
  return result;
}

}  // namespace quarry::evaluation
