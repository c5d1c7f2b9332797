// quarry eval: systems over tasks, tables and JSON out, and the gate between a new model and its release.
#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/eval_flags.h"
#include "quarry/cli/eval_request.h"
#include "quarry/cli/eval_table.h"
#include "quarry/cli/flag_value.h"
#include "quarry/cli/interruption.h"
#include "quarry/cli/progress_display.h"
#include "quarry/evaluation/baseline.h"
#include "quarry/evaluation/report.h"

namespace quarry::cli {
namespace {

namespace fs = std::filesystem;
using namespace eval;  // its flags

constexpr std::array kTaskFlags{&kTasks, &eval::kRepositories, &kOnly, &kRemoveDocs, &kQrels, &kRuns};
constexpr std::array kSystemFlags{&kModels, &kRankings, &kWeightFiles, &kRerank, &kRerankTop, &kRerankWeight};
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
    Example{"quarry eval --task ~/bench --rerank http://localhost:8000/v1/rerank#bge-reranker-base",
            "What a reranking server gains."},
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

Result<double> tolerance_of(const Settings& settings) {
  const std::string text = settings.text(kTolerance);
  if (text.empty()) return evaluation::kDefaultTolerance;
  const auto value = parse_decimal(text);
  if (!value || !(*value >= 0)) {
    return fail(ErrorKind::invalid_argument, "--tolerance: '{}' is not a number from 0", text);
  }
  return *value;
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
