// quarry mcp: the tools of an agent over standard input and output.
#include <unistd.h>

#include "quarry/cli/command_run.h"
#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/interruption.h"
#include "quarry/cli/live_index.h"
#include "quarry/server/mcp/stdio.h"

namespace quarry::cli {
namespace {

constexpr std::array kIndexFlags{&kIndexDirectory, &kNoRefresh,    &kRevision,   &kModel,    &kNoVectors,
                                 &kWeights,        &kNoSecondLook, &kName,       &kNoSource, &kMaxFileSize,
                                 &kNoDefaultRules, &kNoIgnore,     &kGraphUnits, &kThreads};
constexpr std::array kGroups{FlagGroup{"Index", kIndexFlags}, FlagGroup{"Reranking", kRerankFlags}};
constexpr std::array kArguments{
    Argument{.name = "PATH",
             .required = false,
             .brief = "The folder or repository to serve; the current folder without it",
             .completion = Completion::folder}};
constexpr std::array kExamples{
    Example{"claude mcp add quarry -- quarry mcp", "Claude Code: the project that it is started in."},
    Example{"codex mcp add quarry -- quarry mcp ~/src/moby",
            "Codex: one repository, wherever it is started."},
    Example{"quarry mcp --index /srv/code", "An index of many repositories, as it is."}};

Result<int> run_mcp(Context& context) {
  const std::string where = context.arguments.empty() ? "." : context.arguments[0];
  if (!context.arguments.empty() && !context.settings.text(kIndexDirectory).empty()) {
    return fail(ErrorKind::invalid_argument, "mcp: '{}' and --index both say what to serve; leave one out",
                where);
  }
  if (::isatty(STDIN_FILENO) != 0) {
    context.note("an agent starts this command and speaks to it; docs/AGENTS.md shows how. Ctrl-D ends it.");
  }
  // One for the whole run, on the main thread: opening an index must not catch signals of its own.
  const Interruption interruption;
  LiveIndex index(context, where, interruption.token());
  const server::mcp::Service service{std::string(program_version())};
  const server::mcp::Scope scope{.repositories = std::nullopt, .local = true};
  QUARRY_CHECK(
      server::mcp::serve_stdio(service, scope, [&] { return index.get(); },
                               {.in = STDIN_FILENO, .out = STDOUT_FILENO, .stop = interruption.token()}));
  if (interruption.stopped()) return fail(ErrorKind::cancelled, "mcp: stopped");
  return kFound;
}

}  // namespace

const Command kMcpCommand{
    .name = "mcp",
    .brief = "Serve an agent: the Model Context Protocol on stdin and stdout",
    .details =
        "Coding agents start this command and get the tools search, find_similar, "
        "read_function, read_file, list_repositories and index_status. All of them only "
        "read, and only what is in the index.\n\n"
        "The index is chosen and kept current as by `quarry search`: a folder that was "
        "never indexed is indexed first, in the background. docs/AGENTS.md has the lines "
        "that each agent and editor wants in its configuration.",
    .arguments = kArguments,
    .groups = kGroups,
    .examples = kExamples,
    .run = run_mcp};

}  // namespace quarry::cli
