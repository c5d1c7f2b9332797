#include "quarry/evaluation/ranking_fit.h"

#include <algorithm>
#include <array>
#include <utility>

#include "quarry/ranking/ranker.h"

namespace quarry::evaluation {
namespace {

constexpr std::size_t kGradedRanks = 10;

// Of the loss that a behaviour's weights are fitted to, the share of the questions judged by function. They
// are few, so the questions judged by file stay as a counterweight.
constexpr float kFunctionShare = 0.9F;

// Parts that the questions are divided into to fit the second look.
constexpr std::size_t kInnerFolds = 3;

// What a subject is found by: few numbers that must not be damped, so that the many others can be.
constexpr auto kTrustedForSubjects = std::to_array<ranking::Feature>(
    {ranking::Feature::file_bm25f_rel, ranking::Feature::stem_precision, ranking::Feature::stem_head_f1,
     ranking::Feature::file_lines, ranking::Feature::file_depth, ranking::Feature::role_is_test,
     ranking::Feature::role_is_legacy, ranking::Feature::unit_bm25f_rel, ranking::Feature::unit_plain_rel,
     ranking::Feature::unit_cover, ranking::Feature::name_f1, ranking::Feature::vector_unit,
     ranking::Feature::vector_unit_rel});

// Behaviours are asked for in words that names do not use: what a fit made of the few that met one described
// those few and pushed the very function that a question names out of sight.
constexpr auto kUnheardOfBehaviours = std::to_array<ranking::Feature>({ranking::Feature::name_exact});

// A question's candidates in the order of a model's scores, as far down as a penalty for repeated files could
// lift anything into the graded ranks: to the last of that many files.
std::vector<ranking::Standing> standings_of(const ranking::LinearModel& model, const FitQuestion& question) {
  std::vector<ranking::Standing> standings = ranking::by_score(question.judged.candidates, model);
  if (!question.judged.looks.empty() && model.looks_twice()) {
    const auto look = [&](std::uint32_t at) -> Result<ranking::LookVector> {
      return question.judged.looks[at];
    };
    (void)ranking::look_again(standings, question.judged.candidates, model, look);  // this one cannot fail
  }
  std::size_t files = 0;
  const auto end = std::find_if(standings.begin(), standings.end(), [&](const ranking::Standing& standing) {
    return standing.above == 0 && ++files > kGradedRanks;
  });
  standings.erase(end, standings.end());
  return standings;
}

Grades grades_under(const ranking::RepeatPenalty& penalty, std::vector<ranking::Standing> standings,
                    const FitQuestion& question) {
  ranking::thin_repeats(standings, penalty, kGradedRanks);
  const auto covers = [&](std::size_t place, std::size_t target) {
    const std::vector<std::uint32_t>& covered = question.covered[standings[place].at];
    return std::find(covered.begin(), covered.end(), target) != covered.end();
  };
  return grades_of(judge(standings.size(), question.question->targets.size(), covers), kGradedRanks);
}

Grades grade_one(const ranking::RankingModel& model, const FitQuestion& question) {
  const ranking::LinearModel blended = model.blend(model.gate.open(question.judged.query));
  return grades_under(blended.repeat_penalty, standings_of(blended, question), question);
}

class Means {
 public:
  void add(const FitQuestion& question, const Grades& grades) {
    (question.judged.by_file ? files_ : functions_).add(question.judged.group, grades);
  }
  [[nodiscard]] Quality quality() const {
    Quality quality;
    if (files_.count() > 0) quality.files = files_.mean();
    if (functions_.count() > 0) quality.functions = functions_.mean();
    return quality;
  }

 private:
  GroupedMean files_;
  GroupedMean functions_;
};

// Weights by the softmax loss, then the repeat penalty that does best for the questions of one kind.
ranking::LinearModel fit_linear(const std::vector<const ranking::JudgedQuery*>& judged,
                                std::span<const FitQuestion* const> questions, bool by_file,
                                ranking::FitOptions options) {
  options.function_weight = by_file ? 0 : kFunctionShare;
  if (by_file) {
    options.trusted = kTrustedForSubjects;
  } else {
    options.unheard = kUnheardOfBehaviours;
  }
  ranking::LinearModel model = ranking::fit_weights(judged, options);
  std::vector<std::pair<const FitQuestion*, std::vector<ranking::Standing>>> standings;
  for (const FitQuestion* question : questions) {
    if (question->judged.by_file == by_file) standings.emplace_back(question, standings_of(model, *question));
  }
  model.repeat_penalty = ranking::fit_repeat_penalty([&](const ranking::RepeatPenalty& penalty) {
    GroupedMean mean;
    for (const auto& [question, standing] : standings) {
      if (options.stop.stop_requested()) break;
      mean.add(question->judged.group, grades_under(penalty, standing, *question));
    }
    return by_file ? mean.mean().ndcg : mean.mean().mrr;
  });
  return model;
}

// Repositories, sorted by name, go to folds in turn; `visit` gets the questions of all other folds and the
// numbers of those that were held out.
template <class Visit>
Status for_each_fold(std::span<const FitQuestion* const> questions, std::size_t folds, const Visit& visit) {
  std::map<std::string, std::size_t> fold_of;
  for (const FitQuestion* question : questions) fold_of[question->judged.group];
  std::size_t next = 0;
  for (auto& [group, fold] : fold_of) fold = next++ % folds;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    std::vector<const FitQuestion*> training;
    std::vector<std::size_t> held_out;
    for (std::size_t i = 0; i < questions.size(); ++i) {
      if (fold_of[questions[i]->judged.group] == fold) {
        held_out.push_back(i);
      } else {
        training.push_back(questions[i]);
      }
    }
    QUARRY_CHECK(visit(training, held_out));
  }
  return {};
}

Status still_wanted(const ranking::FitOptions& options) {
  if (options.stop.stop_requested()) return fail(ErrorKind::cancelled, "the fit was stopped");
  return {};
}

Result<ranking::RankingModel> fit_first_look(std::span<const FitQuestion* const> questions,
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
  QUARRY_CHECK(still_wanted(options));
  return model;
}

}  // namespace

Result<FitQuestion> prepare_question(const Question& question, const ranking::SearchSpace& space,
                                     std::span<const text::Term> own_names, text::Analyzer& analyzer,
                                     std::span<const std::int8_t> vector, ranking::SecondLook* second,
                                     ranking::EvidenceTable& scratch) {
  FitQuestion fit;
  fit.question = &question;
  const ranking::QueryTerms terms = ranking::read_query(question.text, analyzer, own_names);
  QUARRY_TRY(fit.judged.candidates,
             ranking::find_candidates(
                 space, {.query = &terms, .filter = nullptr, .query_vector = vector, .limit = kGradedRanks},
                 scratch));
  fit.judged.query = ranking::describe_query(terms, fit.judged.candidates);
  fit.judged.group = question.repository;
  fit.judged.by_file = !question.by_function();
  if (second != nullptr) {
    second->ask(question.text, terms);
    for (const ranking::Candidate& candidate : fit.judged.candidates) {
      QUARRY_TRY(fit.judged.looks.emplace_back(), second->look(space, candidate.unit));
    }
  }
  for (const ranking::Candidate& candidate : fit.judged.candidates) {
    const index::UnitView unit = space.unit(candidate.unit);
    std::string path = question.root.empty() || question.root == "." ? std::string() : question.root + "/";
    path += space.file(candidate.file).path;
    fit.places.push_back({.path = std::move(path), .lines = {unit.start_line, unit.end_line}});
    std::vector<std::uint32_t>& covered = fit.covered.emplace_back();
    for (std::uint32_t target = 0; target < question.targets.size(); ++target) {
      if (covers(fit.places.back(), question.targets[target])) covered.push_back(target);
    }
    fit.judged.relevant.push_back(covered.empty() ? 0 : 1);
  }
  return fit;
}

Quality quality_of(std::span<const FitQuestion> questions, std::span<const Grades> grades) {
  Means means;
  for (std::size_t i = 0; i < questions.size(); ++i) means.add(questions[i], grades[i]);
  return means.quality();
}

std::map<std::string, Quality> quality_by_set(std::span<const FitQuestion> questions,
                                              std::span<const Grades> grades) {
  std::map<std::string, Means> means;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    means[questions[i].question->set].add(questions[i], grades[i]);
  }
  std::map<std::string, Quality> result;
  for (const auto& [set, mean] : means) result[set] = mean.quality();
  return result;
}

std::vector<Grades> grade(const ranking::RankingModel& model, std::span<const FitQuestion> questions) {
  std::vector<Grades> grades;
  for (const FitQuestion& question : questions) grades.push_back(grade_one(model, question));
  return grades;
}

Result<ranking::RankingModel> fit_all(std::span<const FitQuestion* const> questions,
                                      const ranking::FitOptions& options) {
  QUARRY_TRY(ranking::RankingModel model, fit_first_look(questions, options));
  if (questions.empty() || questions.front()->judged.looks.empty()) return model;
  std::vector<std::vector<ranking::Standing>> standings(questions.size());
  QUARRY_CHECK(for_each_fold(
      questions, kInnerFolds,
      [&](std::span<const FitQuestion* const> training, const std::vector<std::size_t>& held_out) -> Status {
        QUARRY_TRY(const ranking::RankingModel first, fit_first_look(training, options));
        for (const std::size_t i : held_out) {
          const ranking::JudgedQuery& judged = questions[i]->judged;
          standings[i] = ranking::by_score(judged.candidates, first.blend(first.gate.open(judged.query)));
        }
        return {};
      }));
  std::vector<ranking::LookedQuery> looked;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    looked.push_back({.judged = &questions[i]->judged, .standings = standings[i]});
  }
  model.subject.look = ranking::fit_look(looked, 0, options.stop);
  model.behaviour.look = ranking::fit_look(looked, kFunctionShare, options.stop);
  QUARRY_CHECK(still_wanted(options));
  return model;
}

Result<std::vector<Grades>> cross_validate(std::span<const FitQuestion> questions, std::size_t folds,
                                           const ranking::FitOptions& options) {
  std::vector<const FitQuestion*> all;
  for (const FitQuestion& question : questions) all.push_back(&question);
  std::vector<Grades> grades(questions.size());
  QUARRY_CHECK(for_each_fold(
      all, folds,
      [&](std::span<const FitQuestion* const> training, const std::vector<std::size_t>& held_out) -> Status {
        QUARRY_TRY(const ranking::RankingModel model, fit_all(training, options));
        for (const std::size_t i : held_out) grades[i] = grade_one(model, questions[i]);
        return {};
      }));
  return grades;
}

}  // namespace quarry::evaluation
