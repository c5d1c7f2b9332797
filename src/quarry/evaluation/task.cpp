#include "quarry/evaluation/task.h"

#include "quarry/base/hash.h"
#include "quarry/evaluation/document_task.h"
#include "quarry/evaluation/feedback.h"
#include "quarry/evaluation/text_lines.h"

namespace quarry::evaluation {
namespace {

namespace fs = std::filesystem;

bool exists(const FileSystem& files, const fs::path& path) {
  return files.status(path).has_value();
}

std::string name_of_path(const fs::path& path) {
  const fs::path clean = fs::path(path.lexically_normal().string() + "/").parent_path();
  return clean.has_stem() ? clean.stem().string() : "task";
}

Result<Task> place_task(const FileSystem& files, std::string name, const fs::path& file,
                        const fs::path& repositories, const TaskOptions& options) {
  Task task{.name = std::move(name), .layout = "questions", .hash = 0, .main = {}, .data = {}};
  QUARRY_TRY(const std::string content, files.read(file, kMaxDataBytes));
  task.hash = hash64(content);
  PlaceTask data{.repositories = repositories, .questions = {}};
  if (is_feedback(files, file)) {
    QUARRY_TRY(Feedback feedback, read_feedback(files, file));
    data.questions = std::move(feedback.questions);
    task.layout = "feedback";
  } else {
    QUARRY_TRY(data.questions, read_questions(files, file));
  }
  if (data.questions.empty()) {
    return fail(ErrorKind::invalid_argument, "{}: no judged questions in it", file.string());
  }
  const bool by_function = data.questions.front().by_function();
  task.main = {.kind = by_function ? Metric::Kind::mrr : Metric::Kind::ndcg, .cutoff = options.cutoff};
  task.data = std::move(data);
  return task;
}

Result<std::vector<Task>> folder_tasks(const FileSystem& files, const std::string& name, const fs::path& path,
                                       const TaskOptions& options) {
  std::vector<Task> tasks;
  const auto add = [&](Result<Task> task, std::string task_name) -> Status {
    if (!task) return tl::unexpected(std::move(task).error());
    task->name = std::move(task_name);
    tasks.push_back(*std::move(task));
    return {};
  };
  if (is_beir(files, path)) {
    QUARRY_CHECK(add(read_beir(files, path, options), name));
    return tasks;
  }
  if (is_cosqa(files, path)) {
    QUARRY_CHECK(add(read_cosqa(files, path, options), name));
    return tasks;
  }
  const auto repositories = [&](const fs::path& own) {
    return options.repositories.empty() ? own : options.repositories;
  };
  if (exists(files, path / "queries.jsonl")) {
    QUARRY_CHECK(
        add(place_task(files, name, path / "queries.jsonl", repositories(path / "repos"), options), name));
    return tasks;
  }
  const fs::path repos = repositories(path / "dev/repos");
  if (exists(files, path / "dev/queries.jsonl")) {
    QUARRY_CHECK(add(place_task(files, name, path / "dev/queries.jsonl", repos, options), name + ".files"));
    if (exists(files, path / "functions.jsonl")) {
      QUARRY_CHECK(
          add(place_task(files, name, path / "functions.jsonl", repos, options), name + ".functions"));
    }
  }
  if (tasks.empty()) {
    return fail(ErrorKind::not_found,
                "{}: no task in it (corpus.jsonl and queries.jsonl; code_idx_map.txt; dev/queries.jsonl; or "
                "queries.jsonl and repos/ wanted)",
                path.string());
  }
  return tasks;
}

}  // namespace

std::size_t Task::size() const {
  if (const auto* documents = std::get_if<DocumentTask>(&data)) return documents->queries.size();
  return std::get<PlaceTask>(data).questions.size();
}

Result<std::vector<Task>> read_tasks(const FileSystem& files, const std::string& spec,
                                     const TaskOptions& options) {
  const std::size_t equals = spec.find('=');
  const bool named = equals != std::string::npos && equals > 0 && spec.find('/') > equals;
  const fs::path path = named ? spec.substr(equals + 1) : spec;
  const std::string name = named ? spec.substr(0, equals) : name_of_path(path);
  QUARRY_TRY(const FileStatus status, files.status(path));
  if (status.type == FileType::directory) return folder_tasks(files, name, path, options);
  const fs::path repositories =
      options.repositories.empty() ? path.parent_path() / "repos" : options.repositories;
  QUARRY_TRY(Task task, place_task(files, name, path, repositories, options));
  std::vector<Task> tasks;
  tasks.push_back(std::move(task));
  return tasks;
}

}  // namespace quarry::evaluation
