// The gate: what the system in service measured, kept as a file, and whether another one is worse.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/evaluation/report.h"

namespace quarry::evaluation {

// One figure that must not fall.
struct Measure {
  std::string task;
  std::string metric;
  double value = 0;
  double tolerance = 0;         // how far below `value` is still accepted
  std::uint64_t task_hash = 0;  // of the questions; 0: not known, not compared
  std::vector<double> queries;  // in the order of the task; empty: no interval can be given
};

struct Baseline {
  std::string system;  // what was measured, for messages
  std::vector<Measure> measures;
};

inline constexpr double kDefaultTolerance = 0.01;

// The main metric of each task of its first system.
[[nodiscard]] Baseline baseline_of(std::span<const TaskReport> reports, double tolerance);

// {"format": 1, "system", "measures": [{"task", "metric", "value", "tolerance", "task_hash"?, "queries"?}]}.
// A file written by hand needs task, metric and value. ErrorKind::invalid_argument names what is wrong.
[[nodiscard]] std::string to_json(const Baseline& baseline);
[[nodiscard]] Result<Baseline> read_baseline(const FileSystem& files, const std::filesystem::path& path);

struct Verdict {
  std::string task;
  std::string metric;
  double before = 0;
  double now = 0;
  double tolerance = 0;
  bool worse = false;  // now < before - tolerance
  bool paired = false;
  Interval interval;  // of now - before, where paired
};

// The first system of each report against the baseline. A measure whose task or metric was not evaluated, or
// whose questions were others, is ErrorKind::invalid_argument: a gate that compares nothing must not open.
[[nodiscard]] Result<std::vector<Verdict>> compare(const Baseline& baseline,
                                                   std::span<const TaskReport> reports,
                                                   const Sampling& sampling);

// "bench.files ndcg@10: 0.8512, before 0.8840: worse by 0.0328 (95 % interval of the difference -0.0450 to
// -0.0210), tolerance 0.0100"
[[nodiscard]] std::string to_sentence(const Verdict& verdict);

}  // namespace quarry::evaluation
