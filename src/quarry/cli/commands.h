// The list of subcommands. A new one is a file that defines its Command, a line here and a line in
// commands.cpp.
#pragma once

#include <span>

#include "quarry/cli/flag.h"

namespace quarry::cli {

extern const Command kIndexCommand;
extern const Command kSearchCommand;
extern const Command kSimilarCommand;
extern const Command kStatusCommand;
extern const Command kVerifyCommand;
extern const Command kWatchCommand;
extern const Command kServeCommand;
extern const Command kMcpCommand;
extern const Command kKeyCommand;
extern const Command kPrepareCommand;
extern const Command kTrainCommand;
extern const Command kExportCommand;
extern const Command kEvalCommand;
extern const Command kTuneCommand;
extern const Command kQuestionsCommand;
extern const Command kFitRankingCommand;
extern const Command kConfigCommand;
extern const Command kCompletionCommand;
extern const Command kManCommand;

// In the order in which help shows them.
[[nodiscard]] std::span<const Command* const> all_commands();

}  // namespace quarry::cli
