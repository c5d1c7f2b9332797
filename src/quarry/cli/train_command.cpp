// quarry train: hands over to quarry-train.
#include "quarry/cli/commands.h"
#include "quarry/cli/companion_program.h"
#include "quarry/cli/train_table.h"

namespace quarry::cli {

const Command kTrainCommand =
    train::command([](Context& context) -> Result<int> { return become(context, kTrainProgram); });

}  // namespace quarry::cli
