// Judged places: each repository is indexed, asked its questions and left before the next one.
#include <map>

#include "quarry/evaluation/answering.h"
#include "quarry/evaluation/masked_source.h"
#include "quarry/evaluation/repository_folder.h"
#include "quarry/evaluation/searched_index.h"

namespace quarry::evaluation {
namespace {

Result<GradedQuery> ask(const search::Engine& engine, const System& system, const Task& task,
                        std::size_t number, std::size_t depth) {
  const Question& question = std::get<PlaceTask>(task.data).questions[number];
  GradedQuery graded = unanswered(task, number);
  search::Query query;
  QUARRY_CHECK(search::parse_query(question.text, query));
  query.limit = depth;
  query.vectors = uses_vectors(system);
  QUARRY_TRY(const search::Answer answer, engine.search(query));
  QUARRY_CHECK(check_whole(answer));
  // Results count from the indexed folder, targets from the repository.
  const std::string prefix =
      question.root.empty() || question.root == "." ? std::string() : question.root + "/";
  std::vector<Place> places;
  for (const search::SearchResult& result : answer.results) {
    places.push_back({.path = prefix + result.path, .lines = {result.start_line, result.end_line}});
    graded.found.push_back(
        {fmt::format("{}:{}-{}", places.back().path, result.start_line, result.end_line), result.score});
  }
  graded.judged = judge(places, question.targets);
  return graded;
}

}  // namespace

Status answer_places(FileSystem& files, const Task& task, std::span<const System> systems,
                     const EvaluationOptions& options, TaskResult& result) {
  const auto& data = std::get<PlaceTask>(task.data);
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> by_repository;
  for (std::size_t i = 0; i < data.questions.size(); ++i) {
    by_repository[{data.questions[i].repository, data.questions[i].root}].push_back(i);
  }
  for (SystemResult& system : result.systems) system.queries.resize(data.questions.size());
  std::size_t done = 0;
  for (const auto& [where, numbers] : by_repository) {
    if (options.stop.stop_requested()) return fail(ErrorKind::cancelled, "evaluation stopped");
    if (options.progress) {
      options.progress(fmt::format("{}: {}", task.name, where.first), done++, by_repository.size());
    }
    QUARRY_TRY(const std::filesystem::path folder,
               repository_folder(files, data.repositories, where.first, options.work));
    QUARRY_TRY(auto plain, corpus::open_source(files, (folder / where.second).string()));
    std::vector<const Question*> asked;
    for (const std::size_t number : numbers) asked.push_back(&data.questions[number]);
    const auto source = mask_docs(std::move(plain), masked_functions(asked));
    SearchedIndex index(files, *source, index::default_hooks(), systems, options);
    for (std::size_t s = 0; s < systems.size(); ++s) {
      QUARRY_TRY(const auto engine, index.engine(systems[s]));
      for (const std::size_t number : numbers) {
        auto graded = ask(*engine, systems[s], task, number, options.depth);
        if (!graded) {
          return fail_in(fmt::format("{}, question {}", task.name, number + 1), std::move(graded).error());
        }
        result.systems[s].queries[number] = *std::move(graded);
      }
    }
    result.data_hash += index.content_hash();
  }
  return {};
}

}  // namespace quarry::evaluation
