// Answers as JSON: the shape that command line, server, MCP and evaluation files share.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "quarry/search/answer.h"

namespace quarry::search {
namespace {

// A float as the double that its shortest decimal form names: 0.1, not 0.10000000149011612.
double shortest(float value) {
  if (!std::isfinite(value)) return 0;
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  double result = 0;
  std::from_chars(std::begin(digits), end, result);
  return result;
}

}  // namespace

nlohmann::ordered_json to_json(const SearchResult& result) {
  auto why = nlohmann::ordered_json::object();
  for (const auto& evidence : result.why) {
    why[evidence.name] = {{"value", shortest(evidence.value)},
                          {"contribution", shortest(evidence.contribution)}};
  }
  return {{"rank", result.rank},
          {"score", shortest(result.score)},
          {"id", fmt::format("{:016x}", result.id)},
          {"repo", result.repository},
          {"path", result.path},
          {"start_line", result.start_line},
          {"end_line", result.end_line},
          {"language", corpus::name_of(result.language)},
          {"kind", syntax::name_of(result.kind)},
          {"name", result.name},
          {"qualified_name", result.qualified_name},
          {"signature", result.signature},
          {"doc", result.doc},
          {"code", result.code},
          {"why", std::move(why)}};
}

nlohmann::ordered_json to_json(const Answer& answer) {
  auto results = nlohmann::ordered_json::array();
  for (const auto& result : answer.results) results.push_back(to_json(result));
  // Microseconds are as fine as the clock is worth.
  nlohmann::ordered_json json{
      {"query", answer.query},
      {"took_ms", std::isfinite(answer.took_ms) ? std::round(answer.took_ms * 1e3) / 1e3 : 0.0},
      {"index", {{"version", answer.index_version}, {"model", answer.model}}}};
  if (!answer.degraded.empty()) json["degraded"] = answer.degraded;
  json["results"] = std::move(results);
  if (answer.facets) {
    json["facets"] = {{"lang", to_json(answer.facets->languages)},
                      {"repo", to_json(answer.facets->repositories)},
                      {"kind", to_json(answer.facets->kinds)},
                      {"path", to_json(answer.facets->folders)}};
  }
  return json;
}

nlohmann::ordered_json to_json(const Facets::Counts& counts) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& [value, count] : counts) list.push_back({{"value", value}, {"count", count}});
  return list;
}

}  // namespace quarry::search
