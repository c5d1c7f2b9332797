// The tools read_function and read_file: source out of the index, in pieces that fit a token budget. No path
// is opened: what is not in the index cannot be read.
#include "quarry/search/browse.h"
#include "quarry/server/mcp/named_unit.h"
#include "quarry/server/mcp/schema.h"
#include "quarry/server/mcp/token_budget.h"
#include "quarry/server/mcp/tool.h"

namespace quarry::server::mcp {
namespace {

constexpr std::size_t kReadTokens = 8'000;
constexpr std::uint64_t kMostContext = 200;  // lines before and after
constexpr std::uint64_t kLastLine = 0xfffffffe;

// Source with its line numbers, as a model needs them to name places.
std::string numbered(std::string_view text, std::uint32_t first) {
  std::string lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t feed = text.find('\n', at);
    const std::size_t end = feed == std::string_view::npos ? text.size() : feed;
    lines += fmt::format("{:>5}  {}\n", first++, text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Result<ToolAnswer> run_read_function(Arguments& arguments, const ToolContext& context) {
  QUARRY_TRY(const auto repository, arguments.text("repo"));
  QUARRY_TRY(const std::uint32_t unit, named_unit(arguments, context, repository.value_or("")));
  QUARRY_TRY(const auto around, arguments.number("context", 0, kMostContext));
  QUARRY_TRY(const auto tokens, arguments.number("max_tokens", kLeastTokens, kMostTokens));
  QUARRY_CHECK(arguments.finish());
  const auto& space = context.engine.space();
  QUARRY_TRY(auto result, search::describe_unit(space, unit));
  if (result.code.empty()) {
    return fail(ErrorKind::not_found,
                "this index holds no source code; read {} lines {} to {} from the repository", result.path,
                result.start_line, result.end_line);
  }
  std::size_t room = static_cast<std::size_t>(tokens.value_or(kReadTokens)) * kBytesPerToken;
  const std::uint32_t lines = count_lines(result.code);
  result.code.resize(cut_lines(result.code, room).size());
  room -= result.code.size();
  const std::uint32_t left_out = lines - count_lines(result.code);

  std::string before;
  std::string after;
  if (around.value_or(0) > 0 && left_out == 0) {
    QUARRY_TRY(const std::string text, search::file_text(space, space.unit(unit).file));
    const auto wide = static_cast<std::uint32_t>(*around);
    const std::uint32_t first = result.start_line > wide ? result.start_line - wide : 1;
    if (result.start_line > 1) before = search::lines_of(text, first, result.start_line - 1);
    after = search::lines_of(text, result.end_line + 1, result.end_line + wide);
    // Of what stands before, the nearest lines are worth most.
    while (before.size() > room / 2) before.erase(0, std::min(before.find('\n'), before.size() - 1) + 1);
    after.resize(cut_lines(after, room - before.size()).size());
  }
  const std::string place = fmt::format("{}:{}-{}", result.path, result.start_line, result.end_line);
  std::string text = fmt::format("{} {} {} [id {:016x}]\n", place, syntax::name_of(result.kind),
                                 result.qualified_name, result.id);
  text += numbered(before + result.code, result.start_line - count_lines(before));
  if (!after.empty()) text += numbered(after, result.end_line + 1);
  if (left_out > 0) {
    text += fmt::format("({} more lines: read_file path \"{}\", start_line {})\n", left_out, result.path,
                        result.start_line + lines - left_out);
  }
  Json shown = search::to_json(result);
  for (const char* of_searches : {"rank", "score", "why"}) shown.erase(of_searches);
  ToolAnswer answer{{{"result", std::move(shown)}, {"before", before}, {"after", after}}, std::move(text)};
  if (left_out > 0) answer.structured["result"]["lines_left_out"] = left_out;
  return answer;
}

Json outline_json(const std::vector<search::OutlineEntry>& outline) {
  Json entries = Json::array();
  for (const auto& entry : outline) {
    entries.push_back({{"id", fmt::format("{:016x}", entry.id)},
                       {"kind", syntax::name_of(entry.kind)},
                       {"name", entry.name},
                       {"qualified_name", entry.qualified_name},
                       {"start_line", entry.start_line},
                       {"end_line", entry.end_line}});
  }
  return entries;
}

// Takes entries as long as they fit, and says how many do not.
ToolAnswer show_outline(const search::FileFacts& file, std::vector<search::OutlineEntry> outline,
                        Json structured, std::size_t room) {
  constexpr std::size_t kEntryBytes = 120;
  std::size_t kept = 0;
  for (std::size_t used = 0; kept < outline.size(); ++kept) {
    used += kEntryBytes + outline[kept].name.size() + outline[kept].qualified_name.size();
    if (used > room && kept > 0) break;
  }
  const std::size_t left_out = outline.size() - kept;
  outline.resize(kept);
  std::string text = fmt::format("{} defines\n", file.path);
  for (const auto& entry : outline) {
    text += fmt::format("{:>5}-{} {} {} [id {:016x}]\n", entry.start_line, entry.end_line,
                        syntax::name_of(entry.kind), entry.qualified_name, entry.id);
  }
  if (left_out > 0) text += fmt::format("({} more; a larger max_tokens shows them)\n", left_out);
  structured["outline"] = outline_json(outline);
  if (left_out > 0) structured["entries_left_out"] = left_out;
  return {std::move(structured), std::move(text)};
}

Result<ToolAnswer> run_read_file(Arguments& arguments, const ToolContext& context) {
  QUARRY_TRY(const auto path, arguments.required_text("path"));
  QUARRY_TRY(const auto repository, arguments.text("repo"));
  QUARRY_TRY(const auto start, arguments.number("start_line", 1, kLastLine));
  QUARRY_TRY(const auto last, arguments.number("end_line", 1, kLastLine));
  QUARRY_TRY(const bool outline, arguments.flag("outline"));
  QUARRY_TRY(const auto tokens, arguments.number("max_tokens", kLeastTokens, kMostTokens));
  QUARRY_CHECK(arguments.finish());
  QUARRY_TRY(const std::uint32_t number, named_file(context, repository.value_or(""), path));
  const auto& space = context.engine.space();
  const search::FileFacts file = search::facts_of(space, number);
  const std::size_t room = static_cast<std::size_t>(tokens.value_or(kReadTokens)) * kBytesPerToken;
  Json structured{{"repo", file.repository},
                  {"path", file.path},
                  {"language", corpus::name_of(file.language)},
                  {"lines", file.lines},
                  {"bytes", file.bytes}};
  if (outline) return show_outline(file, search::outline_of(space, number), std::move(structured), room);

  auto whole = search::file_text(space, number);
  if (!whole) {
    if (whole.error().kind != ErrorKind::not_found) return tl::unexpected(whole.error());
    return fail(
        ErrorKind::not_found,
        "this index holds no source code; outline: true shows what {} defines, the text is in the repository",
        file.path);
  }
  const auto first = static_cast<std::uint32_t>(start.value_or(1));
  const auto end = static_cast<std::uint32_t>(last.value_or(kLastLine));
  if (end < first)
    return fail(ErrorKind::invalid_argument, "end_line {} is before start_line {}", end, first);
  const std::string_view wanted = search::lines_of(*whole, first, end);
  if (wanted.empty() && first > 1) {
    return fail(ErrorKind::not_found, "{} has {} lines; there is none from {}", file.path, file.lines, first);
  }
  const std::string_view shown = cut_lines(wanted, room);
  const bool cut_within = shown.size() < wanted.size() && !shown.ends_with('\n');
  const std::uint32_t lines = count_lines(shown);
  structured["start_line"] = first;
  structured["end_line"] = lines == 0 ? first : first + lines - 1;
  structured["text"] = shown;
  std::string text = fmt::format("{} lines {}-{} of {}\n{}", file.path, first,
                                 lines == 0 ? first : first + lines - 1, file.lines, numbered(shown, first));
  if (cut_within) {
    structured["line_cut"] = true;
    text += "(the line goes on: it is longer than max_tokens)\n";
  }
  if (shown.size() < wanted.size() && first + lines <= file.lines) {
    structured["next_start_line"] = first + lines;
    text += fmt::format("(more: start_line {})\n", first + lines);
  }
  return ToolAnswer{std::move(structured), std::move(text)};
}

Json read_function_schema() {
  Json properties = place_schemas();
  properties["repo"] = string_schema("The repository of path, where several are indexed");
  properties["context"] =
      bounded_schema(0, kMostContext, 0, "Lines of the file before and after the function");
  properties["max_tokens"] = tokens_schema(kReadTokens);
  return object_schema(std::move(properties), {});
}

Json read_function_output() {
  return object_schema({{"result", result_schema()}, {"before", string_schema()}, {"after", string_schema()}},
                       {"result", "before", "after"});
}

Json read_file_schema() {
  return object_schema(
      {{"path", string_schema("Relative to the root of the repository, as results show it")},
       {"repo", string_schema("Its repository, where several are indexed")},
       {"start_line",
        {{"type", "integer"}, {"minimum", 1}, {"default", 1}, {"description", "The first line"}}},
       {"end_line", integer_schema(1, "The last line; without it as many as fit")},
       {"outline",
        flag_schema("Instead of text: the functions and classes that the file defines, with their lines")},
       {"max_tokens", tokens_schema(kReadTokens)}},
      {"path"});
}

Json read_file_output() {
  const Json entry = object_schema({{"id", string_schema()},
                                    {"kind", string_schema()},
                                    {"name", string_schema()},
                                    {"qualified_name", string_schema()},
                                    {"start_line", integer_schema(1)},
                                    {"end_line", integer_schema(1)}},
                                   {"id", "kind", "name", "qualified_name", "start_line", "end_line"});
  return object_schema({{"repo", string_schema()},
                        {"path", string_schema()},
                        {"language", string_schema()},
                        {"lines", integer_schema(0)},
                        {"bytes", integer_schema(0)},
                        {"start_line", integer_schema(1)},
                        {"end_line", integer_schema(1)},
                        {"text", string_schema()},
                        {"line_cut", flag_schema("the last line shown is longer than the budget")},
                        {"next_start_line", integer_schema(1, "where the rest begins")},
                        {"outline", list_schema(entry)},
                        {"entries_left_out", integer_schema(1)}},
                       {"repo", "path", "language", "lines", "bytes"});
}

}  // namespace

const Tool kReadFunctionTool{
    "read_function",
    "Read a function",
    "Shows one function, method or class in full, with line numbers, and with the lines around "
    "it where asked. Name it by the id of a result, or by path with line or name.",
    read_function_schema,
    read_function_output,
    run_read_function};

const Tool kReadFileTool{
    "read_file",
    "Read a part of a file",
    "Shows lines of an indexed file with their numbers, or its outline: the functions and classes "
    "that it defines. Only files in the index can be read.",
    read_file_schema,
    read_file_output,
    run_read_file};

}  // namespace quarry::server::mcp
