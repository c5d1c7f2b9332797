// GET and POST /v1/search.
#include <charconv>
#include <nlohmann/json.hpp>

#include "quarry/search/answer.h"
#include "quarry/server/services.h"

namespace quarry::server {
namespace {

Response search(const Request& request, Context& context) {
  search::Query query;
  if (const auto n = request.parameter("n")) {
    const auto parsed = std::from_chars(n->data(), n->data() + n->size(), query.limit);
    if (parsed.ec != std::errc{} || parsed.ptr != n->data() + n->size())
      return problem(400, "n must be a number");
  }
  if (const auto parsed = search::parse_query(request.parameter("q").value_or(""), query); !parsed) {
    return problem(parsed.error());
  }
  const auto answer = context.index->engine->search(query);
  if (!answer) return problem(answer.error());
  return json_response(search::to_json(*answer));
}

}  // namespace

void add_search_routes(Router& router, Services& /*services*/) {
  router.add({.pattern = "/v1/search", .handler = search});
}

}  // namespace quarry::server
