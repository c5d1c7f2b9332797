// quarry watch: keeps an index fresh while files change.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>

#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/index_folder.h"
#include "quarry/cli/index_update.h"
#include "quarry/cli/interruption.h"
#include "quarry/cli/model_choice.h"
#include "quarry/cli/text_layout.h"
#include "quarry/corpus/watch.h"

namespace quarry::cli {
namespace {

using namespace std::chrono_literals;

constexpr Flag kDebounce{.name = "debounce",
                         .type = ValueType::number,
                         .value = "MS",
                         .fallback = "200",
                         .brief = "Wait until nothing has changed for MS milliseconds",
                         .minimum = 1,
                         .maximum = 60000};
constexpr std::array kWatchFlags{&kDebounce};
constexpr std::array kSelection{&kNoDefaultRules, &kNoIgnore, &kMaxFileSize, &kName};
constexpr std::array kGroups{FlagGroup{"Watching", kWatchFlags}, FlagGroup{"Files", kSelection},
                             FlagGroup{"Index", kMakingFlags}};
constexpr std::array kArguments{Argument{.name = "PATH",
                                         .required = false,
                                         .brief = "The folder to watch; the current folder without it",
                                         .completion = Completion::folder}};
constexpr std::array kExamples{Example{"quarry watch ~/src/app &", "Searches find every change at once."}};

constexpr int kBusyTries = 20;
constexpr auto kBusyPause = 500ms;

// Sleeps, unless a stop is asked for first.
void pause(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, time, [] { return false; });
}

class Refresher {
 public:
  Refresher(const Context& context, std::string where, std::shared_ptr<const model::Encoder> encoder,
            corpus::ListOptions listing, std::stop_token stop)
      : context_(context),
        where_(std::move(where)),
        encoder_(std::move(encoder)),
        listing_(listing),
        stop_(std::move(stop)) {}

  // Lists the folder anew, since its commit and ignore files may have changed too.
  Status refresh(bool first) {
    const auto start = std::chrono::steady_clock::now();
    QUARRY_TRY(const auto source, open_source_for(context_, where_, stop_));
    QUARRY_TRY(const auto folder, index_folder_of(context_, *source));
    const UpdateRequest request{folder, source.get(), encoder_.get(), !context_.settings.on(kNoSource),
                                listing_};
    auto report = update_index(context_, request, stop_);
    for (int i = 0; i < kBusyTries && !report && report.error().kind == ErrorKind::busy; ++i) {
      pause(stop_, kBusyPause);
      if (stop_.stop_requested()) return {};
      report = update_index(context_, request, stop_);
    }
    if (!report) return tl::unexpected(report.error());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (first || report->changed) print(*report, *source, first, seconds);
    return {};
  }

 private:
  void print(const index::UpdateReport& report, const corpus::Source& source, bool first, double seconds) {
    if (context_.settings.on(kQuiet)) return;
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm local{};
    ::localtime_r(&now, &local);
    auto line =
        fmt::format("{:02}:{:02}:{:02} {}: {} parsed, {} removed, {} in all ({})", local.tm_hour,
                    local.tm_min, local.tm_sec, harmless(source.name()), counted(report.parsed, "file"),
                    grouped(report.removed), counted(report.files, "file"), readable_seconds(seconds));
    if (first) line += "; watching, Ctrl-C ends it";
    context_.out.write(fmt::format("{}\n", line));
    context_.out.flush();
  }

  const Context& context_;
  std::string where_;
  std::shared_ptr<const model::Encoder> encoder_;
  corpus::ListOptions listing_;
  std::stop_token stop_;
};

// The rules of the index that is kept fresh, where there is one, so that starting to watch changes nothing in
// it.
Result<corpus::ListOptions> choose_listing(const Context& context, const std::string& where,
                                           const std::stop_token& stop) {
  QUARRY_TRY(const auto source, open_source_for(context, where, stop));
  QUARRY_TRY(const auto folder, index_folder_of(context, *source));
  const auto known = index::Snapshot::open(context.files, folder);
  return listing_for(context.settings, known ? known->get() : nullptr, *source);
}

Result<int> run_watch(Context& context) {
  const auto where = context.arguments.empty() ? std::string(".") : context.arguments[0];
  const Interruption interruption;
  std::shared_ptr<const model::Encoder> encoder;
  if (!context.settings.on(kNoVectors)) {
    QUARRY_TRY(encoder, open_model(context));
  }
  QUARRY_TRY(const auto listing, choose_listing(context, where, interruption.token()));
  // Watched before it is indexed: a change in between is seen twice rather than never.
  QUARRY_TRY(const auto watcher, corpus::Watcher::open(context.files, where, listing));
  Refresher refresher(context, where, std::move(encoder), listing, interruption.token());
  const std::chrono::milliseconds debounce(context.settings.number(kDebounce));
  bool first = true;
  while (!context.out.reader_gone()) {
    if (auto status = refresher.refresh(first); !status) {
      if (status.error().kind == ErrorKind::cancelled) break;
      if (first || status.error().kind == ErrorKind::not_found) return tl::unexpected(status.error());
      context.warn(status.error().message);  // a full disk may have room again at the next change
    }
    first = false;
    QUARRY_TRY(const bool changed, watcher->wait(interruption.token(), debounce));
    if (!changed) break;
  }
  return kFound;
}

}  // namespace

const Command kWatchCommand{.name = "watch",
                            .brief = "Keep the index fresh while files change",
                            .details =
                                "Brings the index up to date, then waits for changes and brings it up to "
                                "date again; prints a line each time. "
                                "A Ctrl-C ends it and leaves a whole index.",
                            .arguments = kArguments,
                            .groups = kGroups,
                            .examples = kExamples,
                            .run = run_watch};

}  // namespace quarry::cli
