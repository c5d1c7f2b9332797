// Which of flag, variable, configuration and default wins, and how a wrong one is reported.
#include "quarry/cli/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "quarry/base/test_directory.h"
#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"

namespace quarry::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class SettingsTest : public testing::Test {
 protected:
  Environment environment() const {
    return [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    };
  }
  Result<ConfigFile> config(std::string_view text) const {
    return read_config(posix_file_system(), directory_.write("config.yaml", text), all_commands());
  }
  std::string config_error(std::string_view text) const {
    const auto file = config(text);
    return file ? "no error" : file.error().message;
  }

  TestDirectory directory_;
  std::map<std::string, std::string> variables_;
};

TEST_F(SettingsTest, FlagBeatsVariableBeatsConfigBeatsDefault) {
  const auto file = *config("limit: 20\n");
  const auto limit = [&](const GivenFlags& given, const ConfigFile& from) {
    return Settings::resolve(kSearchCommand, given, environment(), from)->number(kLimit);
  };
  EXPECT_EQ(limit({}, {}), 10U);
  EXPECT_EQ(limit({}, file), 20U);
  variables_["QUARRY_LIMIT"] = "30";
  EXPECT_EQ(limit({}, file), 30U);
  EXPECT_EQ(limit({{&kLimit, {"40"}}}, file), 40U);
  variables_["QUARRY_LIMIT"] = "";  // set to nothing is not set
  EXPECT_EQ(limit({}, file), 20U);
}

TEST_F(SettingsTest, ASectionBeatsTheGeneralKeyForItsSubcommandAlone) {
  const auto file = *config("limit: 20\nsimilar:\n  limit: 3\n");
  EXPECT_EQ(Settings::resolve(kSearchCommand, {}, environment(), file)->number(kLimit), 20U);
  EXPECT_EQ(Settings::resolve(kSimilarCommand, {}, environment(), file)->number(kLimit), 3U);
}

TEST_F(SettingsTest, ListsComeWithCommasAsYamlListsOrRepeated) {
  variables_["QUARRY_LANG"] = "go,python";
  const auto file = *config("kind: [function, method]\npath: ['a/{b,c}/*.py', '!test/']\n");
  const auto settings =
      *Settings::resolve(kSearchCommand, {{&kRepositories, {"a,b", "c"}}}, environment(), file);
  EXPECT_THAT(settings.list(kLanguages), ElementsAre("go", "python"));
  EXPECT_THAT(settings.list(kKinds), ElementsAre("function", "method"));
  EXPECT_THAT(settings.list(kPaths), ElementsAre("a/{b,c}/*.py", "!test/"));
  EXPECT_THAT(settings.list(kRepositories), ElementsAre("a", "b", "c"));
}

TEST_F(SettingsTest, SizesHaveUnits) {
  variables_["QUARRY_MAX_FILE_SIZE"] = "500K";
  EXPECT_EQ(Settings::resolve(kIndexCommand, {}, environment(), {})->number(kMaxFileSize), 500U << 10);
}

TEST_F(SettingsTest, TheLastOfARepeatedFlagCounts) {
  EXPECT_EQ(Settings::resolve(kSearchCommand, {{&kLimit, {"1", "2"}}}, environment(), {})->number(kLimit),
            2U);
}

TEST_F(SettingsTest, WrongValuesNameWhereTheyStand) {
  const auto error = [&](const GivenFlags& given) {
    const auto settings = Settings::resolve(kSearchCommand, given, environment(), {});
    return settings ? "no error" : settings.error().message;
  };
  EXPECT_THAT(error({{&kLimit, {"many"}}}),
              AllOf(HasSubstr("--limit: "), HasSubstr("'many'"), HasSubstr("from 1 to 1000")));
  EXPECT_THAT(error({{&kLimit, {"0"}}}), HasSubstr("from 1 to 1000"));
  EXPECT_THAT(error({{&kLanguages, {"pythn"}}}), HasSubstr("did you mean 'python'?"));
  EXPECT_THAT(error({{&kKinds, {"functon"}}}), HasSubstr("did you mean 'function'?"));
  variables_["QUARRY_FORMAT"] = "xml";
  EXPECT_THAT(error({}), AllOf(HasSubstr("QUARRY_FORMAT: "), HasSubstr("text, json, vimgrep")));
}

TEST_F(SettingsTest, ConfigErrorsNameFileLineAndKey) {
  EXPECT_THAT(config_error("color: never\nlimti: 3\n"),
              AllOf(HasSubstr("config.yaml:2: limti: unknown key"), HasSubstr("did you mean 'limit'?")));
  EXPECT_THAT(config_error("color: never\n\nlimit: few\n"), HasSubstr("config.yaml:3: limit: 'few'"));
  EXPECT_THAT(config_error("serach:\n  limit: 3\n"), HasSubstr("did you mean 'search'?"));
  EXPECT_THAT(config_error("index:\n  limit: 3\n"), HasSubstr("config.yaml:2: limit: unknown key"));
  EXPECT_THAT(config_error("limit: 3\nlimit: 4\n"), HasSubstr("config.yaml:2: limit: given twice"));
  EXPECT_THAT(config_error("limit: [1, 2]\n"), HasSubstr("takes one value"));
  EXPECT_THAT(config_error("limit: [3\n"), HasSubstr("not valid YAML"));
  EXPECT_THAT(config_error("- a\n- b\n"), HasSubstr("key: value"));
  EXPECT_THAT(config_error("lang: {go: 1}\n"), HasSubstr("config.yaml:1"));
}

TEST_F(SettingsTest, AnEmptyConfigAndOneOfCommentsAreFine) {
  EXPECT_EQ(config_error(""), "no error");
  EXPECT_EQ(config_error("# nothing\n"), "no error");
  EXPECT_EQ(config_error(default_config(all_commands())), "no error");
  EXPECT_EQ(config_error("limit:\n"), "no error");
}

// The default file must stay right when somebody takes the comment signs away.
TEST_F(SettingsTest, EveryLineOfTheDefaultConfigIsValidOnceUncommented) {
  std::string text;
  std::size_t begin = 0;
  const auto commented = default_config(all_commands());
  while (begin < commented.size()) {
    const auto end = commented.find('\n', begin);
    const auto line = std::string_view(commented).substr(begin, end - begin);
    const auto colon = line.find(':');
    if (line.starts_with("# ") && colon != std::string_view::npos &&
        line.substr(2, colon - 2).find(' ') == std::string_view::npos) {
      text += fmt::format("{}\n", line.substr(2));
    }
    begin = end + 1;
  }
  EXPECT_THAT(text, HasSubstr("limit: 10\n"));
  EXPECT_EQ(config_error(text), "no error");
}

}  // namespace
}  // namespace quarry::cli
