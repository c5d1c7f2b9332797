// Makes and refreshes indexes with progress and Ctrl-C: what index, search, similar and watch have in common.
#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>

#include "quarry/base/result.h"
#include "quarry/cli/context.h"
#include "quarry/corpus/source.h"
#include "quarry/index/index_writer.h"
#include "quarry/model/encoder.h"

namespace quarry::cli {

struct UpdateRequest {
  std::filesystem::path folder;
  const corpus::Source* source = nullptr;
  const model::Encoder* encoder = nullptr;
  bool keep_source = true;
  corpus::ListOptions listing;  // list_options()
};

[[nodiscard]] Result<index::UpdateReport> update_index(const Context& context, const UpdateRequest& request,
                                                       std::stop_token stop);

// Names every skipped file, and every one that could not be parsed, with --verbose.
void report_skipped(const Context& context, const index::UpdateReport& report);

// "3 vendored, 1 binary"; "" where nothing was skipped.
[[nodiscard]] std::string summary_of(const std::vector<corpus::Skipped>& skipped);

}  // namespace quarry::cli
