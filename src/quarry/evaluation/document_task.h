// Sets of documents from disk: BEIR's layout and CoSQA's.
#pragma once

#include <filesystem>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/evaluation/task.h"

namespace quarry::evaluation {

[[nodiscard]] bool is_beir(const FileSystem& files, const std::filesystem::path& folder);
// corpus.jsonl {"_id", "title", "text", "metadata": {"language"}?}, queries.jsonl {"_id", "text"} and
// qrels/*.tsv. A judged document or query that is missing is an error.
[[nodiscard]] Result<Task> read_beir(const FileSystem& files, const std::filesystem::path& folder,
                                     const TaskOptions& options);

[[nodiscard]] bool is_cosqa(const FileSystem& files, const std::filesystem::path& folder);
// code_idx_map.txt {"code": number ...} and cosqa-retrieval-*.json [{"idx", "doc", "retrieval_idx"} ...]
// (Huang et al. 2021).
[[nodiscard]] Result<Task> read_cosqa(const FileSystem& files, const std::filesystem::path& folder,
                                      const TaskOptions& options);

}  // namespace quarry::evaluation
