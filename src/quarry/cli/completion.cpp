// Each shell has its own way to say "after this flag come files"; the table says which flags those are.
#include "quarry/cli/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace quarry::cli {
namespace {

bool takes_value(const Flag& flag) {
  return flag.type != ValueType::toggle;
}

// For single quotes of a POSIX shell.
std::string shell_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

// Words for bash's compgen.
std::string bash_action(Completion completion, const std::vector<std::string_view>& known) {
  switch (completion) {
    case Completion::file:
      return "compgen -f -- \"$word\"";
    case Completion::folder:
      return "compgen -d -- \"$word\"";
    case Completion::nothing:
      return ":";
    case Completion::language:
    case Completion::choices:
      break;
  }
  return fmt::format("compgen -W {} -- \"$word\"", shell_quoted(fmt::format("{}", fmt::join(known, " "))));
}

std::string zsh_action(Completion completion, const std::vector<std::string_view>& known) {
  switch (completion) {
    case Completion::file:
      return "_files";
    case Completion::folder:
      return "_files -/";
    case Completion::nothing:
      return " ";
    case Completion::language:
    case Completion::choices:
      break;
  }
  return fmt::format("({})", fmt::join(known, " "));
}

// Inside zsh's 'spec' strings brackets and colons separate parts.
std::string zsh_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string zsh_flag(const Flag& flag, std::string_view name) {
  std::string spec = fmt::format("{}{}", name, takes_value(flag) ? (name.starts_with("--") ? "=" : "+") : "");
  spec += fmt::format("[{}]", zsh_text(flag.brief));
  if (takes_value(flag))
    spec += fmt::format(":{}:{}", zsh_text(flag.value), zsh_action(flag.completion, known_values(flag)));
  const bool several = flag.type == ValueType::list || flag.type == ValueType::repeat;
  return shell_quoted(several ? "*" + spec : spec);
}

std::string fish_action(Completion completion, const std::vector<std::string_view>& known) {
  switch (completion) {
    case Completion::file:
      return " -r -F";
    case Completion::folder:
      return " -x -a '(__fish_complete_directories)'";
    case Completion::nothing:
      return " -x";
    case Completion::language:
    case Completion::choices:
      break;
  }
  return fmt::format(" -x -a {}", shell_quoted(fmt::format("{}", fmt::join(known, " "))));
}

std::string words_of(const Command& command) {
  std::string words = "-h --help";
  for (const auto* flag : flags_of(command)) words += fmt::format(" --{}", flag->name);
  return words;
}

}  // namespace

std::string bash_completion(std::span<const Command* const> commands) {
  std::string script =
      "# bash completion for quarry\n"
      "_quarry() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  local IFS=$'\\n'\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n";
  std::string names = "-h --help --version";
  for (const auto* command : commands) names += fmt::format(" {}", command->name);
  script += fmt::format("    IFS=' '; COMPREPLY=($(compgen -W {} -- \"$word\")); return\n  fi\n",
                        shell_quoted(names));
  script += "  case ${COMP_WORDS[1]} in\n";
  for (const auto* command : commands) {
    script += fmt::format("    {})\n      case $previous in\n", command->name);
    for (const auto* flag : flags_of(*command)) {
      if (!takes_value(*flag)) continue;
      const auto letter = flag->letter == 0 ? std::string{} : fmt::format("-{}|", flag->letter);
      script += fmt::format("        {}--{}) IFS=$' \\n'; COMPREPLY=($({})); return;;\n", letter, flag->name,
                            bash_action(flag->completion, known_values(*flag)));
    }
    script += "      esac\n";
    script += fmt::format(
        "      case $word in\n        -*) IFS=$' \\n'; COMPREPLY=($(compgen -W {} -- \"$word\")); return;;\n"
        "      esac\n",
        shell_quoted(words_of(*command)));
    if (!command->arguments.empty()) {
      const auto& argument = command->arguments.back();
      script += fmt::format("      IFS=$' \\n'; COMPREPLY=($({}));;\n",
                            bash_action(argument.completion, known_values(argument)));
    } else {
      script += "      ;;\n";
    }
  }
  script += "  esac\n}\ncomplete -o filenames -F _quarry quarry\n";
  return script;
}

std::string zsh_completion(std::span<const Command* const> commands) {
  std::string script =
      "#compdef quarry\n"
      "# zsh completion for quarry\n"
      "_quarry() {\n"
      "  local -a subcommands\n"
      "  subcommands=(\n";
  for (const auto* command : commands) {
    script += fmt::format("    {}\n", shell_quoted(fmt::format("{}:{}", command->name, command->brief)));
  }
  script +=
      "  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe subcommand subcommands\n"
      "    _arguments '-h[short help]' '--help[long help]' '--version[show the version]'\n"
      "    return\n"
      "  fi\n"
      "  shift words; (( CURRENT-- ))\n"
      "  case ${words[1]} in\n";
  for (const auto* command : commands) {
    script += fmt::format("    {})\n      _arguments -S '-h[short help]' '--help[long help]'", command->name);
    for (const auto* flag : flags_of(*command)) {
      if (flag->letter != 0)
        script += fmt::format(" \\\n        {}", zsh_flag(*flag, fmt::format("-{}", flag->letter)));
      script += fmt::format(" \\\n        {}", zsh_flag(*flag, fmt::format("--{}", flag->name)));
    }
    for (const auto& argument : command->arguments) {
      script +=
          fmt::format(" \\\n        {}",
                      shell_quoted(fmt::format("{}:{}:{}",
                                               argument.repeated   ? "*"
                                               : argument.required ? ""
                                                                   : ":",
                                               zsh_text(argument.name),
                                               zsh_action(argument.completion, known_values(argument)))));
    }
    script += "\n      ;;\n";
  }
  script +=
      "  esac\n}\nif [ \"$funcstack[1]\" = _quarry ]; then _quarry \"$@\"; else compdef _quarry quarry; fi\n";
  return script;
}

std::string fish_completion(std::span<const Command* const> commands) {
  std::string script =
      "# fish completion for quarry\n"
      "complete -c quarry -f\n"
      "complete -c quarry -n __fish_use_subcommand -s h -l help -d 'Short and long help'\n"
      "complete -c quarry -n __fish_use_subcommand -l version -d 'Show the version'\n";
  for (const auto* command : commands) {
    script += fmt::format("complete -c quarry -n __fish_use_subcommand -a {} -d {}\n", command->name,
                          shell_quoted(command->brief));
  }
  for (const auto* command : commands) {
    const auto condition = shell_quoted(fmt::format("__fish_seen_subcommand_from {}", command->name));
    script += fmt::format("complete -c quarry -n {} -s h -l help -d 'Short and long help'\n", condition);
    for (const auto* flag : flags_of(*command)) {
      script += fmt::format("complete -c quarry -n {}", condition);
      if (flag->letter != 0) script += fmt::format(" -s {}", flag->letter);
      script += fmt::format(" -l {}", flag->name);
      if (takes_value(*flag)) script += fish_action(flag->completion, known_values(*flag));
      script += fmt::format(" -d {}\n", shell_quoted(flag->brief));
    }
    for (const auto& argument : command->arguments) {
      if (argument.completion == Completion::nothing) continue;
      script += fmt::format("complete -c quarry -n {}", condition);
      script += argument.completion == Completion::file
                    ? " -F"
                    : fish_action(argument.completion, known_values(argument)).substr(3);
      script += "\n";
    }
  }
  return script;
}

}  // namespace quarry::cli
