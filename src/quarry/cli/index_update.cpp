// One update of one view of an index, shown to the user.
#include "quarry/cli/index_update.h"

#include <malloc.h>

#include <map>

#include "quarry/cli/common_flags.h"
#include "quarry/cli/progress_display.h"
#include "quarry/cli/text_layout.h"

namespace quarry::cli {
namespace {

// Threads that parse allocate small things by the million. By default the C library grows each thread's
// memory page by page with a system call (1,700 of them for a megabyte of source) and gives it back as often.
void tune_memory() {
#if defined(__GLIBC__)
  ::mallopt(M_TOP_PAD, 16 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
  ::mallopt(M_MMAP_THRESHOLD, 4 << 20);
#endif
}

}  // namespace

Result<index::UpdateReport> update_index(const Context& context, const UpdateRequest& request,
                                         std::stop_token stop) {
  const auto with_way_out = [&](Error error) {
    const bool system_refused = error.kind == ErrorKind::io || error.kind == ErrorKind::not_found;
    if (system_refused && error.message.find(request.folder.string()) != std::string::npos)
      error.message += "; --index DIR or XDG_CACHE_HOME choose another place";
    return tl::unexpected(std::move(error));
  };
  tune_memory();
  auto writer = index::IndexWriter::open(context.files, request.folder);
  // What this program keeps in its cache by itself it also makes anew by itself.
  if (!writer && writer.error().kind == ErrorKind::version_mismatch &&
      context.settings.text(kIndexDirectory).empty()) {
    context.note(
        fmt::format("{} was made by another version of quarry; making it anew", request.folder.string()));
    QUARRY_CHECK(index::IndexWriter::discard(context.files, request.folder));
    writer = index::IndexWriter::open(context.files, request.folder);
  }
  if (!writer) return with_way_out(writer.error());
  ProgressDisplay progress(context, fmt::format("Indexing {}", request.source->name()));
  index::UpdateOptions options;
  options.listing = request.listing;
  options.threads = context.settings.number(kThreads);
  options.source = request.keep_source;
  options.encoder = request.encoder;
  options.graph_units = static_cast<std::uint32_t>(context.settings.number(kGraphUnits));
  options.stop = std::move(stop);
  options.progress = [&](const index::Progress& now) {
    if (now.stage == index::Progress::Stage::graph)
      progress.relabel(fmt::format("Linking the vectors of {}", request.source->name()));
    progress.show({now.files_done, now.files_total, now.bytes_done, now.bytes_total});
  };
  auto report = (*writer)->update(*request.source, options);
  if (!report) return with_way_out(report.error());
  return report;
}

void report_skipped(const Context& context, const index::UpdateReport& report) {
  for (const auto& file : report.skipped) {
    context.detail(fmt::format("skipped {} ({}{}{})", file.path, corpus::name_of(file.reason),
                               file.detail.empty() ? "" : ": ", file.detail));
  }
  for (const auto& path : report.unparsed) {
    context.detail(
        fmt::format("not parsed {} (over the time or size that a parse may take): searchable as text", path));
  }
}

std::string summary_of(const std::vector<corpus::Skipped>& skipped) {
  std::map<std::string_view, std::size_t> counts;
  for (const auto& file : skipped) ++counts[corpus::name_of(file.reason)];
  std::string text;
  for (const auto& [reason, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(count), reason);
  }
  return text;
}

}  // namespace quarry::cli
