// quarry completion: prints the completion script of a shell.
#include "quarry/cli/commands.h"
#include "quarry/cli/completion.h"
#include "quarry/cli/context.h"
#include "quarry/cli/suggestion.h"

namespace quarry::cli {
namespace {

constexpr std::array<std::string_view, 3> kShells{"bash", "zsh", "fish"};
constexpr std::array kArguments{Argument{
    .name = "SHELL", .brief = "bash, zsh or fish", .completion = Completion::choices, .choices = kShells}};
constexpr std::array kExamples{
    Example{"source <(quarry completion bash)", "In this shell."},
    Example{"quarry completion fish > ~/.config/fish/completions/quarry.fish", "For every new one."}};

Result<int> run_completion(Context& context) {
  const auto& shell = context.arguments[0];
  if (shell == "bash") {
    context.out.write(bash_completion(all_commands()));
  } else if (shell == "zsh") {
    context.out.write(zsh_completion(all_commands()));
  } else if (shell == "fish") {
    context.out.write(fish_completion(all_commands()));
  } else {
    return fail(ErrorKind::invalid_argument, "completion: '{}' is not one of bash, zsh, fish{}", shell,
                did_you_mean(shell, kShells));
  }
  return kFound;
}

}  // namespace

const Command kCompletionCommand{.name = "completion",
                                 .brief = "Print the completion script for bash, zsh or fish",
                                 .details = "An installed quarry has them in place already.",
                                 .arguments = kArguments,
                                 .groups = {},
                                 .examples = kExamples,
                                 .run = run_completion};

}  // namespace quarry::cli
