// GET and POST /v1/search, GET /v1/similar.
#include <nlohmann/json.hpp>

#include "quarry/search/answer.h"
#include "quarry/search/browse.h"
#include "quarry/server/cursor.h"
#include "quarry/server/live_quality.h"
#include "quarry/server/metrics.h"
#include "quarry/server/query_log.h"
#include "quarry/server/question.h"
#include "quarry/server/served_index.h"
#include "quarry/server/services.h"

namespace quarry::server {
namespace {

constexpr std::size_t kMaxOffset = 2000;  // results that paging reaches

// Moves the question to the page of its cursor, and to the side that gave it.
std::optional<Response> turn_to_page(Question& question, const Services& services, Context& context) {
  if (question.cursor.empty()) return std::nullopt;
  const auto cursor = parse_cursor(question.cursor, query_key(question.query));
  if (!cursor) return problem(cursor.error());
  const auto index = services.catalog.side(cursor->side);
  if (index == nullptr || index->engine->snapshot().version() != cursor->index_version) {
    return problem(410, "the index has changed since this cursor was made; ask again without it");
  }
  context.index = index;
  question.query.offset = cursor->offset;
  question.query.best = cursor->best;
  return std::nullopt;
}

Response answer_of(const Services& services, Context& context, Result<search::Answer> answer,
                   const search::Query& query, bool paged) {
  if (!answer) return problem(answer.error());
  const auto& index = *context.index;
  services.metrics.count_answer(*answer, index);
  const std::size_t next = query.offset + answer->results.size();
  if (paged && answer->more && next <= kMaxOffset) {
    const bool shows_best = next < answer->best.size();
    answer->next_cursor = format_cursor({.offset = next,
                                         .index_version = answer->index_version,
                                         .side = index.name,
                                         .best = shows_best ? answer->best : search::PlaceOrder{}},
                                        query_key(query));
  }
  return {.status = 200, .body = search::to_json_text(*answer)};
}

// A question that is still being typed is answered, but it is not yet what somebody asks.
bool is_draft(const Request& request) {
  return request.header("quarry-draft").value_or("") == "1";
}

Response answer_question(const Services& services, Result<Question> question, bool draft, Context& context) {
  if (!question) return problem(question.error());
  if (auto refusal = turn_to_page(*question, services, context)) return std::move(*refusal);
  auto& query = question->query;
  query.visible.repositories = context.caller.repositories;
  auto answer = context.index->engine->search(query);
  if (answer) {
    // As it was typed: that is what a client knows it by.
    answer->query = question->asked;
    if (!draft) {
      services.quality.note_answer(*answer, context.index->label, std::chrono::steady_clock::now());
      services.query_log.note_answer(*answer, context);
    }
  }
  return answer_of(services, context, std::move(answer), query, true);
}

// The unit that ?id= or ?repo=&path=&line= names, where the caller may see it.
Result<std::uint32_t> named_unit(const Request& request, const Context& context) {
  const auto& space = context.index->engine->space();
  const auto unseen = [] { return fail(ErrorKind::not_found, "no such function is in the index"); };
  if (const auto text = request.parameter("id")) {
    const auto id = search::parse_id(*text);
    if (!id) return fail(ErrorKind::invalid_argument, "id is 16 hex digits, as in answers");
    const auto unit = search::find_unit(space, *id);
    if (!unit || !context.caller.sees(space.repository_of(space.unit(*unit).file))) return unseen();
    return *unit;
  }
  const auto path = request.parameter("path");
  if (!path) return fail(ErrorKind::invalid_argument, "say which function: id, or path and line");
  QUARRY_TRY(const auto line, number_parameter(request, "line", 1, UINT32_MAX, 0));
  if (line == 0) return fail(ErrorKind::invalid_argument, "path wants line beside it");
  const auto file = search::find_file(space, request.parameter("repo").value_or(""), *path);
  if (!file || !context.caller.sees(space.repository_of(*file))) return unseen();
  const auto unit = search::find_unit_at(space, *file, static_cast<std::uint32_t>(line));
  if (!unit) return unseen();
  return *unit;
}

Result<search::Answer> similar(const Request& request, const Context& context, search::Query& query) {
  constexpr std::string_view kKnown[] = {"id", "repo", "path", "line", "n"};
  constexpr std::string_view kLists[] = {"lang", "kind"};
  QUARRY_CHECK(check_parameters(request, kKnown, kLists));
  QUARRY_TRY(query.limit, number_parameter(request, "n", 1, search::kMaxLimit, query.limit));
  for (const auto& [name, value] : request.parameters) {
    if (name == "lang" || name == "kind") QUARRY_CHECK(search::add_filter(name, value, query.filters));
  }
  query.visible.repositories = context.caller.repositories;
  QUARRY_TRY(const auto unit, named_unit(request, context));
  return context.index->engine->similar(unit, query);
}

}  // namespace

void add_search_routes(Router& router, Services& services) {
  router.add({.pattern = "/v1/search", .handler = [&services](const Request& request, Context& context) {
                return answer_question(services, question_of_parameters(request), is_draft(request), context);
              }});
  router.add({.method = Method::post,
              .pattern = "/v1/search",
              .handler = [&services](const Request& request, Context& context) {
                return answer_question(services, question_of_json(request), is_draft(request), context);
              }});
  router.add({.pattern = "/v1/similar", .handler = [&services](const Request& request, Context& context) {
                search::Query query;
                return answer_of(services, context, similar(request, context, query), query, false);
              }});
}

}  // namespace quarry::server
