// POST /v1/feedback: a click on a result, or a verdict.
#include <nlohmann/json.hpp>

#include "quarry/search/browse.h"
#include "quarry/search/query.h"
#include "quarry/server/json_body.h"
#include "quarry/server/live_quality.h"
#include "quarry/server/query_log.h"
#include "quarry/server/question.h"
#include "quarry/server/served_index.h"
#include "quarry/server/services.h"

namespace quarry::server {
namespace {

constexpr std::size_t kMaxLabel = 128;

Result<Feedback> read_feedback(const Request& request, const Context& context) {
  QUARRY_CHECK(check_parameters(request, {}));
  QUARRY_TRY(const auto body, parse_json(request.body));
  if (!body.is_object()) return fail(ErrorKind::invalid_argument, "the body must be a JSON object");
  Feedback feedback{.query = {}, .id = {}, .label = context.index->label};
  std::string verdict;
  for (auto each = body.begin(); each != body.end(); ++each) {
    const std::string& name = each.key();
    const auto& value = each.value();
    const auto take = [&](std::string& text) -> Status {
      if (!value.is_string()) return fail(ErrorKind::invalid_argument, "{} must be a string", name);
      text = value.get<std::string>();
      return {};
    };
    if (name == "query") {
      QUARRY_CHECK(take(feedback.query));
    } else if (name == "id") {
      QUARRY_CHECK(take(feedback.id));
    } else if (name == "verdict") {
      QUARRY_CHECK(take(verdict));
    } else if (name == "version") {
      QUARRY_CHECK(take(feedback.label));
    } else if (name == "rank") {
      if (!value.is_number_integer() || value.get<double>() < 1 || value.get<double>() > search::kMaxLimit) {
        return fail(ErrorKind::invalid_argument, "rank is a whole number from 1 to {}", search::kMaxLimit);
      }
      feedback.rank = value.get<std::size_t>();
    } else {
      return fail(ErrorKind::invalid_argument, "no field is called '{}'", name);
    }
  }
  if (!body.contains("query") || !body.contains("rank")) {
    return fail(ErrorKind::invalid_argument, "query, id, rank and verdict are needed");
  }
  if (feedback.query.size() > search::kMaxQueryBytes || feedback.label.size() > kMaxLabel) {
    return fail(ErrorKind::invalid_argument, "query or version is too long");
  }
  if (!search::parse_id(feedback.id))
    return fail(ErrorKind::invalid_argument, "id is 16 hex digits, as in answers");
  if (verdict == "click") {
    feedback.verdict = Verdict::click;
  } else if (verdict == "good") {
    feedback.verdict = Verdict::good;
  } else if (verdict == "bad") {
    feedback.verdict = Verdict::bad;
  } else {
    return fail(ErrorKind::invalid_argument, "verdict is click, good or bad");
  }
  return feedback;
}

}  // namespace

void add_feedback_routes(Router& router, Services& services) {
  router.add({.method = Method::post,
              .pattern = "/v1/feedback",
              .handler =
                  [&services](const Request& request, Context& context) {
                    const auto feedback = read_feedback(request, context);
                    if (!feedback) return problem(feedback.error());
                    services.quality.note_feedback(feedback->rank, feedback->verdict, feedback->label);
                    services.query_log.note_feedback(*feedback, context);
                    return Response{.status = 204};
                  },
              .lane = Lane::control});
}

}  // namespace quarry::server
