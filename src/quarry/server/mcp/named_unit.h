// How tools are told which function is meant: by the id of a result, or by a path with a line or a name.
#pragma once

#include "quarry/server/mcp/tool.h"

namespace quarry::server::mcp {

// Takes id, path, line and name; `repository` ("": any) is where the path is looked for. The unit's number in
// the engine's space; ErrorKind::not_found where the caller may not see it, just as where there is none.
[[nodiscard]] Result<std::uint32_t> named_unit(Arguments& arguments, const ToolContext& context,
                                               std::string repository);

// A file by repo ("": any) and path, as the index names it.
[[nodiscard]] Result<std::uint32_t> named_file(const ToolContext& context, const std::string& repository,
                                               const std::string& path);

// Schemas of id, path, line and name.
[[nodiscard]] Json place_schemas();

}  // namespace quarry::server::mcp
