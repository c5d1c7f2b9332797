// Prints the listing of a source as the index would see it.
#include "quarry/cli/file_listing.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "quarry/cli/index_folder.h"
#include "quarry/cli/progress_display.h"

namespace quarry::cli {
namespace {

constexpr std::size_t kHeadBytes = 4096;
constexpr std::size_t kNameColumns = 16;

}  // namespace

Status list_files(const Context& context, const corpus::Source& source, bool json,
                  const std::stop_token& stop) {
  const auto options = list_options(context.settings);
  QUARRY_TRY(auto listing, source.list(options));
  ProgressDisplay progress(context, fmt::format("Reading {}", source.name()));
  auto files = nlohmann::ordered_json::array();
  std::uint64_t done = 0;
  for (const auto& file : listing.files) {
    if (stop.stop_requested()) return fail(ErrorKind::cancelled, "cancelled; the list is not complete");
    if (context.out.reader_gone()) return {};
    progress.show({.done = ++done, .total = listing.files.size()});
    const auto content = source.read(file, options);
    if (!content) {
      listing.skipped.push_back(content.error());
      continue;
    }
    const auto language = corpus::name_of(
        corpus::detect_language(file.path, std::string_view(content->text).substr(0, kHeadBytes)));
    if (json) {
      files.push_back({{"path", file.path}, {"language", language}, {"bytes", content->text.size()}});
    } else {
      context.out.write(fmt::format("{:<{}} {}\n", language, kNameColumns, harmless(file.path)));
    }
  }
  progress.clear();
  auto skipped = nlohmann::ordered_json::array();
  for (const auto& file : listing.skipped) {
    const auto reason = corpus::name_of(file.reason);
    if (json) {
      skipped.push_back({{"path", file.path}, {"reason", reason}, {"detail", file.detail}});
      continue;
    }
    const auto detail = file.detail.empty() ? std::string{} : fmt::format("  ({})", harmless(file.detail));
    context.out.write(
        fmt::format("{:<{}} {}{}\n", fmt::format("-{}", reason), kNameColumns, harmless(file.path), detail));
  }
  if (json) {
    const nlohmann::ordered_json report{
        {"repo", source.name()}, {"files", std::move(files)}, {"skipped", std::move(skipped)}};
    context.out.write(report.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  }
  return {};
}

}  // namespace quarry::cli
