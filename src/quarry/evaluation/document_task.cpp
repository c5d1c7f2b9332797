#include "quarry/evaluation/document_task.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "quarry/base/hash.h"
#include "quarry/evaluation/doc_removal.h"
#include "quarry/evaluation/record_fields.h"
#include "quarry/evaluation/text_lines.h"

namespace quarry::evaluation {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

bool exists(const FileSystem& files, const fs::path& path) {
  return files.status(path).has_value();
}

// An id as CoSQA and BEIR write them: a string or a number.
std::string id_of(const json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end()) return {};
  if (at->is_string()) return at->get<std::string>();
  return at->is_number_integer() ? fmt::format("{}", at->get<std::int64_t>()) : std::string();
}

corpus::Language language_of(const std::string& name, std::string_view text) {
  if (const auto known = corpus::language_from_name(name); known && !name.empty()) return *known;
  return corpus::detect_language("", text.substr(0, 4096));
}

// The files of `folder` whose names begin and end so, sorted.
std::vector<fs::path> files_like(const FileSystem& files, const fs::path& folder, std::string_view begin,
                                 std::string_view end) {
  std::vector<fs::path> found;
  if (const auto entries = files.list(folder)) {
    for (const DirectoryEntry& entry : *entries) {
      if (entry.name.starts_with(begin) && entry.name.ends_with(end)) found.push_back(folder / entry.name);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

// The preferred one of several splits.
std::optional<fs::path> choose(const std::vector<fs::path>& found,
                               std::initializer_list<std::string_view> splits) {
  for (const std::string_view split : splits) {
    for (const fs::path& path : found) {
      if (path.stem().string().find(split) != std::string::npos) return path;
    }
  }
  return found.empty() ? std::nullopt : std::optional(found.front());
}

Status hash_file(const FileSystem& files, const fs::path& path, std::uint64_t& hash) {
  QUARRY_TRY(const std::string content, files.read(path, kMaxDataBytes));
  hash = hash64(content, hash);
  return {};
}

// The last steps of both layouts.
Result<Task> finish(const fs::path& folder, DocumentTask data, const TaskOptions& options, Task task) {
  std::set<std::string_view> known;
  for (const TextDocument& document : data.documents) {
    if (!known.insert(document.id).second) {
      return fail(ErrorKind::invalid_argument, "{}: two documents have the id {}", folder.string(),
                  document.id);
    }
  }
  std::erase_if(data.queries, [&](const TextQuery& q) { return !data.judgments.contains(q.id); });
  std::set<std::string_view> asked;
  for (const TextQuery& query : data.queries) asked.insert(query.id);
  for (const auto& [query, documents] : data.judgments) {
    if (!asked.contains(query)) {
      return fail(ErrorKind::invalid_argument, "{}: query {} is judged but not in the queries",
                  folder.string(), query);
    }
    for (const auto& [document, grade] : documents) {
      if (known.contains(document)) continue;
      return fail(ErrorKind::invalid_argument, "{}: document {} is judged for {} but not in the corpus",
                  folder.string(), document, query);
    }
  }
  if (options.remove_docs) {
    syntax::Extractor extractor;
    for (TextDocument& document : data.documents) {
      document.text = without_docs(extractor, document.language, document.text);
    }
    task.hash = hash64("without docs", task.hash);
  }
  task.main = {.kind = Metric::Kind::ndcg, .cutoff = options.cutoff};
  task.data = std::move(data);
  return task;
}

}  // namespace

bool is_beir(const FileSystem& files, const fs::path& folder) {
  return exists(files, folder / "corpus.jsonl") && exists(files, folder / "queries.jsonl");
}

Result<Task> read_beir(const FileSystem& files, const fs::path& folder, const TaskOptions& options) {
  DocumentTask data;
  const auto qrels = choose(files_like(files, folder / "qrels", "", ".tsv"), {"test", "dev"});
  if (!qrels) {
    return fail(ErrorKind::not_found, "{}: no judgments; qrels/*.tsv wanted", folder.string());
  }
  Task task{.name = {}, .layout = "beir", .hash = 0, .main = {}, .data = {}};
  for (const fs::path& path : {folder / "corpus.jsonl", folder / "queries.jsonl", *qrels}) {
    QUARRY_CHECK(hash_file(files, path, task.hash));
  }
  QUARRY_TRY(data.judgments, read_judgments(files, *qrels));
  const auto read = [&](const char* name, auto use) {
    return for_each_line(files, folder / name, [&](std::size_t number, std::string_view line) -> Status {
      const json object = json::parse(line, nullptr, false);
      const std::string id = object.is_object() ? id_of(object, "_id") : std::string();
      if (id.empty()) {
        return fail(ErrorKind::invalid_argument, "{}:{}: not {{\"_id\", \"text\"}}", (folder / name).string(),
                    number);
      }
      const auto metadata = object.find("metadata");
      const bool described = metadata != object.end() && metadata->is_object();
      use(id, object, described ? *metadata : json::object());
      return {};
    });
  };
  QUARRY_CHECK(read("corpus.jsonl", [&](const std::string& id, const json& object, const json& metadata) {
    TextDocument document{.id = id,
                          .title = text_field(object, "title"),
                          .text = text_field(object, "text"),
                          .language = corpus::Language::text};
    document.language = language_of(text_field(metadata, "language"), document.text);
    data.documents.push_back(std::move(document));
  }));
  QUARRY_CHECK(read("queries.jsonl", [&](const std::string& id, const json& object, const json& metadata) {
    data.queries.push_back({.id = id,
                            .text = text_field(object, "text"),
                            .language = text_field(metadata, "language"),
                            .kind = text_field(metadata, "kind")});
  }));
  return finish(folder, std::move(data), options, std::move(task));
}

bool is_cosqa(const FileSystem& files, const fs::path& folder) {
  return exists(files, folder / "code_idx_map.txt");
}

Result<Task> read_cosqa(const FileSystem& files, const fs::path& folder, const TaskOptions& options) {
  const auto questions = choose(files_like(files, folder, "cosqa-retrieval-", ".json"), {"-test", "-dev"});
  if (!questions) {
    return fail(ErrorKind::not_found, "{}: no questions; cosqa-retrieval-*.json wanted", folder.string());
  }
  DocumentTask data;
  Task task{.name = {}, .layout = "cosqa", .hash = 0, .main = {}, .data = {}};
  const auto parse = [&](const fs::path& path) -> Result<json> {
    QUARRY_TRY(const std::string content, files.read(path, kMaxDataBytes));
    task.hash = hash64(content, task.hash);
    json value = json::parse(content, nullptr, false);
    if (value.is_discarded()) return fail(ErrorKind::invalid_argument, "{}: not JSON", path.string());
    return value;
  };
  QUARRY_TRY(const json codes, parse(folder / "code_idx_map.txt"));
  QUARRY_TRY(const json asked, parse(*questions));
  if (!codes.is_object() || !asked.is_array()) {
    return fail(ErrorKind::invalid_argument,
                "{}: code_idx_map.txt is no object of codes, or {} no list of questions", folder.string(),
                questions->filename().string());
  }
  for (const auto& [code, number] : codes.items()) {
    if (!number.is_number_integer()) {
      return fail(ErrorKind::invalid_argument, "{}: the number of a code is none", folder.string());
    }
    data.documents.push_back({.id = fmt::format("{}", number.get<std::int64_t>()),
                              .title = "",
                              .text = code,
                              .language = corpus::Language::python});
  }
  std::sort(data.documents.begin(), data.documents.end(), [](const TextDocument& a, const TextDocument& b) {
    return a.id.size() != b.id.size() ? a.id.size() < b.id.size() : a.id < b.id;
  });
  for (const json& question : asked) {
    const std::string id = question.is_object() ? id_of(question, "idx") : std::string();
    const std::string answer = question.is_object() ? id_of(question, "retrieval_idx") : std::string();
    if (id.empty() || answer.empty()) {
      return fail(ErrorKind::invalid_argument, "{}: question {} has no \"idx\" or no \"retrieval_idx\"",
                  questions->string(), data.queries.size() + 1);
    }
    data.queries.push_back({.id = id, .text = text_field(question, "doc"), .language = "python", .kind = ""});
    data.judgments[id][answer] = 1;
  }
  return finish(folder, std::move(data), options, std::move(task));
}

}  // namespace quarry::evaluation
