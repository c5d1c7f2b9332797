// quarry eval: systems over tasks, tables and JSON out, and the gate between a new model and its release.
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>
#include <utility>

#include "quarry/base/hash.h"
#include "quarry/cli/command_run.h"
#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/eval_table.h"
#include "quarry/cli/interruption.h"
#include "quarry/cli/model_choice.h"
#include "quarry/cli/progress_display.h"
#include "quarry/evaluation/baseline.h"
#include "quarry/evaluation/evaluation.h"
#include "quarry/evaluation/report.h"
#include "quarry/search/query.h"

namespace quarry::cli {
namespace {

namespace fs = std::filesystem;

constexpr Flag kTasks{
    .name = "task",
    .type = ValueType::repeat,
    .value = "[NAME=]PATH",
    .brief = "What to measure on; repeat the flag for several",
    .details =
        "A folder in BEIR's layout (corpus.jsonl, queries.jsonl, qrels/*.tsv) or CoSQA's, a "
        "folder with dev/queries.jsonl and dev/repos (and functions.jsonl), a folder with "
        "queries.jsonl and repos/, or a file of judged questions or of feedback.",
    .completion = Completion::file};
constexpr Flag kRepositories{.name = "repos",
                             .type = ValueType::text,
                             .value = "DIR",
                             .brief = "The folder with a folder or .tar.zst a repository",
                             .details = "The default stands beside the questions.",
                             .completion = Completion::folder};
constexpr Flag kOnly{.name = "only",
                     .type = ValueType::list,
                     .value = "NAME,...",
                     .brief = "Only the questions about these repositories"};
constexpr Flag kRemoveDocs{.name = "remove-docs",
                           .brief = "Take docstrings and doc comments out of documents: the harder task",
                           .details = "Documents only (BEIR, CoSQA): each is parsed in its language."};
constexpr Flag kQrels{.name = "qrels",
                      .type = ValueType::text,
                      .value = "FILE",
                      .brief = "Judge --run by these relevance judgments (TREC's or BEIR's)",
                      .completion = Completion::file};
constexpr Flag kRuns{.name = "run",
                     .type = ValueType::repeat,
                     .value = "FILE",
                     .brief = "Judge another system's run (TREC's format) instead of searching",
                     .completion = Completion::file};
constexpr Flag kModels{.name = "model",
                       .letter = 'm',
                       .type = ValueType::repeat,
                       .value = "DIR|URL",
                       .brief = "A model to measure; repeat the flag to compare several",
                       .completion = Completion::folder};
constexpr std::array<std::string_view, 5> kRankerChoices{"hybrid", "words", "vectors", "vectors-by-file",
                                                         "bm25f"};
constexpr Flag kRankings{
    .name = "ranking",
    .type = ValueType::list,
    .value = "NAME,...",
    .brief = "How to rank: hybrid, words, vectors, vectors-by-file, bm25f",
    .details =
        "hybrid is the product (the default with a model), words the product without vectors (the "
        "default without), vectors the cosine alone, vectors-by-file the same with each file once.",
    .choices = kRankerChoices,
    .completion = Completion::choices};
constexpr Flag kWeightFiles{.name = "weights",
                            .type = ValueType::repeat,
                            .value = "FILE",
                            .brief = "Rank with these weights; repeat the flag to compare several",
                            .completion = Completion::file};
constexpr Flag kCutoffs{.name = "cutoff",
                        .type = ValueType::list,
                        .value = "K,...",
                        .fallback = "10",
                        .brief = "Ranks that metrics look at; the first is the one that counts"};
constexpr Flag kDepth{.name = "depth",
                      .type = ValueType::number,
                      .value = "N",
                      .fallback = "0",
                      .brief = "Results to ask for; 0: the largest cutoff, for documents at least 100",
                      .maximum = 1000};
constexpr Flag kSamples{.name = "samples",
                        .type = ValueType::number,
                        .value = "N",
                        .fallback = "10000",
                        .brief = "Resamplings for intervals and tests",
                        .minimum = 1,
                        .maximum = 10'000'000};
constexpr Flag kPerQuery{.name = "per-query",
                         .type = ValueType::text,
                         .value = "FILE",
                         .brief = "Write every question's figures and first results, as JSON lines",
                         .completion = Completion::file};
constexpr Flag kWriteRuns{.name = "write-runs",
                          .type = ValueType::text,
                          .value = "DIR",
                          .brief = "Write a run in TREC's format a task and system",
                          .completion = Completion::folder};
constexpr Flag kGate{.name = "gate",
                     .type = ValueType::text,
                     .value = "FILE",
                     .brief = "Exit 1 where a measure is worse than this baseline allows",
                     .completion = Completion::file};
constexpr Flag kWriteBaseline{.name = "write-baseline",
                              .type = ValueType::text,
                              .value = "FILE",
                              .brief = "Write what was measured as a baseline for --gate",
                              .completion = Completion::file};
constexpr Flag kTolerance{.name = "tolerance",
                          .type = ValueType::text,
                          .value = "X",
                          .brief = "How far a measure may fall; instead of the baseline's own (0.01)"};
constexpr Flag kKeep{.name = "keep",
                     .type = ValueType::text,
                     .value = "DIR",
                     .brief = "Keep indexes and unpacked sources in DIR, and use those that are there",
                     .completion = Completion::folder};

constexpr std::array kTaskFlags{&kTasks, &kRepositories, &kOnly, &kRemoveDocs, &kQrels, &kRuns};
constexpr std::array kSystemFlags{&kModels, &kRankings, &kWeightFiles};
constexpr std::array kMetricFlags{&kCutoffs, &kDepth, &kSamples, &kSeed};
constexpr std::array kWrittenFlags{&kJson, &kPerQuery, &kWriteRuns};
constexpr std::array kGateFlags{&kGate, &kWriteBaseline, &kTolerance};
constexpr std::array kIndexFlags{&kKeep, &kThreads};
constexpr std::array kGroups{FlagGroup{"Tasks", kTaskFlags},     FlagGroup{"Systems", kSystemFlags},
                             FlagGroup{"Metrics", kMetricFlags}, FlagGroup{"Output", kWrittenFlags},
                             FlagGroup{"Gate", kGateFlags},      FlagGroup{"Index", kIndexFlags}};
constexpr std::array kExamples{
    Example{"quarry eval --task ~/bench --model models/default --ranking hybrid,words,vectors",
            "One model under three rankers, compared."},
    Example{"quarry eval --task cosqa --remove-docs --model a --model b --ranking vectors",
            "Two models on documents without their docstrings."},
    Example{"quarry eval --qrels judged.tsv --run mine.run --run theirs.run", "Any two systems' runs."},
    Example{"quarry eval --task ~/bench --model new --gate baseline.json", "Worse than what is in service?"}};

// A folder for this run alone, or the one that is kept.
class WorkFolder {
 public:
  static Result<WorkFolder> open(const Context& context) {
    if (const std::string kept = context.settings.text(kKeep); !kept.empty()) return WorkFolder(kept, false);
    std::error_code error;
    std::string pattern = (fs::temp_directory_path(error) / "quarry-eval-XXXXXX").string();
    if (error || ::mkdtemp(pattern.data()) == nullptr) {
      return fail(ErrorKind::io, "cannot make a folder for indexes in {}; --keep DIR names another place",
                  pattern);
    }
    return WorkFolder(pattern, true);
  }
  WorkFolder(WorkFolder&& other) noexcept
      : path(std::move(other.path)), temporary_(std::exchange(other.temporary_, false)) {}
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    if (temporary_) fs::remove_all(path, ignored);
  }

  fs::path path;

 private:
  WorkFolder(fs::path where, bool temporary) : path(std::move(where)), temporary_(temporary) {}
  bool temporary_;
};

Result<std::vector<std::size_t>> cutoffs_of(const Settings& settings) {
  std::vector<std::size_t> cutoffs;
  for (const std::string& text : settings.list(kCutoffs)) {
    std::size_t k = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), k);
    if (error != std::errc() || end != text.data() + text.size() || k == 0 || k > search::kMaxLimit) {
      return fail(ErrorKind::invalid_argument, "--cutoff: '{}' is not a number from 1 to {}", text,
                  search::kMaxLimit);
    }
    if (std::find(cutoffs.begin(), cutoffs.end(), k) == cutoffs.end()) cutoffs.push_back(k);
  }
  if (cutoffs.empty()) return fail(ErrorKind::invalid_argument, "--cutoff: a number is missing");
  return cutoffs;
}

Result<double> tolerance_of(const Settings& settings) {
  const std::string text = settings.text(kTolerance);
  if (text.empty()) return evaluation::kDefaultTolerance;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0)) {
    return fail(ErrorKind::invalid_argument, "--tolerance: '{}' is not a number from 0", text);
  }
  return value;
}

Result<std::vector<evaluation::System>> systems_of(const Context& context) {
  const Settings& settings = context.settings;
  std::vector<std::pair<std::string, std::shared_ptr<const model::Encoder>>> models;
  for (const std::string& spec : settings.list(kModels)) {
    QUARRY_TRY(auto encoder, open_model(context, spec));
    std::string name = encoder->name();
    for (const auto& [other, known] : models) {
      if (other == name) name = spec;
    }
    models.emplace_back(std::move(name), std::move(encoder));
  }
  if (models.empty()) {
    QUARRY_TRY(auto encoder, open_model(context, ""));
    if (encoder != nullptr) {
      std::string name = encoder->name();
      models.emplace_back(std::move(name), std::move(encoder));
    }
  }
  std::vector<std::string> rankings = settings.list(kRankings);
  if (rankings.empty()) rankings.emplace_back(models.empty() ? "words" : "hybrid");
  std::vector<std::string> weights = settings.list(kWeightFiles);
  if (weights.empty()) weights.emplace_back();

  std::vector<evaluation::System> systems;
  std::set<std::string> names;
  const auto add = [&](evaluation::System system) -> Status {
    if (!names.insert(system.name).second) {
      return fail(ErrorKind::invalid_argument, "two systems would be called '{}'; leave one out",
                  system.name);
    }
    systems.push_back(std::move(system));
    return {};
  };
  for (const std::string& name : rankings) {
    QUARRY_TRY(const evaluation::Ranker ranker, evaluation::ranker_from_name(name));
    const bool product = ranker == evaluation::Ranker::hybrid || ranker == evaluation::Ranker::words;
    const bool with_model = ranker == evaluation::Ranker::hybrid || evaluation::needs_model(ranker);
    if (with_model && models.empty()) {
      return fail(ErrorKind::invalid_argument, "--ranking {} needs a model: name one with --model", name);
    }
    for (const std::string& file : product ? weights : std::vector<std::string>{""}) {
      const std::string suffix = file.empty() ? "" : fmt::format(" {}", fs::path(file).stem().string());
      if (!with_model) {
        QUARRY_CHECK(add({.name = name + suffix, .ranker = ranker, .encoder = nullptr, .weights = file}));
        continue;
      }
      for (const auto& [model, encoder] : models) {
        QUARRY_CHECK(add(
            {.name = model + " " + name + suffix, .ranker = ranker, .encoder = encoder, .weights = file}));
      }
    }
  }
  return systems;
}

void keep_only(const std::vector<std::string>& names, std::vector<evaluation::Task>& tasks) {
  if (names.empty()) return;
  for (evaluation::Task& task : tasks) {
    auto* places = std::get_if<evaluation::PlaceTask>(&task.data);
    if (places == nullptr) continue;
    std::erase_if(places->questions, [&](const evaluation::Question& question) {
      return std::find(names.begin(), names.end(), question.repository) == names.end();
    });
    for (const std::string& name : names) task.hash = hash64(name, task.hash);
  }
  std::erase_if(tasks, [](const evaluation::Task& task) { return task.size() == 0; });
}

Result<std::vector<evaluation::Task>> tasks_of(const Context& context, std::size_t cutoff) {
  const Settings& settings = context.settings;
  std::vector<evaluation::Task> tasks;
  if (const std::string qrels = settings.text(kQrels); !qrels.empty()) {
    if (settings.list(kRuns).empty()) {
      return fail(ErrorKind::invalid_argument, "--qrels judges runs: name them with --run FILE");
    }
    QUARRY_TRY(auto judgments, evaluation::read_judgments(context.files, qrels));
    tasks.push_back(
        evaluation::task_of_judgments(fs::path(qrels).stem().string(), std::move(judgments), cutoff));
    QUARRY_TRY(const std::string bytes, context.files.read(qrels, std::size_t{1} << 31));
    tasks.back().hash = hash64(bytes);
  }
  const evaluation::TaskOptions options{.repositories = settings.text(kRepositories),
                                        .remove_docs = settings.on(kRemoveDocs),
                                        .cutoff = cutoff};
  for (const std::string& spec : settings.list(kTasks)) {
    QUARRY_TRY(auto more, evaluation::read_tasks(context.files, spec, options));
    for (evaluation::Task& task : more) {
      for (const evaluation::Task& known : tasks) {
        if (known.name == task.name) {
          return fail(ErrorKind::invalid_argument,
                      "two tasks are called {}; give one a name: --task NAME=PATH", task.name);
        }
      }
      tasks.push_back(std::move(task));
    }
  }
  keep_only(settings.list(kOnly), tasks);
  if (tasks.empty() && settings.list(kTasks).empty()) {
    return fail(ErrorKind::invalid_argument,
                "what to measure on? --task PATH, or --qrels FILE and --run FILE");
  }
  if (tasks.empty()) {
    return fail(ErrorKind::invalid_argument, "no question is left: --only names none of the repositories");
  }
  return tasks;
}

// What the figures depend on, for whoever reads them later.
Result<nlohmann::ordered_json> manifest_of(const Context& context,
                                           const std::vector<evaluation::System>& systems,
                                           const std::vector<std::size_t>& cutoffs) {
  nlohmann::ordered_json manifest;
  manifest["quarry"] = program_version();
  if (const auto program = context.files.read("/proc/self/exe", std::size_t{1} << 31)) {
    manifest["program_hash"] = fmt::format("{:016x}", hash64(*program));
  }
  manifest["tasks"] = context.settings.list(kTasks);
  manifest["runs"] = context.settings.list(kRuns);
  manifest["only"] = context.settings.list(kOnly);
  manifest["remove_docs"] = context.settings.on(kRemoveDocs);
  manifest["cutoffs"] = cutoffs;
  manifest["depth"] = context.settings.number(kDepth);
  manifest["samples"] = context.settings.number(kSamples);
  manifest["seed"] = context.settings.number(kSeed);
  manifest["systems"] = nlohmann::ordered_json::array();
  for (const evaluation::System& system : systems) {
    nlohmann::ordered_json entry{{"system", system.name}, {"ranking", name_of(system.ranker)}};
    if (system.encoder != nullptr) {
      entry["model"] = {{"name", system.encoder->name()}, {"fingerprint", system.encoder->fingerprint()}};
    }
    std::string weights = ranking::to_json(evaluation::weights_of(system.ranker));
    if (!system.weights.empty()) {
      QUARRY_TRY(weights, context.files.read(system.weights, std::size_t{1} << 20));
    }
    entry["weights_hash"] = fmt::format("{:016x}", hash64(weights));
    manifest["systems"].push_back(std::move(entry));
  }
  return manifest;
}

Status write_text(const Context& context, const fs::path& path, const std::string& text) {
  return write_atomically(context.files, path, std::as_bytes(std::span(text)));
}

std::string file_name_of(std::string name) {
  for (char& c : name) {
    if (c == ' ' || c == '/') c = '-';
  }
  return name;
}

// 0: nothing is worse.
Result<int> gate(const Context& context, const std::vector<evaluation::TaskReport>& reports,
                 const evaluation::Sampling& sampling) {
  QUARRY_TRY(auto baseline, evaluation::read_baseline(context.files, context.settings.text(kGate)));
  if (context.settings.is_set(kTolerance)) {
    QUARRY_TRY(const double tolerance, tolerance_of(context.settings));
    for (evaluation::Measure& measure : baseline.measures) measure.tolerance = tolerance;
  }
  QUARRY_TRY(const auto verdicts, evaluation::compare(baseline, reports, sampling));
  int status = kFound;
  for (const evaluation::Verdict& verdict : verdicts) {
    if (verdict.worse) status = kNothingFound;
    context.err.write(fmt::format(
        "{} {}\n", verdict.worse ? "quarry: gate: closed:" : "gate: open:", harmless(to_sentence(verdict))));
  }
  context.err.flush();
  return status;
}

Result<int> run_eval(Context& context) {
  const Settings& settings = context.settings;
  if (!context.arguments.empty()) {
    return fail(ErrorKind::invalid_argument, "eval: '{}': tasks are named with --task",
                context.arguments.front());
  }
  QUARRY_TRY(const auto cutoffs, cutoffs_of(settings));
  QUARRY_TRY(const double tolerance, tolerance_of(settings));
  QUARRY_TRY(const auto tasks, tasks_of(context, cutoffs.front()));
  std::vector<evaluation::NamedRun> runs;
  for (const std::string& file : settings.list(kRuns)) {
    QUARRY_TRY(auto run, evaluation::read_run(context.files, file));
    if (settings.list(kRuns).size() > 1 || run.name.empty()) run.name = fs::path(file).stem().string();
    runs.push_back(std::move(run));
  }
  std::vector<evaluation::System> systems;
  if (runs.empty()) {
    QUARRY_TRY(systems, systems_of(context));
  }
  const bool decides = !settings.text(kGate).empty() || !settings.text(kWriteBaseline).empty();
  if (decides && std::max(systems.size(), runs.size()) > 1) {
    return fail(ErrorKind::invalid_argument, "a gate or baseline is about one system; {} were named",
                std::max(systems.size(), runs.size()));
  }

  const Interruption interruption;
  QUARRY_TRY(const WorkFolder work, WorkFolder::open(context));
  ProgressDisplay progress(context, "Evaluating");
  std::vector<evaluation::TaskResult> results;
  const std::size_t largest = *std::max_element(cutoffs.begin(), cutoffs.end());
  for (const evaluation::Task& task : tasks) {
    evaluation::EvaluationOptions options;
    options.work = work.path;
    const bool documents = std::holds_alternative<evaluation::DocumentTask>(task.data);
    options.depth = settings.number(kDepth);
    if (options.depth == 0) options.depth = std::max<std::size_t>(largest, documents ? 100 : 1);
    options.threads = settings.number(kThreads);
    options.stop = interruption.token();
    options.progress = [&](std::string_view what, std::size_t done, std::size_t total) {
      progress.relabel(std::string(what));
      progress.show({.done = done, .total = total});
    };
    QUARRY_TRY(auto result, runs.empty() ? evaluation::evaluate(context.files, task, systems, options)
                                         : evaluation::judge_runs(task, runs));
    results.push_back(std::move(result));
  }
  progress.clear();

  const evaluation::Sampling sampling{
      .samples = settings.number(kSamples), .seed = settings.number(kSeed), .confidence = 0.95};
  const auto metrics = evaluation::metrics_at(cutoffs);
  std::vector<evaluation::TaskReport> reports;
  std::string per_query;
  for (const evaluation::TaskResult& result : results) {
    reports.push_back(evaluation::report_on(result, metrics, sampling));
    if (!settings.text(kPerQuery).empty()) per_query += to_json_lines(reports.back());
    if (const std::string folder = settings.text(kWriteRuns); !folder.empty()) {
      QUARRY_CHECK(context.files.create_directories(folder));
      for (const evaluation::SystemResult& system : result.systems) {
        const std::string name = file_name_of(result.task + "." + system.system) + ".run";
        QUARRY_CHECK(write_text(context, fs::path(folder) / name, to_trec(run_of(system))));
      }
    }
  }
  if (const std::string file = settings.text(kPerQuery); !file.empty()) {
    QUARRY_CHECK(write_text(context, file, per_query));
  }
  if (settings.on(kJson)) {
    nlohmann::ordered_json json;
    QUARRY_TRY(json["manifest"], manifest_of(context, systems, cutoffs));
    for (const auto& report : reports) json["results"].push_back(evaluation::to_json(report));
    context.out.write(json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  } else {
    for (std::size_t i = 0; i < reports.size(); ++i) {
      context.out.write((i == 0 ? "" : "\n") + eval_table(reports[i], context.terminal));
    }
  }
  context.out.flush();
  if (const std::string file = settings.text(kWriteBaseline); !file.empty()) {
    QUARRY_CHECK(write_text(context, file, to_json(evaluation::baseline_of(reports, tolerance))));
    context.note("baseline written to " + file);
  }
  return settings.text(kGate).empty() ? kFound : gate(context, reports, sampling);
}

}  // namespace

const Command kEvalCommand{
    .name = "eval",
    .brief = "Measure retrieval quality, compare models, guard a release",
    .details =
        "Indexes what a task searches, asks all its questions and prints nDCG, MRR, recall and MAP with "
        "their "
        "bootstrap intervals, by language and by kind of question; with several systems, what each gains "
        "over "
        "the first, its interval, and the p of a paired randomisation test. Definitions are trec_eval's; "
        "docs/EVALUATION.md tells them, the layouts and the formats.\n\n"
        "With --gate the exit status is 1 where the one system measured is worse than the baseline beyond "
        "its "
        "tolerance, 0 where it is not, 2 where they cannot be compared.",
    .arguments = {},
    .groups = kGroups,
    .examples = kExamples,
    .run = run_eval};

}  // namespace quarry::cli
