#include "quarry/evaluation/report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace quarry::evaluation {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kShownResults = 10;  // of an answer, in per-query lines

using Key = std::string GradedQuery::*;

std::map<std::string, Part> parts_by(const SystemResult& result, Key key, std::span<const Metric> metrics) {
  std::map<std::string, SystemResult> split;
  for (const GradedQuery& query : result.queries) {
    if ((query.*key).empty()) continue;
    split[query.*key].queries.push_back(query);
  }
  std::map<std::string, Part> parts;
  for (const auto& [name, part] : split) {
    Part& summary = parts[name];
    summary.queries = part.queries.size();
    const Grouping groups = grouping_of(part);
    for (const Metric& metric : metrics) {
      summary.means.push_back(grouped_mean(values_of(part, metric), groups));
    }
  }
  return parts;
}

ordered_json json_of(const std::map<std::string, Part>& parts, std::span<const Metric> metrics) {
  ordered_json object = ordered_json::object();
  for (const auto& [name, part] : parts) {
    object[name]["queries"] = part.queries;
    for (std::size_t m = 0; m < metrics.size(); ++m) object[name][name_of(metrics[m])] = part.means[m];
  }
  return object;
}

}  // namespace

std::vector<Metric> metrics_at(std::span<const std::size_t> cutoffs) {
  std::vector<Metric> metrics;
  for (const std::size_t k : cutoffs) {
    for (const auto kind : {Metric::Kind::ndcg, Metric::Kind::mrr, Metric::Kind::recall, Metric::Kind::hit}) {
      metrics.push_back({.kind = kind, .cutoff = k});
    }
  }
  metrics.push_back({.kind = Metric::Kind::map, .cutoff = 0});
  return metrics;
}

std::vector<double> values_of(const SystemResult& result, const Metric& metric) {
  std::vector<double> values;
  values.reserve(result.queries.size());
  for (const GradedQuery& query : result.queries) values.push_back(value_of(metric, query.judged));
  return values;
}

Grouping grouping_of(const SystemResult& result) {
  std::vector<std::string> names;
  names.reserve(result.queries.size());
  for (const GradedQuery& query : result.queries) names.push_back(query.group);
  return group_by(names);
}

TaskReport report_on(const TaskResult& result, std::span<const Metric> metrics, const Sampling& sampling) {
  TaskReport report;
  report.result = &result;
  report.metrics.assign(metrics.begin(), metrics.end());
  const auto main = std::find(metrics.begin(), metrics.end(), result.main);
  report.main = main == metrics.end() ? 0 : static_cast<std::size_t>(main - metrics.begin());
  if (result.systems.empty()) return report;
  report.queries = result.systems.front().queries.size();
  const Grouping groups = grouping_of(result.systems.front());
  report.groups = groups.count;
  std::vector<std::vector<double>> first;  // a metric: the first system's values
  for (const SystemResult& system : result.systems) {
    SystemReport summary;
    summary.system = system.system;
    Comparison comparison{
        .system = system.system, .against = result.systems.front().system, .differences = {}, .p = {}};
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      std::vector<double> values = values_of(system, metrics[m]);
      summary.figures.push_back({grouped_mean(values, groups), bootstrap(values, groups, sampling)});
      if (&system == &result.systems.front()) {
        first.push_back(std::move(values));
        continue;
      }
      for (std::size_t i = 0; i < values.size(); ++i) values[i] -= first[m][i];
      comparison.differences.push_back({grouped_mean(values, groups), bootstrap(values, groups, sampling)});
      comparison.p.push_back(randomisation_test(values, groups, sampling));
    }
    summary.by_language = parts_by(system, &GradedQuery::language, metrics);
    summary.by_kind = parts_by(system, &GradedQuery::kind, metrics);
    summary.by_group = parts_by(system, &GradedQuery::group, metrics);
    report.systems.push_back(std::move(summary));
    if (!comparison.differences.empty()) report.comparisons.push_back(std::move(comparison));
  }
  return report;
}

ordered_json to_json(const TaskReport& report) {
  ordered_json object;
  object["task"] = report.result->task;
  object["layout"] = report.result->layout;
  object["main"] = name_of(report.result->main);
  object["queries"] = report.queries;
  object["groups"] = report.groups;
  object["task_hash"] = fmt::format("{:016x}", report.result->task_hash);
  object["data_hash"] = fmt::format("{:016x}", report.result->data_hash);
  object["systems"] = ordered_json::array();
  for (const SystemReport& system : report.systems) {
    ordered_json entry;
    entry["system"] = system.system;
    for (std::size_t m = 0; m < report.metrics.size(); ++m) {
      const Figure& figure = system.figures[m];
      entry["metrics"][name_of(report.metrics[m])] = {
          {"mean", figure.mean}, {"low", figure.interval.low}, {"high", figure.interval.high}};
    }
    entry["by_language"] = json_of(system.by_language, report.metrics);
    entry["by_kind"] = json_of(system.by_kind, report.metrics);
    entry["by_group"] = json_of(system.by_group, report.metrics);
    object["systems"].push_back(std::move(entry));
  }
  object["comparisons"] = ordered_json::array();
  for (const Comparison& comparison : report.comparisons) {
    ordered_json entry;
    entry["system"] = comparison.system;
    entry["against"] = comparison.against;
    for (std::size_t m = 0; m < report.metrics.size(); ++m) {
      const Figure& figure = comparison.differences[m];
      entry["metrics"][name_of(report.metrics[m])] = {{"difference", figure.mean},
                                                      {"low", figure.interval.low},
                                                      {"high", figure.interval.high},
                                                      {"p", comparison.p[m]}};
    }
    object["comparisons"].push_back(std::move(entry));
  }
  return object;
}

std::string to_json_lines(const TaskReport& report) {
  std::string lines;
  for (const SystemResult& system : report.result->systems) {
    for (const GradedQuery& query : system.queries) {
      ordered_json line;
      line["task"] = report.result->task;
      line["system"] = system.system;
      line["id"] = query.id;
      line["repo"] = query.group;
      line["language"] = query.language;
      line["kind"] = query.kind;
      line["query"] = query.text;
      for (const Metric& metric : report.metrics) line[name_of(metric)] = value_of(metric, query.judged);
      line["top"] = ordered_json::array();
      for (std::size_t i = 0; i < std::min(kShownResults, query.found.size()); ++i) {
        line["top"].push_back(query.found[i].id);
      }
      lines += line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
    }
  }
  return lines;
}

}  // namespace quarry::evaluation
