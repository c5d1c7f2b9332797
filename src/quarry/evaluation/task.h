// A retrieval task: what is searched, what is asked, and what would be right; read from the layouts that such
// sets come in.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/corpus/language.h"
#include "quarry/evaluation/judged_set.h"
#include "quarry/evaluation/metrics.h"
#include "quarry/evaluation/trec.h"

namespace quarry::evaluation {

// One candidate of a set of documents.
struct TextDocument {
  std::string id;
  std::string title;
  std::string text;
  corpus::Language language = corpus::Language::text;
};

struct TextQuery {
  std::string id;
  std::string text;
  std::string language;  // "" where it is not known
  std::string kind;
};

// Documents by id, judged by grades: BEIR, CoSQA.
struct DocumentTask {
  std::vector<TextDocument> documents;
  std::vector<TextQuery> queries;  // those with judgments only
  Judgments judgments;
};

// Places in repositories. `repositories` holds a folder or an archive (.tar.zst) a repository.
struct PlaceTask {
  std::filesystem::path repositories;
  std::vector<Question> questions;
};

struct Task {
  std::string name;
  std::string layout;      // "beir", "cosqa", "questions"
  std::uint64_t hash = 0;  // of the questions, judgments and documents as read
  Metric main;             // what tables compare by: NDCG, or MRR for questions judged by function
  std::variant<DocumentTask, PlaceTask> data;

  [[nodiscard]] std::size_t size() const;  // questions
};

struct TaskOptions {
  std::filesystem::path repositories = {};  // for files of questions; empty: "repos" beside the file
  bool remove_docs = false;                 // from documents: the harder task
  std::size_t cutoff = 10;                  // of Task::main
};

// `spec` is [NAME=]PATH. PATH is
//  - a folder with corpus.jsonl, queries.jsonl and qrels/*.tsv (BEIR; test.tsv where there are several);
//  - a folder with code_idx_map.txt and cosqa-retrieval-*.json (CoSQA as published; dev where there are
//    several);
//  - a folder with dev/queries.jsonl, dev/repos and perhaps functions.jsonl: the tasks NAME.files and
//    NAME.functions; or with queries.jsonl and repos/;
//  - a file of judged questions (judged_set.h), or of feedback (feedback.h).
// Errors name the file and line, and what was looked for where nothing fits.
[[nodiscard]] Result<std::vector<Task>> read_tasks(const FileSystem& files, const std::string& spec,
                                                   const TaskOptions& options);

}  // namespace quarry::evaluation
