// quarry export: hands over to quarry-export.
#include "quarry/cli/commands.h"
#include "quarry/cli/companion_program.h"
#include "quarry/cli/export_table.h"

namespace quarry::cli {

const Command kExportCommand =
    exporting::command([](Context& context) -> Result<int> { return become(context, kExportProgram); });

}  // namespace quarry::cli
