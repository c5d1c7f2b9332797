// Runs systems over a task: indexes what is searched with the product's own code, asks every question, judges
// the answers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/corpus/source.h"
#include "quarry/evaluation/metrics.h"
#include "quarry/evaluation/system.h"
#include "quarry/evaluation/task.h"

namespace quarry::evaluation {

struct FoundItem {
  std::string id;  // of the document, or "path:first-last"
  float score = 0;
};

struct GradedQuery {
  std::string id;     // "REPOSITORY:17" or the document task's own
  std::string group;  // the repository; one for all in document tasks
  std::string language;
  std::string kind;
  std::string text;
  std::vector<FoundItem> found;  // best first
  Judged judged;
};

struct SystemResult {
  std::string system;
  std::vector<GradedQuery> queries;  // in the order of the task, the same for every system
};

struct TaskResult {
  std::string task;
  std::string layout;
  Metric main;
  std::uint64_t task_hash = 0;  // Task::hash
  std::uint64_t data_hash = 0;  // of what was searched: every file's path and content; 0 where nothing was
  std::vector<SystemResult> systems;
};

struct EvaluationOptions {
  std::filesystem::path work;  // indexes and unpacked sources; kept by whoever gave it
  std::size_t depth = 10;      // results asked for; what is found may depend on it, as for any user
  corpus::ListOptions listing;
  std::size_t threads = 0;  // to index with; 0: one a core
  std::function<void(std::string_view what, std::size_t done, std::size_t total)> progress;
  std::stop_token stop;
};

[[nodiscard]] Result<TaskResult> evaluate(FileSystem& files, const Task& task,
                                          std::span<const System> systems, const EvaluationOptions& options);

// Judges somebody else's runs by the task. A query that a run lacks found nothing. For places, documents are
// "path:first-last" (paths in the repository) under the queries "REPOSITORY:17", numbered through the task.
[[nodiscard]] Result<TaskResult> judge_runs(const Task& task, std::span<const NamedRun> runs);

// A task that has nothing but judgments, for runs.
[[nodiscard]] Task task_of_judgments(std::string name, Judgments judgments, std::size_t cutoff);

[[nodiscard]] NamedRun run_of(const SystemResult& result);

}  // namespace quarry::evaluation
