// The tools search and find_similar: queries with filters in, ranked functions that fit a token budget out.
#include <fmt/ranges.h>

#include <functional>
#include <initializer_list>

#include "quarry/base/hash.h"
#include "quarry/server/mcp/cursor.h"
#include "quarry/server/mcp/named_unit.h"
#include "quarry/server/mcp/schema.h"
#include "quarry/server/mcp/token_budget.h"
#include "quarry/server/mcp/tool.h"

namespace quarry::server::mcp {
namespace {

constexpr std::uint64_t kDefaultLimit = 8;
constexpr std::uint64_t kMostResults = 50;
constexpr std::uint64_t kDeepestOffset = search::kMaxLimit - kMostResults - 1;

struct Asked {
  search::Query query;
  std::uint64_t limit = kDefaultLimit;
  std::size_t tokens = kDefaultTokens;
  std::optional<std::string> cursor;
};

// What both tools take beside the query itself.
Result<Asked> read_asked(Arguments& arguments, std::initializer_list<std::string_view> filters) {
  Asked asked;
  QUARRY_TRY(const auto limit, arguments.number("limit", 1, kMostResults));
  QUARRY_TRY(const auto tokens, arguments.number("max_tokens", kLeastTokens, kMostTokens));
  QUARRY_TRY(asked.cursor, arguments.text("cursor"));
  QUARRY_TRY(asked.query.explain, arguments.flag("explain"));
  asked.limit = limit.value_or(kDefaultLimit);
  asked.tokens = static_cast<std::size_t>(tokens.value_or(kDefaultTokens));
  for (const std::string_view name : filters) {
    QUARRY_TRY(const auto values, arguments.texts(name));
    for (const std::string& value : values)
      QUARRY_CHECK(search::add_filter(name, value, asked.query.filters));
  }
  return asked;
}

std::uint64_t subject_of(std::string_view what, const search::Query& query) {
  std::vector<std::string_view> names;
  for (const auto language : query.filters.languages) names.push_back(corpus::name_of(language));
  for (const auto kind : query.filters.kinds) names.push_back(syntax::name_of(kind));
  return hash64(fmt::format("{}\n{}\n{}\n{}", what, fmt::join(names, "\n"),
                            fmt::join(query.filters.paths, "\n"),
                            fmt::join(query.filters.repositories, "\n")));
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

void append_result(const search::SearchResult& result, std::uint32_t left_out, bool show_repository,
                   std::string& text) {
  text +=
      fmt::format("\n{}. {}{}:{}-{} {} {} [id {:016x}]\n", result.rank,
                  show_repository ? result.repository + " " : std::string{}, result.path, result.start_line,
                  result.end_line, syntax::name_of(result.kind), result.qualified_name, result.id);
  if (!result.why.empty()) {
    std::vector<std::string> reasons;
    for (const auto& evidence : result.why)
      reasons.push_back(fmt::format("{} {:+.2f}", evidence.name, evidence.contribution));
    text += fmt::format("why: {}\n", fmt::join(reasons, ", "));
  }
  if (result.code.empty()) {
    if (!result.signature.empty()) text += result.signature + '\n';
    if (!result.doc.empty()) text += fmt::format("{}\n", first_line(result.doc));
  } else {
    text += fmt::format("```{}\n{}{}```\n", corpus::name_of(result.language), result.code,
                        result.code.ends_with('\n') ? "" : "\n");
  }
  if (left_out > 0) text += fmt::format("({} more lines: read_function id {:016x})\n", left_out, result.id);
}

ToolAnswer to_answer(search::Answer answer, const Asked& asked, const ToolContext& context,
                     std::uint64_t subject) {
  bool more = answer.results.size() > asked.limit;
  if (more) answer.results.resize(asked.limit);
  const std::size_t found = answer.results.size();
  if (!asked.query.explain) {
    for (auto& result : answer.results) result.why.clear();
  }
  Fitted fitted = fit(std::move(answer.results), asked.tokens);
  more = more || fitted.results.size() < found;
  answer.results = std::move(fitted.results);

  ToolAnswer made{to_json(answer), {}};
  const std::size_t views = context.engine.snapshot().views().size();
  made.text = answer.results.empty()
                  ? fmt::format("Nothing found for \"{}\".\n", answer.query)
                  : fmt::format("{} results for \"{}\"\n", answer.results.size(), answer.query);
  for (std::size_t i = 0; i < answer.results.size(); ++i) {
    if (fitted.lines_left_out[i] > 0)
      made.structured["results"][i]["lines_left_out"] = fitted.lines_left_out[i];
    append_result(answer.results[i], fitted.lines_left_out[i], views > 1, made.text);
  }
  const std::uint64_t next = asked.query.offset + answer.results.size();
  if (more && next <= kDeepestOffset) {
    Cursor place{next, answer.index_version, subject};
    if (next < answer.best.size()) place.best = answer.best;
    const std::string cursor = to_text(place);
    made.structured["next_cursor"] = cursor;
    made.text += fmt::format("\nMore results: the same call with cursor \"{}\".\n", cursor);
  }
  return made;
}

Result<ToolAnswer> answer_with(Asked& asked, const ToolContext& context, std::string_view what,
                               const std::function<Result<search::Answer>(const search::Query&)>& ask) {
  const std::uint64_t subject = subject_of(what, asked.query);
  if (asked.cursor) {
    QUARRY_TRY(Cursor place, parse_cursor(*asked.cursor, context.engine.snapshot().version(), subject));
    asked.query.offset = place.offset;
    asked.query.best = std::move(place.best);
    if (asked.query.offset > kDeepestOffset) {
      return fail(ErrorKind::invalid_argument, "cursor: not one that this tool has given");
    }
  }
  asked.query.visible.repositories = context.scope.repositories;
  asked.query.limit = asked.limit + 1;  // one more says whether there is a next page
  QUARRY_TRY(auto answer, ask(asked.query));
  return to_answer(std::move(answer), asked, context, subject);
}

Result<ToolAnswer> run_search(Arguments& arguments, const ToolContext& context) {
  QUARRY_TRY(const auto text, arguments.required_text("query"));
  QUARRY_TRY(auto asked, read_asked(arguments, {"lang", "path", "repo", "kind"}));
  QUARRY_CHECK(arguments.finish());
  QUARRY_CHECK(search::parse_query(text, asked.query));
  if (asked.query.text.empty()) {
    return fail(ErrorKind::invalid_argument, "query: it has filters but no words to search for");
  }
  const std::string what = asked.query.text;
  return answer_with(asked, context, what,
                     [&](const search::Query& query) { return context.engine.search(query); });
}

Result<ToolAnswer> run_similar(Arguments& arguments, const ToolContext& context) {
  QUARRY_TRY(const std::uint32_t unit, named_unit(arguments, context, ""));
  QUARRY_TRY(auto asked, read_asked(arguments, {"lang", "repo", "kind"}));
  QUARRY_CHECK(arguments.finish());
  const auto view = context.engine.space().unit(unit);
  const auto file = context.engine.space().file(view.file);
  return answer_with(asked, context, fmt::format("{}:{}", file.path, view.start_line),
                     [&](const search::Query& query) { return context.engine.similar(unit, query); });
}

// In the order in which they are shown.
void add_common(Json& properties) {
  properties["repo"] = texts_schema("Only these repositories, by their names in list_repositories");
  properties["kind"] = texts_schema("Only these kinds: function, method, class, section");
  properties["limit"] = bounded_schema(1, kMostResults, kDefaultLimit, "Results at most");
  properties["max_tokens"] = tokens_schema(kDefaultTokens);
  properties["cursor"] = string_schema("next_cursor of the page before, with the other arguments unchanged");
  properties["explain"] = flag_schema("Add the evidence that each result's rank rests on");
}

constexpr std::string_view kLanguages = "Only these languages, such as \"python\" or [\"go\", \"rust\"]";

Json search_schema() {
  Json properties{
      {"query",
       string_schema("What the code does, in plain English: \"retry a request with exponential backoff\". "
                     "Names of functions and classes work as well.")},
      {"lang", texts_schema(kLanguages)},
      {"path",
       texts_schema("Only paths that match a glob (\"src/**/*.py\") or begin with a folder (\"net/\"); "
                    "'!' in front excludes")}};
  add_common(properties);
  return object_schema(std::move(properties), {"query"});
}

Json similar_schema() {
  Json properties = place_schemas();
  properties["lang"] = texts_schema(kLanguages);
  add_common(properties);
  return object_schema(std::move(properties), {});
}

}  // namespace

const Tool kSearchTool{
    "search",
    "Search code",
    "Finds functions, methods, classes and sections by a description of what they do, best first, "
    "with their code. Use it to find where something is done when its name is not known; use grep "
    "for exact strings.",
    search_schema,
    answer_schema,
    run_search};

const Tool kSimilarTool{
    "find_similar",
    "Find similar code",
    "Finds code like a given function: duplicates, siblings, other implementations of the same "
    "idea. Name the function by the id of a result, or by path and line.",
    similar_schema,
    answer_schema,
    run_similar};

}  // namespace quarry::server::mcp
