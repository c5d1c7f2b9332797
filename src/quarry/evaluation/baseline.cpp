#include "quarry/evaluation/baseline.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace quarry::evaluation {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMaxBaselineBytes = std::size_t{1} << 28;
constexpr double kRounding = 1e-9;  // a figure that was written and read again is not worse than itself

Result<Measure> measure_from(const ordered_json& object, std::size_t number) {
  const auto broken = [&](std::string_view why) {
    return fail(ErrorKind::invalid_argument, "measure {}: {}", number, why);
  };
  if (!object.is_object()) return broken("not an object");
  Measure measure;
  for (const auto& [key, target] : {std::pair{"task", &measure.task}, std::pair{"metric", &measure.metric}}) {
    const auto at = object.find(key);
    if (at == object.end() || !at->is_string()) return broken(fmt::format("no text \"{}\"", key));
    *target = at->get<std::string>();
  }
  measure.tolerance = kDefaultTolerance;
  const auto value = object.find("value");
  if (value == object.end() || !value->is_number()) return broken("no number \"value\"");
  measure.value = value->get<double>();
  if (const auto at = object.find("tolerance"); at != object.end()) {
    if (!at->is_number() || at->get<double>() < 0) return broken("\"tolerance\" is no number from 0");
    measure.tolerance = at->get<double>();
  }
  if (const auto at = object.find("task_hash"); at != object.end()) {
    const auto text = at->is_string() ? at->get<std::string>() : std::string();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), measure.task_hash, 16);
    if (error != std::errc() || end != text.data() + text.size()) return broken("\"task_hash\" is no hash");
  }
  if (const auto at = object.find("queries"); at != object.end()) {
    if (!at->is_array()) return broken("\"queries\" is no list");
    for (const auto& number_of_query : *at) {
      if (!number_of_query.is_number()) return broken("\"queries\" holds something else than numbers");
      measure.queries.push_back(number_of_query.get<double>());
    }
  }
  return measure;
}

}  // namespace

Baseline baseline_of(std::span<const TaskReport> reports, double tolerance) {
  Baseline baseline;
  for (const TaskReport& report : reports) {
    const SystemResult& system = report.result->systems.front();
    baseline.system = system.system;
    const Metric& main = report.metrics[report.main];
    baseline.measures.push_back({.task = report.result->task,
                                 .metric = name_of(main),
                                 .value = report.systems.front().figures[report.main].mean,
                                 .tolerance = tolerance,
                                 .task_hash = report.result->task_hash,
                                 .queries = values_of(system, main)});
  }
  return baseline;
}

std::string to_json(const Baseline& baseline) {
  ordered_json object;
  object["format"] = 1;
  object["system"] = baseline.system;
  for (const Measure& measure : baseline.measures) {
    ordered_json entry;
    entry["task"] = measure.task;
    entry["metric"] = measure.metric;
    entry["value"] = measure.value;
    entry["tolerance"] = measure.tolerance;
    entry["task_hash"] = fmt::format("{:016x}", measure.task_hash);
    entry["queries"] = measure.queries;
    object["measures"].push_back(std::move(entry));
  }
  return object.dump(1) + "\n";
}

Result<Baseline> read_baseline(const FileSystem& files, const std::filesystem::path& path) {
  QUARRY_TRY(const std::string text, files.read(path, kMaxBaselineBytes));
  const auto object = ordered_json::parse(text, nullptr, false);
  if (!object.is_object() || !object.contains("measures") || !object["measures"].is_array() ||
      object["measures"].empty()) {
    return fail(ErrorKind::invalid_argument,
                "{}: not a baseline ({{\"measures\": [{{\"task\", \"metric\", \"value\"}}]}} wanted); "
                "--write-baseline makes one",
                path.string());
  }
  if (object.contains("format") && object["format"] != 1) {
    return fail(ErrorKind::version_mismatch, "{}: format {}, this program reads format 1", path.string(),
                object["format"].dump());
  }
  Baseline baseline;
  if (object.contains("system") && object["system"].is_string()) baseline.system = object["system"];
  for (const auto& entry : object["measures"]) {
    auto measure = measure_from(entry, baseline.measures.size() + 1);
    if (!measure) return fail_in(path.string(), std::move(measure).error());
    baseline.measures.push_back(*std::move(measure));
  }
  return baseline;
}

Result<std::vector<Verdict>> compare(const Baseline& baseline, std::span<const TaskReport> reports,
                                     const Sampling& sampling) {
  std::vector<Verdict> verdicts;
  for (const Measure& measure : baseline.measures) {
    const TaskReport* report = nullptr;
    for (const TaskReport& candidate : reports) {
      if (candidate.result->task == measure.task) report = &candidate;
    }
    if (report == nullptr) {
      return fail(ErrorKind::invalid_argument,
                  "the baseline measures the task {}, which was not evaluated: name it with --task {}=PATH",
                  measure.task, measure.task);
    }
    if (measure.task_hash != 0 && report->result->task_hash != 0 &&
        measure.task_hash != report->result->task_hash) {
      return fail(ErrorKind::invalid_argument,
                  "the questions or judgments of {} are not those of the baseline: measure the system in "
                  "service on them with --write-baseline first",
                  measure.task);
    }
    QUARRY_TRY(const Metric metric, metric_from_name(measure.metric));
    const SystemResult& system = report->result->systems.front();
    const Grouping groups = grouping_of(system);
    std::vector<double> values = values_of(system, metric);
    Verdict verdict{.task = measure.task,
                    .metric = measure.metric,
                    .before = measure.value,
                    .now = grouped_mean(values, groups),
                    .tolerance = measure.tolerance,
                    .worse = false,
                    .paired = !values.empty() && measure.queries.size() == values.size(),
                    .interval = {}};
    verdict.worse = verdict.now < verdict.before - verdict.tolerance - kRounding;
    if (verdict.paired) {
      for (std::size_t i = 0; i < values.size(); ++i) values[i] -= measure.queries[i];
      verdict.interval = bootstrap(values, groups, sampling);
    }
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

std::string to_sentence(const Verdict& verdict) {
  const double difference = verdict.now - verdict.before;
  std::string text = fmt::format("{} {}: {:.4f}, before {:.4f}: ", verdict.task, verdict.metric, verdict.now,
                                 verdict.before);
  text += std::abs(difference) < kRounding
              ? std::string("equal")
              : fmt::format("{} by {:.4f}", difference < 0 ? "worse" : "better", std::abs(difference));
  if (verdict.paired) {
    text += fmt::format(" (95 % interval of the difference {:+.4f} to {:+.4f})", verdict.interval.low,
                        verdict.interval.high);
  }
  return text + fmt::format(", tolerance {:.4f}", verdict.tolerance);
}

}  // namespace quarry::evaluation
