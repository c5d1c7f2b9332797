// quarry index: makes or refreshes indexes, or lists what would be indexed.
#include <nlohmann/json.hpp>

#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/file_listing.h"
#include "quarry/cli/index_folder.h"
#include "quarry/cli/index_update.h"
#include "quarry/cli/interruption.h"
#include "quarry/cli/model_choice.h"
#include "quarry/cli/text_layout.h"

namespace quarry::cli {
namespace {

constexpr Flag kListFiles{
    .name = "list-files",
    .brief = "Only show which files would be indexed, and which not and why",
    .details =
        "One line a file: its language and path, or the reason why it is left out. With --json "
        "one object a repository."};
constexpr Flag kIndexJson{.name = "json", .brief = "Print a report as one line of JSON a repository"};

constexpr std::array kReportFlags{&kListFiles, &kIndexJson};
constexpr std::array kGroups{FlagGroup{"Files", kSelectionFlags}, FlagGroup{"Index", kMakingFlags},
                             FlagGroup{"Output", kReportFlags}};
constexpr std::array kArguments{
    Argument{.name = "PATH|GIT-URL",
             .required = true,
             .repeated = true,
             .brief = "A folder, a git repository (bare ones too) or the URL of one",
             .completion = Completion::folder}};
constexpr std::array kExamples{
    Example{"quarry index .", "Index the current folder, or bring its index up to date."},
    Example{"quarry index --rev v2.31.0 https://github.com/psf/requests",
            "A tag of a repository that is cloned first."},
    Example{"quarry index --index /srv/code ~/src/api ~/src/web",
            "Two repositories in one index, to be searched together."},
    Example{"quarry index --list-files . | grep vendored",
            "Which files the built-in rules take for somebody else's."}};

nlohmann::ordered_json to_json(const index::UpdateReport& report, const corpus::Source& source,
                               const std::filesystem::path& folder, double seconds) {
  auto skipped = nlohmann::ordered_json::array();
  for (const auto& file : report.skipped) {
    skipped.push_back(
        {{"path", file.path}, {"reason", corpus::name_of(file.reason)}, {"detail", file.detail}});
  }
  return {{"repo", source.name()},
          {"revision", source.revision()},
          {"index", folder.string()},
          {"version", report.version},
          {"changed", report.changed},
          {"files", report.files},
          {"functions", report.units},
          {"parsed", report.parsed},
          {"reused", report.reused},
          {"removed", report.removed},
          {"bytes_parsed", report.bytes_parsed},
          {"unparsed", report.unparsed},
          {"took_ms", std::round(seconds * 1e6) / 1e3},
          {"skipped", std::move(skipped)}};
}

std::string to_text(const index::UpdateReport& report, const corpus::Source& source, double seconds) {
  auto text = fmt::format("{}: {}, {}; ", source.name(), counted(report.files, "file"),
                          counted(report.units, "function"));
  if (!report.changed) {
    text += "nothing changed";
  } else {
    text += fmt::format("{} parsed, {} reused, {} removed", grouped(report.parsed), grouped(report.reused),
                        grouped(report.removed));
  }
  text += fmt::format(" ({})", readable_seconds(seconds));
  if (const auto skipped = summary_of(report.skipped); !skipped.empty())
    text += fmt::format("\nskipped: {}", skipped);
  if (!report.unparsed.empty()) {
    text += fmt::format("\nnot parsed, searchable as text: {} (--verbose names them)",
                        counted(report.unparsed.size(), "file"));
  }
  return text;
}

Status index_one(const Context& context, const std::string& where, const model::Encoder* encoder,
                 std::stop_token stop) {
  const auto start = std::chrono::steady_clock::now();
  QUARRY_TRY(const auto source, open_source_for(context, where, stop));
  if (context.settings.on(kListFiles)) {
    return list_files(context, *source, context.settings.on(kIndexJson), std::move(stop));
  }
  QUARRY_TRY(const auto folder, index_folder_of(context, *source));
  context.detail(fmt::format("index: {}", folder.string()));
  const UpdateRequest request{folder, source.get(), encoder, !context.settings.on(kNoSource),
                              list_options(context.settings)};
  auto report = update_index(context, request, std::move(stop));
  if (!report) return fail_in(where, report.error());
  report_skipped(context, *report);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (context.settings.on(kIndexJson)) {
    context.out.write(to_json(*report, *source, folder, seconds)
                          .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
                      "\n");
  } else if (!context.settings.on(kQuiet)) {
    context.out.write(to_text(*report, *source, seconds) + "\n");
  }
  context.out.flush();
  return {};
}

Result<int> run_index(Context& context) {
  if (context.arguments.size() > 1 && !context.settings.text(kName).empty()) {
    return fail(ErrorKind::invalid_argument,
                "index: --name is for one repository; index them one after another");
  }
  const Interruption interruption;
  std::shared_ptr<const model::Encoder> encoder;
  if (!context.settings.on(kNoVectors) && !context.settings.on(kListFiles)) {
    QUARRY_TRY(encoder, open_model(context));
  }
  int status = kFound;
  for (const auto& where : context.arguments) {
    const auto done = index_one(context, where, encoder.get(), interruption.token());
    if (done) continue;
    // A server that is down is no reason to leave the others as they are.
    if (context.arguments.size() == 1 || done.error().kind == ErrorKind::cancelled)
      return tl::unexpected(done.error());
    context.warn(done.error().message);
    status = kFailed;
  }
  return status;
}

}  // namespace

const Command kIndexCommand{.name = "index",
                            .brief = "Make or refresh an index",
                            .details =
                                "Finds the functions, methods, classes and sections of every source file and "
                                "writes an index of them. Only "
                                "files whose content is new are read again; a file that several branches or "
                                "work trees share is stored once.\n\n"
                                "Files named in .gitignore and .quarryignore (same syntax, for Quarry alone) "
                                "are left out, and so are vendored, "
                                "generated, minified and lock files, binaries, and files over the size "
                                "limit. A Ctrl-C leaves the index as it "
                                "was.",
                            .arguments = kArguments,
                            .groups = kGroups,
                            .examples = kExamples,
                            .run = run_index};

}  // namespace quarry::cli
