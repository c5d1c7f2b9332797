#include "quarry/training/tuning_journal.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace quarry::training {
namespace {

using nlohmann::json;

constexpr std::array kStates{Trial::State::running, Trial::State::finished, Trial::State::stopped,
                             Trial::State::failed};

// By value: a member that is missing becomes null when it is asked for, and undefined in what is const.
std::optional<Trial> trial_from(json object) {
  Trial trial;
  if (!object["trial"].is_number_unsigned() || !object["point"].is_array() || !object["values"].is_object() ||
      !object["reports"].is_array() || !object["state"].is_string()) {
    return std::nullopt;
  }
  trial.number = object["trial"].get<std::uint64_t>();
  for (const json& coordinate : object["point"]) {
    if (!coordinate.is_number()) return std::nullopt;
    trial.point.push_back(coordinate.get<double>());
  }
  for (const auto& [key, text] : object["values"].items()) {
    if (!text.is_string()) return std::nullopt;
    trial.values[key] = text.get<std::string>();
  }
  for (const json& report : object["reports"]) {
    if (!report.is_array() || report.size() != 2 || !report[0].is_number_unsigned() || !report[1].is_number())
      return std::nullopt;
    trial.reports.emplace_back(report[0].get<std::uint64_t>(), report[1].get<double>());
  }
  if (object.contains("why") && object["why"].is_string()) trial.why = object["why"].get<std::string>();
  for (const Trial::State state : kStates) {
    if (object["state"] == name_of(state)) {
      trial.state = state;
      return trial;
    }
  }
  return std::nullopt;
}

}  // namespace

const char* name_of(Trial::State state) {
  switch (state) {
    case Trial::State::running:
      return "running";
    case Trial::State::finished:
      return "finished";
    case Trial::State::stopped:
      return "stopped";
    case Trial::State::failed:
      return "failed";
  }
  return "";
}

std::string to_json_lines(const Journal& journal) {
  const auto line = [](const json& object) {
    return object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  };
  std::string lines = line({{"space", journal.space}});
  for (const Trial& trial : journal.trials) {
    json object{{"trial", trial.number},
                {"point", trial.point},
                {"values", trial.values},
                {"reports", json::array()},
                {"state", name_of(trial.state)}};
    for (const auto& [step, value] : trial.reports) object["reports"].push_back({step, value});
    if (!trial.why.empty()) object["why"] = trial.why;
    lines += line(object);
  }
  return lines;
}

Result<Journal> parse_journal(std::string_view lines) {
  Journal journal;
  for (std::size_t number = 1; !lines.empty(); ++number) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    json object = json::parse(lines.substr(0, end), nullptr, false);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (number == 1 && object.is_object() && object["space"].is_string()) {
      journal.space = object["space"].get<std::string>();
      continue;
    }
    auto trial = object.is_object() && number > 1 ? trial_from(std::move(object)) : std::nullopt;
    if (!trial) return fail(ErrorKind::corrupt, "line {}: not a trial of a search", number);
    journal.trials.push_back(*std::move(trial));
  }
  if (journal.space.empty()) return fail(ErrorKind::corrupt, "line 1: no search space");
  return journal;
}

}  // namespace quarry::training
