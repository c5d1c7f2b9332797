// Runs and relevance judgments as files that every evaluation tool reads, and judging one by the other.
//
// A run: "query Q0 document rank score name" a line. Judgments: "query 0 document grade" a line, or BEIR's
// tab-separated "query document grade" under a line of headings. https://trec.nist.gov/data/qrels_eng/
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/evaluation/metrics.h"

namespace quarry::evaluation {

// query -> document -> grade; above 0 is relevant.
using Judgments = std::map<std::string, std::map<std::string, int>>;

struct Retrieved {
  std::string document;
  float score = 0;  // larger is better; single precision as in trec_eval, whose ties are ties here
};
// query -> what was found.
using Run = std::map<std::string, std::vector<Retrieved>>;

struct NamedRun {
  std::string name;  // of the system: the last column of the first line
  Run run;
};

// Errors name the line. A document that is judged or found twice for one query is an error.
[[nodiscard]] Result<Judgments> read_judgments(const FileSystem& files, const std::filesystem::path& path);
[[nodiscard]] Result<NamedRun> read_run(const FileSystem& files, const std::filesystem::path& path);
// Documents in the order of `run`, scores with all their digits. White space in ids becomes '_'.
[[nodiscard]] std::string to_trec(const NamedRun& run);

// trec_eval's order: by score, and equal scores by document id, the larger id first. The ranks of the file
// do not count.
[[nodiscard]] Judged judge(std::span<const Retrieved> found, const std::map<std::string, int>& judgments);

}  // namespace quarry::evaluation
