// Renders the flag table as roff with the classic man macros, which every man program reads.
#include "quarry/cli/man_page.h"

#include <fmt/core.h>

#include "quarry/cli/help.h"
#include "quarry/cli/text_layout.h"

namespace quarry::cli {
namespace {

// A backslash, a hyphen that must stay ASCII, and a control character at the start of a line mean something
// to roff.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else if (c == '\n') {
      result += ' ';
    } else {
      result += c;
    }
  }
  if (!result.empty() && (result.front() == '.' || result.front() == '\'')) result.insert(0, "\\&");
  return result;
}

std::string bold(std::string_view text) {
  return fmt::format("\\fB{}\\fR", escaped(text));
}

void append_flag(std::string& page, const Flag& flag) {
  page += ".TP\n";
  if (flag.letter != 0) page += fmt::format("\\fB\\-{}\\fR, ", flag.letter);
  page += bold(fmt::format("--{}", flag.name));
  if (!flag.value.empty()) page += fmt::format(" \\fI{}\\fR", escaped(flag.value));
  page += fmt::format("\n{}.", escaped(flag.brief));
  if (!flag.details.empty()) page += fmt::format("\n{}", escaped(flag.details));
  if (!flag.fallback.empty()) page += fmt::format("\nDefault: {}.", escaped(flag.fallback));
  page += fmt::format("\nVariable: {}.\n", bold(environment_name(flag)));
}

void append_command(std::string& page, const Command& command) {
  page += fmt::format(".SS {}\n{}\n", escaped(synopsis(command)), escaped(fmt::format("{}.", command.brief)));
  for_each_paragraph(command.details, [&](std::string_view paragraph) {
    page += fmt::format(".PP\n{}\n", escaped(paragraph));
  });
  for (const auto& argument : command.arguments) {
    page += fmt::format(".TP\n\\fI{}\\fR\n{}.\n", escaped(argument.name), escaped(argument.brief));
  }
  for (const auto& group : command.groups) {
    for (const auto* flag : group.flags) append_flag(page, *flag);
  }
  for (const auto& example : command.examples) {
    page +=
        fmt::format(".PP\n.EX\n{}\n.EE\n.RS\n{}\n.RE\n", escaped(example.command), escaped(example.meaning));
  }
}

}  // namespace

std::string man_page(std::span<const Command* const> commands, std::string_view version) {
  std::string page = fmt::format(".TH QUARRY 1 \"\" \"quarry {}\" \"User Commands\"\n", version);
  page += fmt::format(".SH NAME\nquarry \\- {}\n", escaped(kProgramBrief));
  page += ".SH SYNOPSIS\n\\fBquarry\\fR \\fISUBCOMMAND\\fR [\\fIFLAGS\\fR] [\\fIARGUMENTS\\fR]\n";
  page += fmt::format(
      ".SH DESCRIPTION\nQuarry indexes the functions of repositories and answers descriptions in plain "
      "English with the "
      "functions that do what is described.\n.PP\n{}\n",
      escaped(kInlineFilters));
  page += ".SH SUBCOMMANDS\n";
  for (const auto* command : commands) append_command(page, *command);
  page += ".SH FLAGS OF EVERY SUBCOMMAND\n";
  const std::vector<FlagGroup> groups = groups_of(*commands.front());
  for (const auto* flag : groups.back().flags) append_flag(page, *flag);
  page += ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nShort and long help.\n";
  page += fmt::format(".SH CONFIGURATION AND FILES\n{}\n", escaped(kFilesAndVariables));
  page += fmt::format(".SH EXIT STATUS\n{}\n", escaped(kExitStatus));
  return page;
}

}  // namespace quarry::cli
