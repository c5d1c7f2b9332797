// quarry search: one query, or a batch of them.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>

#include "quarry/cli/answer_printer.h"
#include "quarry/cli/batch.h"
#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/line_reader.h"
#include "quarry/cli/search_session.h"

namespace quarry::cli {
namespace {

constexpr Flag kQueries{
    .name = "queries",
    .type = ValueType::text,
    .value = "FILE|-",
    .brief = "Answer every line of FILE (-: standard input), a JSON object a line",
    .details =
        "A line is a query as one would type it, or a JSON object: {\"query\": \"...\", \"lang\": "
        "\"go\", \"limit\": 5}. Answers come in the order of the queries, each as soon as it is "
        "known; a line that makes no sense gets {\"query\", \"error\"}, and the exit status is 2.",
    .completion = Completion::file};

constexpr std::array kBatchFlags{&kQueries};
constexpr std::array kIndexFlags{&kIndexDirectory, &kNoRefresh,    &kRevision,   &kModel,    &kNoVectors,
                                 &kWeights,        &kNoSecondLook, &kName,       &kNoSource, &kMaxFileSize,
                                 &kNoDefaultRules, &kNoIgnore,     &kGraphUnits, &kThreads};
constexpr std::array kGroups{FlagGroup{"Filters", kFilterFlags}, FlagGroup{"Output", kOutputFlags},
                             FlagGroup{"Batches", kBatchFlags}, FlagGroup{"Reranking", kRerankFlags},
                             FlagGroup{"Index", kIndexFlags}};
constexpr std::array kArguments{
    Argument{.name = "QUERY",
             .required = false,
             .brief = "What the code does, in your own words; with lang: path: kind: repo: filters"},
    Argument{.name = "PATH",
             .required = false,
             .brief = "The folder or repository to search; the current folder without it",
             .completion = Completion::folder}};
constexpr std::array kExamples{
    Example{"quarry search 'concatenate files together'",
            "Search the current folder; it is indexed first where it never was."},
    Example{"quarry search 'lang:go path:net/ retry with backoff' ~/src/moby",
            "Filters stand in the query or in flags."},
    Example{"quarry search --json -n 3 'parse a date' | jq '.results[].path'", "For programs."},
    Example{"vim -q <(quarry search -f vimgrep 'open a socket')", "For editors."},
    Example{"quarry search --queries queries.txt --index /srv/code > answers.jsonl",
            "Many queries, one index."}};

struct Asked {
  std::string query;  // empty with --queries
  std::string where = ".";
};

// With --queries the only argument is PATH.
Result<Asked> read_arguments(const Context& context) {
  const auto& words = context.arguments;
  const bool batch = !context.settings.text(kQueries).empty();
  if (batch && words.size() > 1) {
    return fail(ErrorKind::invalid_argument,
                "search: --queries brings the queries; the one argument beside it is PATH");
  }
  if (!batch && words.empty())
    return fail(ErrorKind::invalid_argument, "search: QUERY is missing; see `quarry search -h`");
  Asked asked;
  if (!batch) asked.query = words[0];
  if (words.size() > (batch ? 0U : 1U)) {
    asked.where = words.back();
    if (const auto index = context.settings.text(kIndexDirectory); !index.empty()) {
      return fail(ErrorKind::invalid_argument,
                  "search: '{}' and --index {} both say where to search; leave one out (a folder of the "
                  "index: --path)",
                  asked.where, index);
    }
    // A second word that is no folder is most likely a part of the query.
    std::error_code ignored;
    const bool is_url = asked.where.find(':') != std::string::npos;
    if (!batch && !is_url && !std::filesystem::exists(asked.where, ignored)) {
      return fail(ErrorKind::not_found, "search: no folder '{}'; put a query of several words in quotes",
                  asked.where);
    }
  }
  return asked;
}

Result<int> search_once(const Context& context, const Asked& asked) {
  auto query = query_of(context.settings);
  QUARRY_CHECK(search::parse_query(asked.query, query));
  QUARRY_TRY(const auto engine, open_session(context, asked.where));
  QUARRY_TRY(const auto answer, engine->search(query));
  for (const auto& shortfall : {answer.degraded, answer.not_reranked}) {
    if (!shortfall.empty()) context.warn(shortfall);
  }
  auto options = print_options(context.settings);
  options.locate = locator_of(engine->snapshot());
  options.show_repository = engine->snapshot().views().size() > 1 && context.settings.is_set(kIndexDirectory);
  print_answer(answer, options, context.terminal, context.out);
  if (answer.results.empty() && context.terminal.interactive) {
    context.note(query.text.empty() ? "the query has no words to search for" : "nothing found");
  }
  return answer.results.empty() ? kNothingFound : kFound;
}

Result<int> search_batch(const Context& context, const Asked& asked) {
  const auto file = context.settings.text(kQueries);
  QUARRY_TRY(auto lines, LineReader::open(file));
  QUARRY_TRY(const auto engine, open_session(context, asked.where));
  const auto defaults = query_of(context.settings);
  bool found = false;
  bool failed = false;
  std::string line;
  while (!context.out.reader_gone()) {
    QUARRY_TRY(const bool more, lines.next(line));
    if (!more) break;
    Result<search::Answer> answer = search::Answer{};
    const auto query = parse_batch_line(line, defaults);
    if (query) {
      answer = engine->search(*query);
    } else {
      answer = tl::unexpected(query.error());
    }
    if (answer) {
      found = found || !answer->results.empty();
      context.out.write(json_line(*answer));
    } else {
      failed = true;
      const nlohmann::ordered_json error{{"query", line.substr(0, search::kMaxQueryBytes)},
                                         {"error", answer.error().message}};
      context.out.write(error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    }
    context.out.flush();
  }
  return failed ? kFailed : found ? kFound : kNothingFound;
}

Result<int> run_search(Context& context) {
  QUARRY_TRY(const auto asked, read_arguments(context));
  return context.settings.text(kQueries).empty() ? search_once(context, asked) : search_batch(context, asked);
}

}  // namespace

const Command kSearchCommand{.name = "search",
                             .brief = "Find functions by describing what they do",
                             .details =
                                 "Answers with the functions, methods, classes and sections that fit the "
                                 "description best, the best first. A "
                                 "folder that was never indexed is indexed first; an index of files that "
                                 "have changed is refreshed.\n\n"
                                 "On a terminal the code is shown in colours, with the words of the query "
                                 "marked; in a pipe as plain text that "
                                 "begins each result with path:first-last: kind name.",
                             .arguments = kArguments,
                             .groups = kGroups,
                             .examples = kExamples,
                             .run = run_search};

}  // namespace quarry::cli
