// Reads the configuration with yaml-cpp and checks every key and value against the flag table.
#include "quarry/cli/config_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "quarry/cli/flag_value.h"
#include "quarry/cli/suggestion.h"

namespace quarry::cli {
namespace {

constexpr std::size_t kLargestConfig = 1U << 20;

class Reader {
 public:
  Reader(const std::filesystem::path& path, std::span<const Command* const> commands) : commands_(commands) {
    file_.path = path;
  }

  Result<ConfigFile> read(const std::string& text) {
    try {
      const YAML::Node root = YAML::Load(text);
      if (root.IsNull()) return std::move(file_);
      if (!root.IsMap()) return error_at(root, "expected lines of `key: value`");
      for (const auto& item : root) QUARRY_CHECK(read_general(item.first, item.second));
    } catch (const YAML::Exception& error) {
      return fail(ErrorKind::invalid_argument, "{}:{}: not valid YAML: {}", file_.path.string(),
                  error.mark.line + 1, error.msg);
    }
    return std::move(file_);
  }

 private:
  tl::unexpected<Error> error_at(const YAML::Node& node, const std::string& why) const {
    return fail(ErrorKind::invalid_argument, "{}:{}: {}", file_.path.string(), node.Mark().line + 1, why);
  }

  Status read_general(const YAML::Node& key, const YAML::Node& value) {
    if (!key.IsScalar()) return error_at(key, "a key must be a word");
    if (value.IsMap()) {
      const auto command =
          std::ranges::find_if(commands_, [&](const Command* c) { return c->name == key.Scalar(); });
      if (command == commands_.end()) {
        std::vector<std::string_view> names;
        for (const auto* known : commands_) names.push_back(known->name);
        return error_at(key, fmt::format("{}: no subcommand has this name{}", key.Scalar(),
                                         did_you_mean(key.Scalar(), names)));
      }
      for (const auto& item : value) QUARRY_CHECK(read_entry(item.first, item.second, *command));
      return {};
    }
    return read_entry(key, value, nullptr);
  }

  Status read_entry(const YAML::Node& key, const YAML::Node& value, const Command* command) {
    if (!key.IsScalar()) return error_at(key, "a key must be a word");
    const auto& name = key.Scalar();
    QUARRY_TRY(const Flag* const flag, find_flag(key, command));
    ConfigEntry entry{command == nullptr ? "" : std::string(command->name), name, {}, key.Mark().line + 1};
    if (!seen_.insert({entry.command, name}).second)
      return error_at(key, fmt::format("{}: given twice", name));

    std::vector<YAML::Node> nodes;
    if (value.IsScalar()) {
      nodes.push_back(value);
    } else if (value.IsSequence()) {
      for (const auto& item : value) nodes.push_back(item);
    } else if (value.IsNull()) {
      return {};  // `key:` alone leaves the default
    } else {
      return error_at(value, fmt::format("{}: expected a value or a list", name));
    }
    const bool several = flag->type == ValueType::list || flag->type == ValueType::repeat;
    if (!several && nodes.size() != 1) return error_at(value, fmt::format("{}: takes one value", name));
    for (const auto& node : nodes) {
      if (!node.IsScalar()) return error_at(node, fmt::format("{}: expected a value", name));
      for (auto& word : split_value(*flag, node.Scalar())) {
        if (auto status = check_value(*flag, word); !status) {
          return error_at(node, fmt::format("{}: {}", name, status.error().message));
        }
        entry.values.push_back(std::move(word));
      }
    }
    file_.entries.push_back(std::move(entry));
    return {};
  }

  Result<const Flag*> find_flag(const YAML::Node& key, const Command* command) const {
    std::vector<std::string_view> known;
    for (const auto* candidate : commands_) {
      if (command != nullptr && candidate != command) continue;
      for (const auto* flag : flags_of(*candidate)) {
        if (flag->name == key.Scalar()) return flag;
        known.push_back(flag->name);
      }
    }
    return error_at(key, fmt::format("{}: unknown key{}", key.Scalar(), did_you_mean(key.Scalar(), known)));
  }

  std::span<const Command* const> commands_;
  ConfigFile file_;
  std::set<std::pair<std::string, std::string>> seen_;
};

void append_entry(std::string& text, const Flag& flag, std::string_view indent) {
  text += fmt::format("{}# {}. Variable: {}\n", indent, flag.brief, environment_name(flag));
  // A bare '-' would begin a list.
  const std::string_view value = flag.type == ValueType::toggle ? "false"
                                 : flag.fallback == "-"         ? "\"-\""
                                                                : flag.fallback;
  text += fmt::format("{}# {}:{}{}\n", indent, flag.name, value.empty() ? "" : " ", value);
}

}  // namespace

const ConfigEntry* ConfigFile::find(std::string_view command, std::string_view key) const {
  const ConfigEntry* general = nullptr;
  for (const auto& entry : entries) {
    if (entry.key != key) continue;
    if (entry.command == command) return &entry;
    if (entry.command.empty()) general = &entry;
  }
  return general;
}

Result<ConfigFile> read_config(const FileSystem& files, const std::filesystem::path& path,
                               std::span<const Command* const> commands) {
  QUARRY_TRY(const auto text, files.read(path, kLargestConfig));
  return Reader(path, commands).read(text);
}

std::string default_config(std::span<const Command* const> commands) {
  std::string text =
      "# Quarry's configuration. Every key is the long name of a flag; a flag on the command line and its "
      "QUARRY_...\n"
      "# variable beat what stands here. Keys at the top hold for every subcommand that has the flag; a "
      "section named\n"
      "# after a subcommand holds for it alone.\n";
  std::set<std::string_view> done;  // a key means the same for every subcommand
  for (const auto* command : commands) {
    bool first = true;
    for (const auto* flag : flags_of(*command)) {
      if (!done.insert(flag->name).second) continue;
      if (first) text += fmt::format("\n# quarry {}: {}\n", command->name, command->brief);
      first = false;
      append_entry(text, *flag, "");
    }
  }
  return text;
}

}  // namespace quarry::cli
