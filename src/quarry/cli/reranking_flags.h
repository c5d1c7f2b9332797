// Reranking as flags ask for it.
#pragma once

#include "quarry/base/result.h"
#include "quarry/cli/settings.h"
#include "quarry/search/reranking.h"

namespace quarry::cli {

// None without --rerank.

// For one who asks a few questions and can wait: a query waits --rerank-budget, or 5 seconds.
[[nodiscard]] Result<search::Reranking> reranking_of(const Settings& settings);
// For a server: --rerank-budget, or 300 milliseconds, and no wait for one that failed several times in a row.
[[nodiscard]] Result<search::Reranking> guarded_reranking_of(const Settings& settings);
// For a measurement: as long as it takes, tried again where it fails.
[[nodiscard]] Result<search::Reranking> patient_reranking_of(const Settings& settings);

}  // namespace quarry::cli
