// The flag table itself, and that help, man page and completions hold all of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "quarry/cli/commands.h"
#include "quarry/cli/completion.h"
#include "quarry/cli/config_file.h"
#include "quarry/cli/flag_value.h"
#include "quarry/cli/help.h"
#include "quarry/cli/man_page.h"

namespace quarry::cli {
namespace {

using testing::HasSubstr;

const Terminal kPlain{.interactive = false, .colours = false, .links = false, .width = 0};

TEST(FlagTable, NamesAndLettersAreUniqueWithinASubcommand) {
  for (const auto* command : all_commands()) {
    std::set<std::string> names{"help"};
    std::set<char> letters{'h'};
    for (const auto* flag : flags_of(*command)) {
      EXPECT_TRUE(names.insert(std::string(flag->name)).second) << command->name << " --" << flag->name;
      if (flag->type == ValueType::toggle) {
        EXPECT_TRUE(names.insert(opposite_name(*flag)).second)
            << command->name << " --" << opposite_name(*flag);
      }
      if (flag->letter != 0) {
        EXPECT_TRUE(letters.insert(flag->letter).second) << command->name << " -" << flag->letter;
      }
    }
  }
}

// A key of the configuration file has one meaning, whichever subcommand reads it.
TEST(FlagTable, AFlagHasOneTypeAndOneLetterEverywhere) {
  std::map<std::string_view, const Flag*> first;
  for (const auto* command : all_commands()) {
    for (const auto* flag : flags_of(*command)) {
      const auto* known = first.emplace(flag->name, flag).first->second;
      // Where one subcommand takes one value and another takes several, the file's one value suits both.
      const auto shape = [](ValueType type) { return type == ValueType::repeat ? ValueType::text : type; };
      EXPECT_EQ(shape(known->type), shape(flag->type)) << flag->name;
      EXPECT_EQ(known->letter, flag->letter) << flag->name;
      // Other choices have another default: `search --format json`, `export --format onnx`.
      if (std::ranges::equal(known->choices, flag->choices)) {
        EXPECT_EQ(known->fallback, flag->fallback) << flag->name;
      }
    }
  }
}

TEST(FlagTable, DefaultsAreValuesThatTheirFlagsTake) {
  for (const auto* command : all_commands()) {
    for (const auto* flag : flags_of(*command)) {
      if (flag->fallback.empty()) continue;
      const auto status = check_value(*flag, flag->fallback);
      EXPECT_TRUE(status) << flag->name << ": " << status.error().message;
    }
  }
}

TEST(FlagTable, EveryFlagIsInBothHelpsTheManPageAndEveryCompletion) {
  const auto man = man_page(all_commands(), "1");
  const auto bash = bash_completion(all_commands());
  const auto zsh = zsh_completion(all_commands());
  const auto fish = fish_completion(all_commands());
  for (const auto* command : all_commands()) {
    EXPECT_THAT(program_help(all_commands(), false, kPlain), HasSubstr(std::string(command->name)));
    const auto brief = command_help(*command, false, kPlain);
    const auto full = command_help(*command, true, kPlain);
    // The part of each script that is about this subcommand alone.
    const auto own = [&](const std::string& script, const std::string& begin, const std::string& end) {
      const auto from = script.find(begin);
      EXPECT_NE(from, std::string::npos) << command->name;
      return from == std::string::npos ? std::string{}
                                       : script.substr(from, script.find(end, from + 1) - from);
    };
    const auto case_label = fmt::format("\n    {})\n", command->name);
    const auto own_bash = own(bash, case_label, "\n    ");
    const auto own_zsh = own(zsh, case_label, ";;");
    for (const auto* flag : flags_of(*command)) {
      const auto name = fmt::format("--{}", flag->name);
      EXPECT_THAT(brief, HasSubstr(name));
      EXPECT_THAT(full, HasSubstr(name));
      EXPECT_THAT(full, HasSubstr(environment_name(*flag)));
      EXPECT_THAT(bash, HasSubstr(name));
      EXPECT_THAT(own_zsh, HasSubstr(name));
      EXPECT_THAT(fish, HasSubstr(fmt::format("from {}'", command->name)));
      EXPECT_THAT(fish, HasSubstr(fmt::format(" -l {}", flag->name)));
      std::string in_roff = "\\fB\\-\\-";
      for (const char c : flag->name) in_roff += c == '-' ? std::string("\\-") : std::string(1, c);
      EXPECT_THAT(man, HasSubstr(in_roff + "\\fR"));
    }
  }
}

TEST(Help, TheShortHelpOfEverySubcommandFitsOnAScreen) {
  for (const auto* command : all_commands()) {
    const auto help = command_help(*command, false, kPlain);
    EXPECT_LE(std::ranges::count(help, '\n'), 55) << command->name;
  }
}

TEST(Help, NoLineIsWiderThanTheTerminal) {
  Terminal narrow = kPlain;
  narrow.width = 80;
  for (const auto* command : all_commands()) {
    for (const bool full : {false, true}) {
      const auto help = command_help(*command, full, narrow);
      std::size_t begin = 0;
      while (begin < help.size()) {
        const auto end = help.find('\n', begin);
        const auto line = std::string_view(help).substr(begin, end - begin);
        const bool is_example =
            line.starts_with("  quarry ") || line.starts_with("  vim ") || line.starts_with("  source ");
        if (!is_example) {
          EXPECT_LE(display_width(line), 80U) << line;
        }
        begin = end + 1;
      }
    }
  }
}

TEST(ManPage, TextCannotBeTakenForMacros) {
  const auto page = man_page(all_commands(), "1");
  std::size_t begin = 0;
  const std::set<std::string> macros{".TH", ".SH", ".SS", ".TP", ".PP", ".EX", ".EE", ".RS", ".RE"};
  while (begin < page.size()) {
    const auto end = page.find('\n', begin);
    if (page[begin] == '.') {
      EXPECT_TRUE(macros.contains(page.substr(begin, 3))) << page.substr(begin, end - begin);
    }
    EXPECT_NE(page[begin], '\'');
    begin = end + 1;
  }
}

TEST(DefaultConfig, HoldsEveryKeyOnceAndIsACommentThroughout) {
  const auto text = default_config(all_commands());
  std::set<std::string_view> names;
  for (const auto* command : all_commands()) {
    for (const auto* flag : flags_of(*command)) names.insert(flag->name);
  }
  for (const auto name : names) EXPECT_THAT(text, HasSubstr(fmt::format("# {}:", name)));
  std::size_t begin = 0;
  while (begin < text.size()) {
    EXPECT_TRUE(text[begin] == '#' || text[begin] == '\n');
    begin = text.find('\n', begin) + 1;
  }
}

}  // namespace
}  // namespace quarry::cli
