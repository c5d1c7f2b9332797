// From graded queries to figures: means with intervals, by language and kind, and one system against another.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "quarry/evaluation/evaluation.h"
#include "quarry/evaluation/statistics.h"

namespace quarry::evaluation {

struct Figure {
  double mean = 0;  // over groups of the mean within each
  Interval interval;
};

struct Part {
  std::size_t queries = 0;
  std::vector<double> means;  // a metric
};

struct SystemReport {
  std::string system;
  std::vector<Figure> figures;  // a metric
  std::map<std::string, Part> by_language;
  std::map<std::string, Part> by_kind;
  std::map<std::string, Part> by_group;
};

// `system` against the first system of the task: positive means better.
struct Comparison {
  std::string system;
  std::string against;
  std::vector<Figure> differences;  // a metric
  std::vector<double> p;            // of the paired randomisation test, a metric
};

struct TaskReport {
  const TaskResult* result = nullptr;
  std::vector<Metric> metrics;
  std::size_t main = 0;  // position of the task's own metric
  std::size_t queries = 0;
  std::size_t groups = 0;
  std::vector<SystemReport> systems;
  std::vector<Comparison> comparisons;
};

// ndcg, mrr, recall and hit at each cutoff, and map.
[[nodiscard]] std::vector<Metric> metrics_at(std::span<const std::size_t> cutoffs);

// `result` must outlive the report.
[[nodiscard]] TaskReport report_on(const TaskResult& result, std::span<const Metric> metrics,
                                   const Sampling& sampling);

[[nodiscard]] std::vector<double> values_of(const SystemResult& result, const Metric& metric);
[[nodiscard]] Grouping grouping_of(const SystemResult& result);

// {"task", "layout", "main", "queries", "groups", "task_hash", "data_hash", "systems": [{"system", "metrics":
// {name: {"mean", "low", "high"}}, "by_language": {name: {"queries", metrics...}}, "by_kind", "by_group"}],
// "comparisons": [{"system", "against", "metrics": {name: {"difference", "low", "high", "p"}}}]}
[[nodiscard]] nlohmann::ordered_json to_json(const TaskReport& report);

// A line a query and system: {"task", "system", "id", "repo", "language", "kind", "query", metrics ...,
// "top"}.
[[nodiscard]] std::string to_json_lines(const TaskReport& report);

}  // namespace quarry::evaluation
