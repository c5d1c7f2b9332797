// What users said about results, as judged questions.
#pragma once

#include <filesystem>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/evaluation/judged_set.h"

namespace quarry::evaluation {

struct Feedback {
  std::vector<Question> questions;  // one a query and repository, with every place that was called good
  std::size_t lines = 0;
  std::size_t without_verdict = 0;  // clicks, and sampled queries that nobody judged
  std::size_t unanswered = 0;       // queries of which nothing was called good
};

// JSON lines {"query", "path", "start_line"?, "end_line"?, "repo"?, "verdict"}; a verdict is "good" or "bad"
// (also "up"/"down", "yes"/"no", true/false, a number above 0 or not). The last verdict on a place counts. A
// place with lines becomes a function target, one without a file target. Errors name the line.
[[nodiscard]] Result<Feedback> read_feedback(const FileSystem& files, const std::filesystem::path& path);

// Whether the first line of the file is feedback rather than a judged question.
[[nodiscard]] bool is_feedback(const FileSystem& files, const std::filesystem::path& path);

}  // namespace quarry::evaluation
