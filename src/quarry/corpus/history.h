// What the commits of a repository changed: subjects, and the lines that are new in each file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::corpus {

struct LineSpan {
  std::uint32_t first = 0;  // 1-based
  std::uint32_t last = 0;   // inclusive
};

struct ChangedFile {
  std::string path;             // relative to the source's root
  std::string bytes;            // after the commit, as stored
  std::vector<LineSpan> lines;  // changed or added; where lines were only taken out, the line before them
};

struct Commit {
  std::string id;       // 40 hexadecimal digits
  std::string subject;  // the first line of the message, any bytes
  std::vector<ChangedFile> files;
};

struct HistoryLimits {
  std::size_t commits = 500;            // looked at, the newest first
  std::size_t files = 8;                // a commit that touches more is passed over
  std::uint64_t file_bytes = 1U << 20;  // larger files are left out
};

// Walks from `revision` (a commit's id) back through the repository in `git_folder` and calls visit for every
// commit with one parent that changed a file that `wanted` takes, the newest first, until visit answers
// false. Merges, first commits and those whose parent is not there (a shallow clone) are passed over.
// `prefix`: of the source inside the repository, "" for all of it. ErrorKind::io where the repository cannot
// be read. Safe to call from several threads.
[[nodiscard]] Status read_history(const std::string& git_folder, const std::string& revision,
                                  const std::string& prefix, const HistoryLimits& limits,
                                  const std::function<bool(std::string_view path)>& wanted,
                                  const std::function<bool(Commit&&)>& visit);

}  // namespace quarry::corpus
