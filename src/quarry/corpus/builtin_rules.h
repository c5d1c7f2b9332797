// What is left out without anybody asking: vendored, generated, minified and lock files, and binary formats,
// as far as names tell.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "quarry/corpus/source.h"

namespace quarry::corpus {

struct RuleHit {
  SkipReason reason;
  std::string detail;  // the rule that applied
};

// The folders of version control systems: never part of a source and never reported.
[[nodiscard]] bool is_version_control(std::string_view folder_name);

// By the folder's own name: node_modules, third_party, __pycache__ ...
[[nodiscard]] std::optional<RuleHit> folder_rule(std::string_view name);

// By what lies in the folder: a cache tag, a virtual environment, a build tree. `contains` answers for a
// name.
[[nodiscard]] std::optional<RuleHit> folder_content_rule(
    const std::function<bool(std::string_view)>& contains);

// By the file's own name: lock files, generated and minified ones.
[[nodiscard]] std::optional<RuleHit> file_rule(std::string_view name);

// By extension: pictures, archives, objects, models ... Holds even where the other rules are switched off.
[[nodiscard]] bool has_binary_extension(std::string_view name);

}  // namespace quarry::corpus
