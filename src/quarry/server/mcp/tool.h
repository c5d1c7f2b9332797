// The tools that agents see: what each is called, takes and gives, and the function behind it. All of them
// only read, and only the index.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/search/engine.h"
#include "quarry/server/mcp/arguments.h"
#include "quarry/server/mcp/json_rpc.h"

namespace quarry::server::mcp {

// What the caller may see. A repository outside it does not exist for any tool.
struct Scope {
  std::optional<std::vector<std::string>> repositories;  // nothing: all of them
  bool local = false;  // the caller sits at this machine and may learn where work trees lie

  [[nodiscard]] bool sees(std::string_view repository) const {
    return !repositories || std::ranges::find(*repositories, repository) != repositories->end();
  }
};

struct ToolContext {
  const search::Engine& engine;
  const Scope& scope;
};

struct ToolAnswer {
  Json structured;   // fits the tool's output schema
  std::string text;  // the same for a model to read
};

struct Tool {
  std::string_view name;
  std::string_view title;
  std::string_view description;
  Json (*input_schema)();
  Json (*output_schema)();
  Result<ToolAnswer> (*run)(Arguments&, const ToolContext&);
};

extern const Tool kSearchTool;
extern const Tool kSimilarTool;
extern const Tool kReadFunctionTool;
extern const Tool kReadFileTool;
extern const Tool kListRepositoriesTool;
extern const Tool kIndexStatusTool;

// In a fixed order, so that clients can cache the list.
[[nodiscard]] std::span<const Tool* const> all_tools();

}  // namespace quarry::server::mcp
