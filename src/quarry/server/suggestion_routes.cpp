// GET /v1/suggestions: questions to begin with, and completions while one types.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "quarry/base/ascii.h"
#include "quarry/search/query.h"
#include "quarry/search/suggestions.h"
#include "quarry/server/question.h"
#include "quarry/server/served_index.h"
#include "quarry/server/services.h"

namespace quarry::server {
namespace {

// Those that the demo of the talk offered.
constexpr std::array<std::string_view, 5> kTalk{
    "concatenate files together", "pretty prints the statistics aggregated by summary", "start flask app",
    "compute new velocities for every particle", "return the ip of the device"};
constexpr std::uint64_t kMaxSuggestions = 50;

bool holds(std::string_view text, std::string_view part) {
  const auto alike = [](char a, char b) { return ascii::to_lower(a) == ascii::to_lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), alike) != text.end();
}

Result<nlohmann::ordered_json> suggest(const Request& request, const Context& context) {
  constexpr std::string_view kKnown[] = {"q", "n"};
  QUARRY_CHECK(check_parameters(request, kKnown));
  QUARRY_TRY(const auto count, number_parameter(request, "n", 1, kMaxSuggestions, 10));
  const auto typed = request.parameter("q").value_or("");
  if (typed.size() > search::kMaxQueryBytes) {
    return fail(ErrorKind::invalid_argument, "q has {} bytes; at most {} are completed", typed.size(),
                search::kMaxQueryBytes);
  }
  const auto& space = context.index->engine->space();
  const search::Visibility visible{context.caller.repositories};
  auto list = nlohmann::ordered_json::array();
  const auto add = [&](std::string_view query, std::string_view source) {
    if (list.size() < count) list.push_back({{"query", query}, {"source", source}});
  };
  QUARRY_TRY(const auto questions,
             search::example_questions(space, visible, typed.empty() ? count : kMaxSuggestions));
  for (const auto query : kTalk) {
    if (typed.empty() || holds(query, typed)) add(query, "talk");
  }
  for (const auto& query : questions) {
    if (typed.empty() || holds(query, typed)) add(query, "index");
  }
  for (const auto& name : search::complete_names(space, visible, typed, count)) add(name, "prefix");
  return nlohmann::ordered_json{{"suggestions", std::move(list)}};
}

}  // namespace

void add_suggestion_routes(Router& router, Services& /*services*/) {
  router.add({.pattern = "/v1/suggestions", .handler = [](const Request& request, Context& context) {
                const auto suggested = suggest(request, context);
                return suggested ? json_response(*suggested) : problem(suggested.error());
              }});
}

}  // namespace quarry::server
