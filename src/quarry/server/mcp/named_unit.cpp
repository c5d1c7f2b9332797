#include "quarry/server/mcp/named_unit.h"

#include "quarry/search/browse.h"
#include "quarry/server/mcp/schema.h"

namespace quarry::server::mcp {
namespace {

Result<std::uint32_t> unit_by_id(const std::string& text, const ToolContext& context) {
  const auto id = search::parse_id(text);
  if (!id)
    return fail(ErrorKind::invalid_argument, "id: \"{}\" is no id of a result: 16 hex digits",
                text.substr(0, 64));
  const auto& space = context.engine.space();
  const auto unit = search::find_unit(space, *id);
  if (!unit || !context.scope.sees(space.repository_of(space.unit(*unit).file))) {
    return fail(ErrorKind::not_found,
                "no function has the id {}; ids change with the code: search again, or use path and line",
                text);
  }
  return *unit;
}

Result<std::uint32_t> unit_by_name(const ToolContext& context, std::uint32_t file, const std::string& name) {
  const auto& space = context.engine.space();
  const auto view = space.file(file);
  // "Session.send" names one unit, "send" may name several: the first.
  for (const bool qualified : {true, false}) {
    for (std::uint32_t u = view.first_unit + 1; u < view.first_unit + view.unit_count; ++u) {
      const auto unit = space.unit(u);
      if ((qualified ? unit.qualified_name : unit.name) == name) return u;
    }
  }
  return fail(ErrorKind::not_found, "{} defines no \"{}\"; read_file with outline shows what it defines",
              view.path, name.substr(0, 200));
}

}  // namespace

Result<std::uint32_t> named_file(const ToolContext& context, const std::string& repository,
                                 const std::string& path) {
  const auto& space = context.engine.space();
  if (repository.empty() && context.scope.repositories) {
    for (const std::string& name : *context.scope.repositories) {
      if (const auto file = search::find_file(space, name, path)) return *file;
    }
  } else if (repository.empty() || context.scope.sees(repository)) {
    if (const auto file = search::find_file(space, repository, path)) return *file;
  }
  return fail(
      ErrorKind::not_found,
      "no file \"{}\" in the index{}; paths are relative to the root of the repository, as search shows them",
      path.substr(0, 500),
      repository.empty() ? std::string{} : fmt::format(" of {}", repository.substr(0, 200)));
}

Result<std::uint32_t> named_unit(Arguments& arguments, const ToolContext& context, std::string repository) {
  QUARRY_TRY(const auto id, arguments.text("id"));
  QUARRY_TRY(const auto path, arguments.text("path"));
  QUARRY_TRY(const auto line, arguments.number("line", 1, 0xffffffff));
  QUARRY_TRY(const auto name, arguments.text("name"));
  if (id) {
    if (path || line || name) {
      return fail(ErrorKind::invalid_argument, "pass id alone, or path with line or name");
    }
    return unit_by_id(*id, context);
  }
  if (!path || (!line && !name)) {
    return fail(ErrorKind::invalid_argument, "say which function: id, or path with line, or path with name");
  }
  QUARRY_TRY(const std::uint32_t file, named_file(context, repository, *path));
  if (name) return unit_by_name(context, file, *name);
  const auto unit = search::find_unit_at(context.engine.space(), file, static_cast<std::uint32_t>(*line));
  if (!unit) return fail(ErrorKind::not_found, "{}:{}: no function or section is there", *path, *line);
  return *unit;
}

Json place_schemas() {
  return {{"id", string_schema("The id of a result")},
          {"path", string_schema("Instead of id: the file, with line or name")},
          {"line", integer_schema(1, "A line inside the function")},
          {"name", string_schema("The function's name, \"send\" or \"Session.send\"")}};
}

}  // namespace quarry::server::mcp
