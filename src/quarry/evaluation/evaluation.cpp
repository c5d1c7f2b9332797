#include "quarry/evaluation/evaluation.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "quarry/evaluation/answering.h"

namespace quarry::evaluation {
namespace {

const std::map<std::string, int>& judgments_of(const Judgments& judgments, const std::string& query) {
  static const std::map<std::string, int> kNone;
  const auto at = judgments.find(query);
  return at == judgments.end() ? kNone : at->second;
}

// "src/a.py:10-20"
std::optional<Place> place_from(const std::string& document) {
  const std::size_t colon = document.rfind(':');
  const std::size_t dash = document.find('-', colon == std::string::npos ? 0 : colon);
  if (colon == std::string::npos || dash == std::string::npos) return std::nullopt;
  Place place{.path = document.substr(0, colon), .lines = {}};
  const char* text = document.data();
  const auto first = std::from_chars(text + colon + 1, text + dash, place.lines.first);
  const auto last = std::from_chars(text + dash + 1, text + document.size(), place.lines.last);
  const bool good = first.ec == std::errc() && first.ptr == text + dash && last.ec == std::errc() &&
                    last.ptr == text + document.size() && place.lines.first > 0 &&
                    place.lines.last >= place.lines.first;
  return good ? std::optional(std::move(place)) : std::nullopt;
}

Result<Judged> judge_found(const Task& task, std::size_t number, const std::vector<Retrieved>& found) {
  if (const auto* documents = std::get_if<DocumentTask>(&task.data)) {
    return judge(found, judgments_of(documents->judgments, documents->queries[number].id));
  }
  // Places have an order but no trec_eval rule for ties: the file's order stands among equals.
  std::vector<const Retrieved*> order;
  order.reserve(found.size());
  for (const Retrieved& one : found) order.push_back(&one);
  std::stable_sort(order.begin(), order.end(),
                   [](const Retrieved* a, const Retrieved* b) { return a->score > b->score; });
  std::vector<Place> places;
  for (const Retrieved* one : order) {
    auto place = place_from(one->document);
    if (!place) {
      return fail(ErrorKind::invalid_argument, "'{}' is no place (path:first-last)", one->document);
    }
    places.push_back(*std::move(place));
  }
  return judge(places, std::get<PlaceTask>(task.data).questions[number].targets);
}

}  // namespace

Status check_whole(const search::Answer& answer) {
  for (const auto& shortfall : {answer.degraded, answer.not_reranked}) {
    if (!shortfall.empty()) return fail(ErrorKind::unavailable, "{}", shortfall);
  }
  return {};
}

GradedQuery unanswered(const Task& task, std::size_t number) {
  GradedQuery query;
  if (const auto* documents = std::get_if<DocumentTask>(&task.data)) {
    const TextQuery& asked = documents->queries[number];
    query.id = asked.id;
    query.group = task.name;
    query.language = asked.language;
    query.kind = asked.kind;
    query.text = asked.text;
    return query;
  }
  const Question& asked = std::get<PlaceTask>(task.data).questions[number];
  query.id = fmt::format("{}:{}", asked.repository, number + 1);
  query.group = asked.repository;
  query.language = asked.language;
  query.kind = asked.kind;
  query.text = asked.text;
  return query;
}

Result<TaskResult> evaluate(FileSystem& files, const Task& task, std::span<const System> systems,
                            const EvaluationOptions& options) {
  TaskResult result{.task = task.name,
                    .layout = task.layout,
                    .main = task.main,
                    .task_hash = task.hash,
                    .data_hash = 0,
                    .systems = {}};
  for (const System& system : systems) result.systems.push_back({.system = system.name, .queries = {}});
  QUARRY_CHECK(files.create_directories(options.work));
  if (std::holds_alternative<DocumentTask>(task.data)) {
    QUARRY_CHECK(answer_documents(files, task, systems, options, result));
  } else {
    QUARRY_CHECK(answer_places(files, task, systems, options, result));
  }
  return result;
}

Result<TaskResult> judge_runs(const Task& task, std::span<const NamedRun> runs) {
  TaskResult result{.task = task.name,
                    .layout = task.layout,
                    .main = task.main,
                    .task_hash = task.hash,
                    .data_hash = 0,
                    .systems = {}};
  for (const NamedRun& run : runs) {
    SystemResult graded{.system = run.name, .queries = {}};
    std::size_t answered = 0;
    for (std::size_t i = 0; i < task.size(); ++i) {
      GradedQuery query = unanswered(task, i);
      const auto found = run.run.find(query.id);
      if (found != run.run.end()) ++answered;
      static const std::vector<Retrieved> kNothing;
      const auto& list = found == run.run.end() ? kNothing : found->second;
      auto judged = judge_found(task, i, list);
      if (!judged) return fail_in("run " + run.name + ", query " + query.id, std::move(judged).error());
      query.judged = *std::move(judged);
      for (const Retrieved& one : list) query.found.push_back({one.document, one.score});
      graded.queries.push_back(std::move(query));
    }
    if (answered == 0) {
      return fail(ErrorKind::invalid_argument,
                  "run {} answers none of the {} queries of {}: is it a run of another set?", run.name,
                  task.size(), task.name);
    }
    result.systems.push_back(std::move(graded));
  }
  return result;
}

Task task_of_judgments(std::string name, Judgments judgments, std::size_t cutoff) {
  Task task{.name = std::move(name),
            .layout = "qrels",
            .hash = 0,
            .main = {.kind = Metric::Kind::ndcg, .cutoff = cutoff},
            .data = {}};
  DocumentTask data;
  for (const auto& [query, documents] : judgments) {
    data.queries.push_back({.id = query, .text = {}, .language = {}, .kind = {}});
  }
  data.judgments = std::move(judgments);
  task.data = std::move(data);
  return task;
}

NamedRun run_of(const SystemResult& result) {
  NamedRun run{.name = result.system, .run = {}};
  for (const GradedQuery& query : result.queries) {
    auto& found = run.run[query.id];
    for (const FoundItem& item : query.found) found.push_back({item.id, item.score});
  }
  return run;
}

}  // namespace quarry::evaluation
