// quarry tune: a search over training configurations, each tried by the training program itself.
#include <algorithm>

#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/companion_program.h"
#include "quarry/cli/interruption.h"
#include "quarry/training/parallel_plot.h"
#include "quarry/training/tuner.h"

namespace quarry::cli {
namespace {

using training::Trial;
using training::TunerOptions;

constexpr Flag kSearchSpace{.name = "search",
                            .type = ValueType::text,
                            .value = "FILE",
                            .brief = "The keys to change, their ranges and the objective, in YAML",
                            .details = "configs/space.yaml explains itself.",
                            .completion = Completion::file};
constexpr Flag kTrials{.name = "trials",
                       .type = ValueType::number,
                       .value = "N",
                       .fallback = "20",
                       .brief = "Configurations to try, with those already tried",
                       .minimum = 1,
                       .maximum = 100'000};
constexpr Flag kParallel{.name = "parallel",
                         .type = ValueType::number,
                         .value = "N",
                         .fallback = "1",
                         .brief = "Trials at a time",
                         .minimum = 1,
                         .maximum = 1024};
constexpr std::array<std::string_view, 2> kAlgorithmChoices{"tpe", "random"};
constexpr Flag kAlgorithm{
    .name = "algorithm",
    .type = ValueType::choice,
    .value = "NAME",
    .fallback = "tpe",
    .brief = "How the next point is chosen: tpe or random",
    .details = "tpe is the tree-structured Parzen estimator; its first 8 trials are random.",
    .choices = kAlgorithmChoices,
    .completion = Completion::choices};
constexpr std::array<std::string_view, 3> kStoppingChoices{"median", "halving", "never"};
constexpr Flag kStopping{
    .name = "early-stopping",
    .type = ValueType::choice,
    .value = "RULE",
    .fallback = "median",
    .brief = "Which trials to end early: median, halving or never",
    .details =
        "median ends a trial whose best value is below the median of the others' averages at its step; "
        "halving lets the best third go on at each rung, rungs three times further each.",
    .choices = kStoppingChoices,
    .completion = Completion::choices};
constexpr Flag kOutputFolder{.name = "output",
                             .letter = 'o',
                             .type = ValueType::text,
                             .value = "DIR",
                             .brief = "Where the journal, the trials' models and the report go",
                             .completion = Completion::folder};
constexpr Flag kPairs{.name = "pairs",
                      .type = ValueType::text,
                      .value = "PATH",
                      .brief = "The pairs to train on, as for quarry train",
                      .completion = Completion::file};
constexpr Flag kSet{.name = "set",
                    .type = ValueType::repeat,
                    .value = "KEY=VALUE",
                    .brief = "A key of the configuration that all trials share; repeat the flag for several"};
constexpr Flag kProgram{.name = "program",
                        .type = ValueType::text,
                        .value = "FILE",
                        .brief = "The training program, where it is not found by itself",
                        .details =
                            "Anything that takes CONFIG, --set KEY=VALUE and -o FOLDER, and prints "
                            "\"step=N metric=VALUE\" lines on standard output.",
                        .completion = Completion::file};

constexpr std::array kSearchFlags{&kSearchSpace, &kTrials, &kAlgorithm, &kStopping, &kSeed};
constexpr std::array kRunFlags{&kOutputFolder, &kPairs, &kSet, &kParallel, &kProgram};
constexpr std::array kGroups{FlagGroup{"Search", kSearchFlags}, FlagGroup{"Trials", kRunFlags}};
constexpr std::array kArguments{Argument{.name = "CONFIG",
                                         .brief = "The configuration that the trials start from",
                                         .completion = Completion::file}};
constexpr std::array kExamples{
    Example{"quarry tune configs/static.yaml --search configs/space.yaml --trials 20 --pairs pairs/ -o tuned",
            "Twenty trials; the same command goes on after an interruption."},
    Example{
        "quarry tune configs/static.yaml --search space.yaml -o tuned --early-stopping halving --parallel 4",
        "Four at a time, the hopeless ended early."}};

constexpr std::size_t kMaxSpaceBytes = std::size_t{1} << 20;

std::string values_of(const Trial& trial) {
  std::string text;
  for (const auto& [key, value] : trial.values) text += fmt::format(" {}={}", key, value);
  return text;
}

std::string outcome_of(const Trial& trial, const training::TuningSpace& space) {
  std::string text = name_of(trial.state);
  if (trial.has_value())
    text += fmt::format(" {}={:.6g} step={}", space.metric, trial.value(), trial.reports.back().first);
  if (!trial.why.empty()) text += ": " + trial.why;
  return text;
}

std::string table_of(const training::Journal& journal, const training::TuningSpace& space) {
  std::vector<const Trial*> order;
  for (const Trial& trial : journal.trials) order.push_back(&trial);
  std::stable_sort(order.begin(), order.end(), [&](const Trial* a, const Trial* b) {
    if (a->has_value() != b->has_value()) return a->has_value();
    if (!a->has_value()) return false;
    return space.maximize ? a->value() > b->value() : a->value() < b->value();
  });
  std::string text =
      fmt::format("{:>5}  {:>12}  {:>8}  {:8} {}\n", "trial", space.metric, "step", "state", "");
  for (const Trial* trial : order) {
    text += fmt::format("{:>5}  {:>12}  {:>8}  {:8}{}\n", trial->number,
                        trial->has_value() ? fmt::format("{:.6g}", trial->value()) : std::string(),
                        trial->has_value() ? fmt::format("{}", trial->reports.back().first) : std::string(),
                        name_of(trial->state), values_of(*trial));
  }
  return text;
}

Result<TunerOptions> options_of(const Context& context) {
  const Settings& settings = context.settings;
  if (context.arguments.size() != 1 || settings.text(kSearchSpace).empty() ||
      settings.text(kOutputFolder).empty()) {
    return fail(ErrorKind::invalid_argument, "tune: CONFIG, --search FILE and -o DIR are needed");
  }
  TunerOptions options;
  options.program = settings.text(kProgram);
  if (options.program.empty()) {
    QUARRY_TRY(const std::filesystem::path found, companion_path(context, kTrainProgram));
    options.program = found.string();
  }
  options.arguments = {context.arguments.front()};
  if (const std::string pairs = settings.text(kPairs); !pairs.empty()) {
    options.arguments.insert(options.arguments.end(), {"--pairs", pairs});
  }
  for (const std::string& pair : settings.list(kSet)) {
    if (pair.find('=') == std::string::npos) {
      return fail(ErrorKind::invalid_argument, "--set: '{}' is not KEY=VALUE", pair);
    }
    options.arguments.insert(options.arguments.end(), {"--set", pair});
  }
  options.folder = settings.text(kOutputFolder);
  options.trials = settings.number(kTrials);
  options.parallel = settings.number(kParallel);
  options.seed = settings.number(kSeed);
  options.search =
      settings.text(kAlgorithm) == "random" ? TunerOptions::Search::random : TunerOptions::Search::parzen;
  const std::string rule = settings.text(kStopping);
  options.stopping = rule == "never"    ? TunerOptions::Stopping::never
                     : rule == "median" ? TunerOptions::Stopping::median
                                        : TunerOptions::Stopping::halving;
  return options;
}

Result<int> run_tune(Context& context) {
  QUARRY_TRY(TunerOptions options, options_of(context));
  const std::string space_file = context.settings.text(kSearchSpace);
  QUARRY_TRY(const std::string yaml, context.files.read(space_file, kMaxSpaceBytes));
  auto parsed = training::parse_tuning_space(yaml);
  if (!parsed) return fail_in(space_file, std::move(parsed).error());
  const training::TuningSpace& space = *parsed;

  const Interruption interruption;
  options.stop = interruption.token();
  training::TunerHooks hooks;
  hooks.on_start = [&](const Trial& trial) {
    context.note(fmt::format("trial {}:{}", trial.number, values_of(trial)));
  };
  hooks.on_end = [&](const Trial& trial) {
    context.note(fmt::format("trial {}: {}", trial.number, outcome_of(trial, space)));
  };
  QUARRY_TRY(const training::Journal journal, training::tune(context.files, space, options, hooks));

  const std::filesystem::path report = options.folder / "report.html";
  const std::string page =
      training::parallel_plot("Search over " + context.arguments.front(), journal, space);
  QUARRY_CHECK(write_atomically(context.files, report, std::as_bytes(std::span(page))));
  context.out.write(table_of(journal, space));
  context.note("report: " + report.string());
  const Trial* best = training::best_of(journal, space);
  if (best == nullptr) {
    return fail(ErrorKind::not_found, "no trial was finished; {} has what they did", report.string());
  }
  context.note(fmt::format("best: trial {}, {}={:.6g}:{}", best->number, space.metric, best->value(),
                           values_of(*best)));
  return kFound;
}

}  // namespace

const Command kTuneCommand{
    .name = "tune",
    .brief = "Search for the training configuration that gives the best model",
    .details =
        "Starts the training program once a trial with the keys of the search space set, reads the metrics "
        "that "
        "it prints, ends trials that are not worth finishing, and chooses the next points by what was "
        "learnt. "
        "Every trial is kept in DIR/journal.jsonl: the same command goes on after any interruption, and a "
        "larger --trials adds to what is there. DIR/report.html shows all trials as parallel coordinates.\n\n"
        "A trial is a plain run of the training program that prints \"name=value\" lines, as Katib's "
        "collector "
        "of standard output reads them: the same command is a trial of a Katib experiment.",
    .arguments = kArguments,
    .groups = kGroups,
    .examples = kExamples,
    .run = run_tune};

}  // namespace quarry::cli
