#include "quarry/server/query_log.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <random>

#include "quarry/search/browse.h"
#include "quarry/server/identity.h"
#include "quarry/server/served_index.h"

namespace quarry::server {
namespace {

bool falls_into_sample(double rate) {
  if (rate >= 1) return true;
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator) < rate;
}

std::string to_line(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void QueryLog::note_answer(const search::Answer& answer, const Context& context) {
  if (sink_ == nullptr || !falls_into_sample(rate_)) return;
  auto results = nlohmann::ordered_json::array();
  for (const auto& result : answer.results) {
    results.push_back({{"rank", result.rank},
                       {"id", fmt::format("{:016x}", result.id)},
                       {"repo", result.repository},
                       {"path", result.path},
                       {"start_line", result.start_line},
                       {"name", result.name}});
  }
  sink_->write(to_line({{"event", "query"},
                        {"time", timestamp_now()},
                        {"request_id", context.request_id},
                        {"index", context.index->label},
                        {"query", answer.query},
                        {"took_ms", answer.took_ms},
                        {"results", std::move(results)}}));
}

void QueryLog::note_feedback(const Feedback& feedback, const Context& context) {
  if (sink_ == nullptr) return;
  // The place, since that is what is judged: an id means nothing to whoever reads the file later.
  const auto& space = context.index->engine->space();
  const auto id = search::parse_id(feedback.id);
  const auto unit = id ? search::find_unit(space, *id) : std::nullopt;
  if (!unit || !context.caller.sees(space.repository_of(space.unit(*unit).file))) return;
  const auto place = search::describe_unit(space, *unit);
  if (!place) return;
  constexpr std::string_view kNames[] = {"click", "good", "bad"};
  sink_->write(to_line({{"event", "feedback"},
                        {"time", timestamp_now()},
                        {"request_id", context.request_id},
                        {"index", feedback.label},
                        {"query", feedback.query},
                        {"id", feedback.id},
                        {"repo", place->repository},
                        {"path", place->path},
                        {"start_line", place->start_line},
                        {"end_line", place->end_line},
                        {"name", place->name},
                        {"rank", feedback.rank},
                        {"verdict", kNames[static_cast<std::size_t>(feedback.verdict)]}}));
}

}  // namespace quarry::server
