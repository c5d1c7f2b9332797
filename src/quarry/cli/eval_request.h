// What `quarry eval` was asked to measure: read from its flags, checked before anything is indexed.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/cli/command_run.h"
#include "quarry/evaluation/evaluation.h"

namespace quarry::cli::eval {

// The ranks of --cutoff, each once, in the order given; never empty.
[[nodiscard]] Result<std::vector<std::size_t>> cutoffs_of(const Settings& settings);

// Every ranker with every model and every file of weights that applies to it, names unique. Opens the models.
[[nodiscard]] Result<std::vector<evaluation::System>> systems_of(const Context& context);

// The tasks of --task and --qrels with at least one question each, names unique; `cutoff` is the rank that
// counts.
[[nodiscard]] Result<std::vector<evaluation::Task>> tasks_of(const Context& context, std::size_t cutoff);

// What the figures depend on (program, flags, models, weights), for whoever reads them later.
[[nodiscard]] Result<nlohmann::ordered_json> manifest_of(const Context& context,
                                                         const std::vector<evaluation::System>& systems,
                                                         const std::vector<std::size_t>& cutoffs);

}  // namespace quarry::cli::eval
