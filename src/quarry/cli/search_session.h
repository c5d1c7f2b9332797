// From PATH or --index to an engine that is ready to search: finds, makes or refreshes the index on the way.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "quarry/base/result.h"
#include "quarry/cli/answer_printer.h"
#include "quarry/cli/context.h"
#include "quarry/search/engine.h"

namespace quarry::cli {

// With --index: that index, all of its views, as it is. Without: the index of the repository that `where` is
// in, made where there is none, refreshed where files changed (not with --no-refresh), and its view of
// `where` only. Somebody else refreshing it at the moment is no error: the version that is there is searched.
[[nodiscard]] Result<std::unique_ptr<search::Engine>> open_session(const Context& context,
                                                                   const std::string& where);
// The same within a program that watches for signals itself (cli/interruption.h).
[[nodiscard]] Result<std::unique_ptr<search::Engine>> open_session(const Context& context,
                                                                   const std::string& where,
                                                                   const std::stop_token& stop);

// Filters, limit and switches of the flags; the text is left empty.
[[nodiscard]] search::Query query_of(const Settings& settings);

// Names results by the root of their view, as seen from the current folder.
[[nodiscard]] std::function<ShownPath(const search::SearchResult&)> locator_of(
    const index::Snapshot& snapshot);

}  // namespace quarry::cli
