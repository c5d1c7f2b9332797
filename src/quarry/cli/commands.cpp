// Every subcommand, in the order in which help shows them.
#include "quarry/cli/commands.h"

#include <array>

namespace quarry::cli {

std::span<const Command* const> all_commands() {
  static constexpr std::array kCommands{
      &kIndexCommand,      &kSearchCommand, &kSimilarCommand,    &kStatusCommand, &kVerifyCommand,
      &kWatchCommand,      &kServeCommand,  &kMcpCommand,        &kKeyCommand,    &kPrepareCommand,
      &kTrainCommand,      &kEvalCommand,   &kTuneCommand,       &kExportCommand, &kQuestionsCommand,
      &kFitRankingCommand, &kConfigCommand, &kCompletionCommand, &kManCommand,
  };
  return kCommands;
}

}  // namespace quarry::cli
