// quarry prepare: makes training pairs of repositories.
#include <algorithm>
#include <optional>

#include "quarry/cli/command_run.h"
#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/index_folder.h"
#include "quarry/cli/interruption.h"
#include "quarry/cli/progress_display.h"
#include "quarry/cli/text_layout.h"
#include "quarry/preparation/manifest.h"
#include "quarry/preparation/prepare.h"

namespace quarry::cli {
namespace {

constexpr std::array<std::string_view, 2> kSplitChoices{"repository", "file"};
constexpr std::array<std::string_view, 3> kLicenseChoices{"any", "known", "permissive"};

constexpr Flag kRepositoryList{
    .name = "repos",
    .type = ValueType::text,
    .value = "LIST",
    .brief = "Repositories from a file, one a line",
    .details =
        "A line holds a folder, a git URL or owner/name, and perhaps a revision and a licence. A first "
        "line that begins with \"repo\" or \"name\" names columns: repo, place, commit, licence, "
        "partition or heldout; others are passed over. models/default/data.tsv is such a list, and so "
        "is the repositories.tsv of every folder that this command writes.",
    .completion = Completion::file};
constexpr Flag kReady{
    .name = "ready",
    .type = ValueType::repeat,
    .value = "FILE|DIR",
    .brief = "Pairs that exist already, as *.jsonl, *.jsonl.zst or *.jsonl.gz",
    .details =
        "With doc and code, or in CodeSearchNet's layout (docstring, code, language, partition). They "
        "go through the same cleaning; a part that they name (partition, heldout) is kept.",
    .completion = Completion::file};
constexpr Flag kExclude{.name = "exclude",
                        .type = ValueType::repeat,
                        .value = "LIST",
                        .brief = "Repositories to keep out, from such a file",
                        .details = "owner/name keeps out that one, a name alone everybody's of that name.",
                        .completion = Completion::file};
constexpr Flag kHost{.name = "host",
                     .type = ValueType::text,
                     .value = "URL",
                     .fallback = "https://github.com/",
                     .brief = "What stands before owner/name in a list"};
constexpr Flag kHistory{
    .name = "history",
    .type = ValueType::number,
    .value = "N",
    .fallback = "500",
    .brief = "Look at the newest N commits of each repository; 0: none",
    .details =
        "The subject of a small commit becomes a view of the documented functions that it changed, "
        "and the doc of those without one (in commits-*.jsonl.zst). Merges are passed over."};
constexpr Flag kValid{.name = "valid",
                      .type = ValueType::number,
                      .value = "PERCENT",
                      .fallback = "10",
                      .brief = "Repositories to validate with, by the hash of their names",
                      .maximum = 90};
constexpr Flag kTest{.name = "test",
                     .type = ValueType::number,
                     .value = "PERCENT",
                     .fallback = "5",
                     .brief = "Repositories kept apart for a last test",
                     .maximum = 90};
constexpr Flag kSplitBy{
    .name = "split-by",
    .type = ValueType::choice,
    .value = "UNIT",
    .fallback = "repository",
    .brief = "What is never divided: repository or file",
    .details = "file is for data of one repository; what is alike in two of its files leaks.",
    .choices = kSplitChoices,
    .completion = Completion::choices};
constexpr Flag kLicenses{
    .name = "licenses",
    .type = ValueType::choice,
    .value = "KIND",
    .fallback = "any",
    .brief = "Which licences: any, known or permissive",
    .details = "Told by SPDX headers and by the text of LICENSE and COPYING; recorded with every pair.",
    .choices = kLicenseChoices,
    .completion = Completion::choices};
constexpr Flag kMostPairs{.name = "max-pairs",
                          .type = ValueType::number,
                          .value = "N",
                          .fallback = "12000",
                          .brief = "Take at most N pairs of a repository, chosen by hash",
                          .minimum = 1};
constexpr Flag kBrokenShare{.name = "max-broken",
                            .type = ValueType::number,
                            .value = "PERCENT",
                            .fallback = "1",
                            .brief = "Broken lines of a ready shard that are passed over; more is an error",
                            .maximum = 100};
constexpr Flag kOutput{.name = "output",
                       .letter = 'o',
                       .type = ValueType::text,
                       .value = "DIR",
                       .brief = "The folder to write; it appears when all is done",
                       .completion = Completion::folder};
constexpr Flag kPrepareJson{.name = "json", .brief = "Print manifest.json instead of a summary"};

constexpr std::array kInputFlags{&kRepositoryList, &kReady, &kExclude, &kHost, &kHistory};
constexpr std::array kFilterFlags{&kValid, &kTest, &kSplitBy, &kLicenses, &kMostPairs, &kBrokenShare};
constexpr std::array kFileFlags{&kNoDefaultRules, &kNoIgnore, &kMaxFileSize, &kThreads};
constexpr std::array kOutputFlags{&kOutput, &kPrepareJson};
constexpr std::array kGroups{FlagGroup{"Input", kInputFlags}, FlagGroup{"Pairs", kFilterFlags},
                             FlagGroup{"Files", kFileFlags}, FlagGroup{"Output", kOutputFlags}};
constexpr std::array kArguments{Argument{.name = "PATH|GIT-URL",
                                         .required = false,
                                         .repeated = true,
                                         .brief = "Repositories: folders, bare ones, or URLs",
                                         .completion = Completion::folder}};
constexpr std::array kExamples{
    Example{"quarry prepare ~/src/* -o pairs", "Pairs of all your repositories."},
    Example{"quarry prepare --repos models/default/data.tsv -o pairs",
            "The data of the model in the box, made again."},
    Example{"quarry prepare --ready python/final/jsonl/train -o pairs", "CodeSearchNet's files, cleaned."}};

Result<preparation::PrepareOptions> options_of(const Context& context) {
  const Settings& settings = context.settings;
  preparation::PrepareOptions options;
  for (const std::string& place : context.arguments) options.repositories.push_back({{}, place, {}, {}, {}});
  if (const std::string list = settings.text(kRepositoryList); !list.empty()) {
    QUARRY_TRY(auto entries, preparation::read_repository_list(context.files, list, settings.text(kHost)));
    options.repositories.insert(options.repositories.end(), std::make_move_iterator(entries.begin()),
                                std::make_move_iterator(entries.end()));
  }
  for (const std::string& path : settings.list(kReady)) options.ready.emplace_back(path);
  if (options.repositories.empty() && options.ready.empty()) {
    return fail(ErrorKind::invalid_argument,
                "prepare: nothing to read: name repositories, --repos LIST, or --ready FILE");
  }
  if (settings.text(kOutput).empty())
    return fail(ErrorKind::invalid_argument, "prepare: --output DIR is needed");
  for (const std::string& list : settings.list(kExclude)) {
    QUARRY_CHECK(preparation::read_excluded(context.files, list, options.excluded));
  }
  options.shares.valid = static_cast<std::uint32_t>(settings.number(kValid));
  options.shares.test = static_cast<std::uint32_t>(settings.number(kTest));
  options.split_by_file = settings.text(kSplitBy) == "file";
  const std::string licenses = settings.text(kLicenses);
  if (licenses == "known") options.licenses = preparation::LicensePolicy::known;
  if (licenses == "permissive") options.licenses = preparation::LicensePolicy::permissive;
  options.history = settings.number(kHistory);
  options.pairs_per_repository = settings.number(kMostPairs);
  options.broken_share = static_cast<double>(settings.number(kBrokenShare)) / 100;
  options.listing = list_options(settings);
  options.clones = clones_folder(context);
  options.threads = settings.number(kThreads);
  options.code_version = fmt::format("quarry {}", program_version());
  return options;
}

std::string joined(const std::map<std::string, std::uint64_t, std::less<>>& counts) {
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, std::greater<>(), &std::pair<std::string, std::uint64_t>::second);
  std::string text;
  for (const auto& [name, count] : sorted)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(count), name);
  return text;
}

std::string summary_of(const preparation::PrepareReport& report, const std::string& output) {
  std::uint64_t functions = 0;
  std::uint64_t files = 0;
  std::size_t read = 0;
  for (const auto& input : report.inputs) {
    functions += input.functions;
    files += input.files;
    read += input.skipped.empty() ? 1U : 0U;
  }
  std::string text = fmt::format("{} of {} read: {}, {}\n", read, counted(report.inputs.size(), "input"),
                                 counted(files, "file"), counted(functions, "function"));
  text += fmt::format("{} in {}: {}\n", counted(report.pairs, "pair"), output, joined(report.partitions));
  if (report.pairs != 0) text += fmt::format("languages: {}\n", joined(report.languages));
  if (report.pairs != 0) text += fmt::format("licences: {}\n", joined(report.licenses));
  std::map<std::string, std::uint64_t, std::less<>> drops;
  for (std::size_t i = 0; i < preparation::kDropReasons; ++i) {
    if (report.drops.by_reason[i] != 0)
      drops[std::string(name_of(static_cast<preparation::DropReason>(i)))] = report.drops.by_reason[i];
  }
  if (!drops.empty()) text += fmt::format("left out: {}\n", joined(drops));
  return text;
}

Result<int> run_prepare(Context& context) {
  QUARRY_TRY(preparation::PrepareOptions options, options_of(context));
  const Interruption interruption;
  options.stop = interruption.token();
  // One display an input: what it tells of speed and of the time that is left is about that one.
  std::optional<ProgressDisplay> progress;
  std::size_t shown = 0;
  options.progress = [&](const preparation::Progress& now) {
    const std::string label = fmt::format("{} ({}/{})", now.what, now.number, now.inputs);
    if (!progress || shown != now.number) {
      progress.emplace(context, label);
      shown = now.number;
    }
    progress->relabel(label);
    progress->show({.done = now.done, .total = now.total});
  };
  options.warn = [&](const std::string& line) {
    if (progress) progress->clear();
    context.warn(line);
  };
  const std::string output = context.settings.text(kOutput);
  QUARRY_TRY(const preparation::PrepareReport report, preparation::prepare(context.files, output, options));
  progress.reset();
  if (context.settings.on(kPrepareJson)) {
    context.out.write(preparation::manifest_json(report, options));
  } else if (!context.settings.on(kQuiet)) {
    context.out.write(summary_of(report, output));
  }
  const bool validated = report.partitions.contains("valid");
  if (report.pairs != 0 && !validated) {
    context.note(
        "no pairs to validate with: one repository is never divided; --split-by file divides it, or add "
        "more");
  }
  return report.pairs == 0 ? kNothingFound : kFound;
}

}  // namespace

const Command kPrepareCommand{
    .name = "prepare",
    .brief = "Make training pairs of repositories",
    .details =
        "Every function and type with a doc becomes a pair (doc, code) with its name, signature, path, the "
        "lines that "
        "call it and the subjects of the commits that changed it. Left out are tests, generated files, "
        "constructors, "
        "docs that are too short, not in English or boilerplate, and everything that is nearly the same as a "
        "pair "
        "before it, in whatever repository.\n\n"
        "A repository goes as a whole to the training, validation or test part, by the hash of its name. The "
        "output is "
        "what `quarry train` reads, with a manifest of inputs, counts and reasons; equal inputs make equal "
        "bytes. A "
        "repository that cannot be read is skipped with a warning. A Ctrl-C leaves the output as it was.",
    .arguments = kArguments,
    .groups = kGroups,
    .examples = kExamples,
    .run = run_prepare};

}  // namespace quarry::cli
