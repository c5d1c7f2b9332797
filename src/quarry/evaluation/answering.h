// The two ways in which a task's questions are answered; evaluation.h chooses.
#pragma once

#include "quarry/evaluation/evaluation.h"
#include "quarry/search/answer.h"

namespace quarry::evaluation {

// The question as it enters a result: without an answer.
[[nodiscard]] GradedQuery unanswered(const Task& task, std::size_t number);

// ErrorKind::unavailable where the answer is less than what is measured: its encoder or reranker failed.
[[nodiscard]] Status check_whole(const search::Answer& answer);

// Each fills result.systems[i].queries and result.data_hash.
[[nodiscard]] Status answer_places(FileSystem& files, const Task& task, std::span<const System> systems,
                                   const EvaluationOptions& options, TaskResult& result);
[[nodiscard]] Status answer_documents(FileSystem& files, const Task& task, std::span<const System> systems,
                                      const EvaluationOptions& options, TaskResult& result);

}  // namespace quarry::evaluation
