// quarry fit-ranking: fits the ranking's weights to judged queries and reports cross-validated quality.
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "quarry/base/hash.h"
#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/flag_value.h"
#include "quarry/cli/index_folder.h"
#include "quarry/cli/index_update.h"
#include "quarry/cli/interruption.h"
#include "quarry/cli/model_choice.h"
#include "quarry/cli/user_folders.h"
#include "quarry/evaluation/ranking_fit.h"
#include "quarry/index/stored_vector.h"

namespace quarry::cli {
namespace {

constexpr Flag kQueryFiles{
    .name = "judgments",
    .type = ValueType::repeat,
    .value = "FILE",
    .brief = "Judged queries, as JSON lines; repeat the flag for several sets",
    .details =
        "Each line: {\"repo\", \"query\", \"relevant\": [{\"path\"}]} for answers by file, or targets with "
        "\"start\" "
        "and \"end\" for answers by function; \"benchmark_root\" names the folder that is indexed.",
    .completion = Completion::file};
constexpr Flag kRepositories{.name = "repos",
                             .type = ValueType::text,
                             .value = "DIR",
                             .brief = "The folder with one folder a repository",
                             .completion = Completion::folder};
constexpr Flag kOutput{.name = "output",
                       .letter = 'o',
                       .type = ValueType::text,
                       .value = "FILE",
                       .brief = "Write the weights to FILE instead of printing them",
                       .completion = Completion::file};
constexpr Flag kFolds{.name = "folds",
                      .type = ValueType::number,
                      .value = "N",
                      .fallback = "5",
                      .brief = "Parts for the cross-validation; a repository is never split",
                      .minimum = 2,
                      .maximum = 100};
constexpr Flag kL2{.name = "l2",
                   .type = ValueType::text,
                   .value = "X",
                   .fallback = "0.03",
                   .brief = "Weight decay of the fit"};
constexpr Flag kDump{.name = "dump",
                     .type = ValueType::text,
                     .value = "FILE",
                     .brief = "Also write every candidate's features as JSON lines",
                     .completion = Completion::file};

constexpr std::array kDataFlags{&kQueryFiles,     &kRepositories, &kIndexDirectory, &kModel,      &kNoVectors,
                                &kNoDefaultRules, &kNoIgnore,     &kMaxFileSize,    &kGraphUnits, &kThreads};
constexpr std::array kFitFlags{&kFolds, &kL2, &kOutput, &kDump};
constexpr std::array kGroups{FlagGroup{"Data", kDataFlags}, FlagGroup{"Fit", kFitFlags}};
constexpr std::array kExamples{
    Example{"quarry fit-ranking --judgments queries.jsonl --repos ~/src -o weights.json",
            "Fit to your own judgments."},
    Example{"quarry search --weights weights.json \"open a socket\"", "Search with the result."}};

Result<float> real_number(const Context& context, const Flag& flag) {
  const std::string text = context.settings.text(flag);
  const auto value = parse_decimal(text);
  if (!value) return fail(ErrorKind::invalid_argument, "--{}: '{}' is not a number", flag.name, text);
  return static_cast<float>(*value);
}

struct Indexed {
  std::shared_ptr<const index::Snapshot> snapshot;
  ranking::SearchSpace space;
  std::vector<text::Term> own_names;
};

Result<std::unique_ptr<Indexed>> index_repository(const Context& context, const std::filesystem::path& work,
                                                  const evaluation::Question& question,
                                                  const model::Encoder* encoder,
                                                  const std::stop_token& stop) {
  const auto root =
      std::filesystem::path(context.settings.text(kRepositories)) / question.repository / question.root;
  QUARRY_TRY(const auto source, open_source_for(context, root.string(), stop));
  const std::filesystem::path folder =
      work / fmt::format("{}-{:016x}", question.repository, hash64(source->root()));
  QUARRY_TRY(const auto report, update_index(context,
                                             {.folder = folder,
                                              .source = source.get(),
                                              .encoder = encoder,
                                              .listing = list_options(context.settings)},
                                             stop));
  (void)report;
  auto indexed = std::make_unique<Indexed>();
  QUARRY_TRY(indexed->snapshot, index::Snapshot::open(context.files, folder));
  QUARRY_TRY(indexed->space, ranking::SearchSpace::open(indexed->snapshot, std::nullopt));
  return indexed;
}

std::string dumped(const evaluation::FitQuestion& question) {
  nlohmann::ordered_json line;
  line["repo"] = question.question->repository;
  line["query"] = question.question->text;
  line["by_file"] = question.judged.by_file;
  line["query_features"] = question.judged.query;
  for (std::size_t i = 0; i < question.places.size(); ++i) {
    const auto& candidate = question.judged.candidates[i];
    line["candidates"].push_back({{"path", question.places[i].path},
                                  {"lines", {question.places[i].lines.first, question.places[i].lines.last}},
                                  {"file", candidate.file},
                                  {"relevant", question.judged.relevant[i]},
                                  {"features", candidate.features}});
  }
  return line.dump() + "\n";
}

std::string grades_text(const evaluation::Quality& quality) {
  std::string text;
  if (const auto& files = quality.files) {
    text =
        fmt::format("files NDCG@10 {:.4f} MRR@10 {:.4f} hit@10 {:.4f}", files->ndcg, files->mrr, files->hit);
  }
  if (const auto& functions = quality.functions) {
    text += fmt::format("{}functions MRR@10 {:.4f} NDCG@10 {:.4f} hit@10 {:.4f}", text.empty() ? "" : "; ",
                        functions->mrr, functions->ndcg, functions->hit);
  }
  return text;
}

Status dump(const Context& context, const std::string& path,
            const std::vector<evaluation::FitQuestion>& questions) {
  QUARRY_TRY(auto file, context.files.create(path));
  for (const evaluation::FitQuestion& question : questions) {
    const std::string line = dumped(question);
    QUARRY_CHECK(file->append(std::as_bytes(std::span(line))));
  }
  return file->close();
}

// Says how good the weights that are there, new ones on repositories that they never saw, and those that are
// written are. What counts, the second, is told for each of several files of judgments too.
Result<ranking::RankingModel> fit_and_report(const Context& context, std::string_view name,
                                             const std::vector<evaluation::FitQuestion>& questions,
                                             const ranking::RankingModel& built_in, std::size_t folds,
                                             const ranking::FitOptions& options) {
  const auto report = [&](std::string_view weights, const std::vector<evaluation::Grades>& grades) {
    context.note(
        fmt::format("{}, {}: {}", name, weights, grades_text(evaluation::quality_of(questions, grades))));
  };
  report("built-in weights", evaluation::grade(built_in, questions));
  QUARRY_TRY(const auto unseen, evaluation::cross_validate(questions, folds, options));
  report("cross-validated", unseen);
  if (const auto by_set = evaluation::quality_by_set(questions, unseen); by_set.size() > 1) {
    for (const auto& [set, quality] : by_set)
      context.note(fmt::format("  {}: {}", set, grades_text(quality)));
  }
  std::vector<const evaluation::FitQuestion*> all;
  all.reserve(questions.size());
  for (const evaluation::FitQuestion& question : questions) all.push_back(&question);
  QUARRY_TRY(ranking::RankingModel model, evaluation::fit_all(all, options));
  report("fitted on all", evaluation::grade(model, questions));
  return model;
}

Result<int> run_fit_ranking(Context& context) {
  if (context.settings.list(kQueryFiles).empty() || context.settings.text(kRepositories).empty()) {
    return fail(ErrorKind::invalid_argument, "--judgments FILE and --repos DIR are needed");
  }
  ranking::FitOptions options;
  QUARRY_TRY(options.l2, real_number(context, kL2));
  std::shared_ptr<const model::Encoder> encoder;
  if (!context.settings.on(kNoVectors)) {
    QUARRY_TRY(encoder, open_model(context));
  }

  std::vector<evaluation::Question> questions;
  for (const std::string& file : context.settings.list(kQueryFiles)) {
    QUARRY_TRY(auto more, evaluation::read_questions(context.files, file));
    questions.insert(questions.end(), std::make_move_iterator(more.begin()),
                     std::make_move_iterator(more.end()));
  }

  const std::filesystem::path given = context.settings.text(kIndexDirectory);
  std::filesystem::path work = given;
  if (work.empty()) {
    work = user_folder(UserFolder::cache, context.environment) / "fit-ranking";
  }
  const Interruption interruption;
  options.stop = interruption.token();
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Indexed>> indexes;
  text::Analyzer analyzer;
  ranking::EvidenceTable scratch;
  std::optional<ranking::SecondLook> second_look;
  if (auto token_vectors = model::token_vectors_of(encoder)) second_look.emplace(std::move(token_vectors));
  std::vector<evaluation::FitQuestion> words;
  std::vector<evaluation::FitQuestion> vectors;
  for (const evaluation::Question& question : questions) {
    if (interruption.stopped()) return fail(ErrorKind::cancelled, "stopped");
    auto& indexed = indexes[{question.repository, question.root}];
    if (!indexed) {
      QUARRY_TRY(indexed, index_repository(context, work, question, encoder.get(), interruption.token()));
      indexed->own_names = ranking::own_name_terms(indexed->space, analyzer);
    }
    QUARRY_TRY(auto by_words, evaluation::prepare_question(question, indexed->space, indexed->own_names,
                                                           analyzer, {}, nullptr, scratch));
    words.push_back(std::move(by_words));
    if (!encoder) continue;
    const std::string_view texts[] = {question.text};
    QUARRY_TRY(std::vector<float> encoded, encoder->encode(texts, model::Side::query));
    std::vector<std::int8_t> vector(encoded.size());
    index::store_vector(encoded, vector);
    QUARRY_TRY(auto by_vectors,
               evaluation::prepare_question(question, indexed->space, indexed->own_names, analyzer, vector,
                                            second_look ? &*second_look : nullptr, scratch));
    vectors.push_back(std::move(by_vectors));
  }
  if (const std::string path = context.settings.text(kDump); !path.empty()) {
    QUARRY_CHECK(dump(context, path, encoder ? vectors : words));
  }

  const auto folds = static_cast<std::size_t>(context.settings.number(kFolds));
  ranking::RankingModels models;
  QUARRY_TRY(models.words,
             fit_and_report(context, "words", words, ranking::default_models().words, folds, options));
  if (encoder) {
    QUARRY_TRY(models.vectors, fit_and_report(context, "vectors", vectors,
                                              ranking::default_models().choose(true), folds, options));
  }

  const std::string json = ranking::to_json(models);
  if (const std::string path = context.settings.text(kOutput); !path.empty()) {
    QUARRY_CHECK(write_atomically(context.files, path, std::as_bytes(std::span(json))));
  } else {
    context.out.write(json);
  }
  return kFound;
}

}  // namespace

const Command kFitRankingCommand{
    .name = "fit-ranking",
    .brief = "Fit the ranking's weights to judged queries",
    .details =
        "Indexes the judged repositories, writes down the evidence of each candidate, fits "
        "weights to all judgments, for searches by words alone and, with a model, for searches with vectors, "
        "and reports their quality, cross-validated by repository: every query is graded by weights that "
        "never saw its repository.\n\n"
        "The weights that come with Quarry were made this way; `quarry search --weights FILE` uses others.",
    .arguments = {},
    .groups = kGroups,
    .examples = kExamples,
    .run = run_fit_ranking};

}  // namespace quarry::cli
