// quarry status: what is indexed.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/index_folder.h"
#include "quarry/cli/text_layout.h"
#include "quarry/search/index_facts.h"

namespace quarry::cli {
namespace {

constexpr Flag kAll{.name = "all", .letter = 'a', .brief = "Every index of the cache"};
constexpr Flag kStatusJson{.name = "json", .brief = "Print one JSON object an index"};
constexpr std::array kStatusFlags{&kIndexDirectory, &kAll, &kStatusJson};
constexpr std::array kGroups{FlagGroup{"Index", kStatusFlags}};
constexpr std::array kArguments{Argument{.name = "PATH",
                                         .required = false,
                                         .brief = "A folder or repository; the current folder without it",
                                         .completion = Completion::folder}};
constexpr std::array kExamples{Example{"quarry status", "The index of the current folder's repository."},
                               Example{"quarry status --all", "Every index in the cache."},
                               Example{"quarry status --index /srv/code --json", "For programs."}};

std::string age_of(std::int64_t changed_ns) {
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const auto seconds = std::max<std::int64_t>(0, now.count() - changed_ns) / 1'000'000'000;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return counted(static_cast<std::uint64_t>(seconds / 60), "minute") + " ago";
  if (seconds < 86400) return counted(static_cast<std::uint64_t>(seconds / 3600), "hour") + " ago";
  return counted(static_cast<std::uint64_t>(seconds / 86400), "day") + " ago";
}

std::string model_text(const search::IndexFacts& facts) {
  if (facts.model.name.empty()) return "none: the index has no vectors, searches go by words";
  return fmt::format("{} ({} dimensions)", facts.model.name, facts.model.dimensions);
}

void append_view(std::string& text, const search::ViewFacts& facts, const Terminal& terminal) {
  const auto& view = facts.view;
  const auto revision =
      view.revision.empty() ? std::string{} : fmt::format(" at {}", view.revision.substr(0, 12));
  text += fmt::format("\n{}{}\n", terminal.paint(Style::heading, harmless(view.repository)), revision);
  if (!view.root.empty()) text += fmt::format("  folder     {}\n", harmless(view.root));
  if (!view.remote.empty()) text += fmt::format("  remote     {}\n", harmless(view.remote));
  text += fmt::format("  holds      {}, {}, {} of source\n", counted(view.files, "file"),
                      counted(view.units, "function"), readable_bytes(view.source_bytes));
  std::vector<std::pair<std::string, search::LanguageFacts>> languages(facts.languages.begin(),
                                                                       facts.languages.end());
  std::ranges::stable_sort(languages, std::greater{},
                           [](const auto& entry) { return entry.second.functions; });
  std::string_view label = "languages";
  for (const auto& [name, count] : languages) {
    text += fmt::format("  {:<10} {:<14} {:>12} {:>18}\n", label, name, counted(count.files, "file"),
                        counted(count.functions, "function"));
    label = "";
  }
  std::string skipped;
  for (const auto& [reason, count] : view.skipped) {
    skipped += fmt::format("{}{} {}", skipped.empty() ? "" : ", ", grouped(count), reason);
  }
  if (!skipped.empty())
    text += fmt::format("  left out   {} (`quarry index --list-files` names them)\n", skipped);
}

std::string to_text(const search::IndexFacts& facts, const Terminal& terminal) {
  std::string text = fmt::format("{}\n", terminal.paint(Style::heading, harmless(facts.folder.string())));
  text += fmt::format("  version    {}, changed {}\n", facts.version, age_of(facts.changed_ns));
  const auto graphs =
      facts.graphs == 0 ? std::string{} : fmt::format(", {} with a graph of its vectors", facts.graphs);
  text += fmt::format("  size       {} in {}{}\n", readable_bytes(facts.bytes),
                      counted(facts.segments, "segment"), graphs);
  text += fmt::format("  source     {}\n", facts.has_source ? "kept in the index" : "not kept");
  text += fmt::format("  model      {}\n", model_text(facts));
  for (const auto& view : facts.views) append_view(text, view, terminal);
  return text;
}

Result<std::vector<std::filesystem::path>> chosen_indexes(const Context& context) {
  if (context.settings.on(kAll)) return cached_indexes(context);
  if (const auto folder = context.settings.text(kIndexDirectory); !folder.empty()) {
    return std::vector<std::filesystem::path>{folder};
  }
  const auto where = context.arguments.empty() ? std::string(".") : context.arguments[0];
  QUARRY_TRY(const auto source, open_source_for(context, where, {}));
  QUARRY_TRY(auto folder, index_folder_of(context, *source));
  return std::vector<std::filesystem::path>{std::move(folder)};
}

Result<int> run_status(Context& context) {
  QUARRY_TRY(const auto folders, chosen_indexes(context));
  if (folders.empty()) context.note("no index in the cache yet; `quarry index PATH` makes one");
  bool first = true;
  int status = kFound;
  for (const auto& folder : folders) {
    auto snapshot = index::Snapshot::open(context.files, folder);
    auto facts =
        snapshot ? search::gather_facts(context.files, **snapshot) : tl::unexpected(snapshot.error());
    if (!facts) {
      if (!context.settings.on(kAll)) return tl::unexpected(facts.error());
      context.warn(facts.error().message);
      status = kFailed;
      continue;
    }
    if (context.settings.on(kStatusJson)) {
      context.out.write(
          search::to_json(*facts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    } else {
      context.out.write(fmt::format("{}{}", first ? "" : "\n", to_text(*facts, context.terminal)));
    }
    first = false;
  }
  return status;
}

}  // namespace

const Command kStatusCommand{.name = "status",
                             .brief = "Show what is indexed",
                             .details =
                                 "Repositories with their revisions, languages, files and functions, what "
                                 "was left out and why, sizes, and the "
                                 "model that made the vectors.",
                             .arguments = kArguments,
                             .groups = kGroups,
                             .examples = kExamples,
                             .run = run_status};

}  // namespace quarry::cli
