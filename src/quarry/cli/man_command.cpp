// quarry man: prints the man page.
#include "quarry/cli/command_run.h"
#include "quarry/cli/commands.h"
#include "quarry/cli/context.h"
#include "quarry/cli/man_page.h"

namespace quarry::cli {
namespace {

constexpr std::array kExamples{Example{"quarry man | man -l -", "Read it."}};

Result<int> run_man(Context& context) {
  context.out.write(man_page(all_commands(), program_version()));
  return kFound;
}

}  // namespace

const Command kManCommand{.name = "man",
                          .brief = "Print the man page",
                          .details = "roff for the program man; an installed quarry has it in place already.",
                          .arguments = {},
                          .groups = {},
                          .examples = kExamples,
                          .run = run_man};

}  // namespace quarry::cli
