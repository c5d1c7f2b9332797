// Figures of an evaluation as tables for people.
#pragma once

#include <string>

#include "quarry/cli/terminal.h"
#include "quarry/evaluation/report.h"

namespace quarry::cli {

// Means with intervals, each system against the first, and the main metric by language and kind.
[[nodiscard]] std::string eval_table(const evaluation::TaskReport& report, const Terminal& terminal);

}  // namespace quarry::cli
