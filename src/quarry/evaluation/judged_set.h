// Judged questions: what was asked, of which repository, and which places answer it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"

namespace quarry::evaluation {

struct Lines {
  std::uint32_t first = 0;  // 1-based, inclusive
  std::uint32_t last = 0;
};

// A place that answers a question. A file target is met by any result of the file (that overlaps `lines`,
// where given); a function target by a result that is mostly that function.
struct Target {
  std::string path;  // relative to the repository
  std::optional<Lines> lines;
  bool function = false;
};

struct Question {
  std::string repository;  // last part of its name
  std::string root;        // the folder in it that is indexed, "" for all
  std::string language;
  std::string kind;
  std::string text;
  std::vector<Target> targets;
  std::string set{};    // the file it was read from
  bool masked = false;  // made out of the targets' docs, which must be hidden from whoever answers
  [[nodiscard]] bool by_function() const { return !targets.empty() && targets.front().function; }
};

// JSON lines: {"repo", "language", "query", "benchmark_root"|"root", "category"|"kind", "relevant": [{"path",
// "start_line"?, "end_line"?} or {"path", "name", "start", "end"}], "secondary": [...], "masked"?}. Errors
// name the line.
[[nodiscard]] Result<std::vector<Question>> read_questions(const FileSystem& files,
                                                           const std::filesystem::path& path);

// A result's place, relative to the repository.
struct Place {
  std::string path;
  Lines lines;
};

// Whether `place` meets `target`: same path (one may be a /-suffix of the other); for a function target at
// least half of its lines and at most 3 times as many plus 20.
[[nodiscard]] bool covers(const Place& place, const Target& target);

}  // namespace quarry::evaluation
