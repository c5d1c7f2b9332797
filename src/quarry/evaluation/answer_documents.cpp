// Judged documents: the cosine alone is computed from the texts themselves, everything else by the product's
// index over them.
#include <algorithm>
#include <memory>
#include <set>

#include "quarry/evaluation/answering.h"
#include "quarry/evaluation/document_source.h"
#include "quarry/evaluation/searched_index.h"

namespace quarry::evaluation {
namespace {

constexpr std::size_t kBatch = 256;           // texts a call of the encoder
constexpr std::size_t kEncodedBytes = 2'000;  // of a document, as of a function in an index
constexpr std::size_t kUnitsPerDocument = 2;  // results asked for, since a document may hold several units

// Rows of unit length; no path, no name beside the text.
Result<std::vector<float>> encode_all(const model::Encoder& encoder, std::span<const std::string_view> texts,
                                      model::Side side, const EvaluationOptions& options) {
  std::vector<float> rows;
  rows.reserve(texts.size() * encoder.dimensions());
  for (std::size_t at = 0; at < texts.size(); at += kBatch) {
    if (options.stop.stop_requested()) return fail(ErrorKind::cancelled, "evaluation stopped");
    if (options.progress) options.progress("Encoding with " + encoder.name(), at, texts.size());
    QUARRY_TRY(const std::vector<float> part,
               encoder.encode(texts.subspan(at, std::min(kBatch, texts.size() - at)), side));
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

void keep_best(std::vector<Retrieved>& found, std::size_t depth) {
  const auto better = [](const Retrieved& a, const Retrieved& b) {
    return a.score != b.score ? a.score > b.score : a.document > b.document;
  };
  const auto middle = found.begin() + static_cast<std::ptrdiff_t>(std::min(depth, found.size()));
  std::partial_sort(found.begin(), middle, found.end(), better);
  found.erase(middle, found.end());
}

void add(const Task& task, std::size_t number, std::vector<Retrieved> found, SystemResult& result) {
  const auto& data = std::get<DocumentTask>(task.data);
  GradedQuery graded = unanswered(task, number);
  graded.judged = judge(found, data.judgments.at(graded.id));
  for (Retrieved& one : found) graded.found.push_back({std::move(one.document), one.score});
  result.queries.push_back(std::move(graded));
}

Status by_cosine(const Task& task, const System& system, const EvaluationOptions& options,
                 SystemResult& result) {
  const auto& data = std::get<DocumentTask>(task.data);
  std::vector<std::string> texts;
  for (const TextDocument& document : data.documents) {
    texts.push_back((document.title.empty() ? "" : document.title + "\n") + document.text);
    texts.back().resize(std::min(texts.back().size(), kEncodedBytes));
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  QUARRY_TRY(const std::vector<float> rows, encode_all(*system.encoder, views, model::Side::code, options));
  std::vector<std::string_view> asked;
  for (const TextQuery& query : data.queries) asked.push_back(query.text);
  QUARRY_TRY(const std::vector<float> queries,
             encode_all(*system.encoder, asked, model::Side::query, options));
  const std::size_t width = system.encoder->dimensions();
  for (std::size_t q = 0; q < asked.size(); ++q) {
    std::vector<Retrieved> found;
    found.reserve(texts.size());
    for (std::size_t d = 0; d < texts.size(); ++d) {
      float cosine = 0;
      for (std::size_t i = 0; i < width; ++i) cosine += queries[q * width + i] * rows[d * width + i];
      found.push_back({data.documents[d].id, cosine});
    }
    keep_best(found, options.depth);
    add(task, q, std::move(found), result);
  }
  return {};
}

Status by_engine(const Task& task, const System& system, SearchedIndex& index,
                 const EvaluationOptions& options, SystemResult& result) {
  const auto& data = std::get<DocumentTask>(task.data);
  QUARRY_TRY(const auto engine, index.engine(system));
  for (std::size_t q = 0; q < data.queries.size(); ++q) {
    if (options.stop.stop_requested()) return fail(ErrorKind::cancelled, "evaluation stopped");
    if (options.progress) options.progress(task.name + ": " + system.name, q, data.queries.size());
    search::Query query;
    query.text = data.queries[q].text.substr(0, search::kMaxQueryBytes);  // not typed: no filters in it
    query.limit = std::min(options.depth * kUnitsPerDocument, search::kMaxLimit);
    query.vectors = uses_vectors(system);
    QUARRY_TRY(const search::Answer answer, engine->search(query));
    QUARRY_CHECK(check_whole(answer));
    std::vector<Retrieved> found;
    std::set<std::size_t> seen;
    for (const search::SearchResult& unit : answer.results) {
      const std::size_t document = document_of_path(unit.path);
      if (found.size() < options.depth && seen.insert(document).second) {
        found.push_back({data.documents[document].id, unit.score});
      }
    }
    add(task, q, std::move(found), result);
  }
  return {};
}

}  // namespace

Status answer_documents(FileSystem& files, const Task& task, std::span<const System> systems,
                        const EvaluationOptions& options, TaskResult& result) {
  const auto& data = std::get<DocumentTask>(task.data);
  // Named by what it holds, so that a kept folder never mistakes one set for another.
  const auto source = make_document_source(fmt::format("{:016x}", task.hash), data.documents);
  SearchedIndex index(files, *source, document_hooks(data.documents), systems, options);
  for (std::size_t s = 0; s < systems.size(); ++s) {
    if (needs_model(systems[s].ranker)) {
      QUARRY_CHECK(by_cosine(task, systems[s], options, result.systems[s]));
    } else {
      QUARRY_CHECK(by_engine(task, systems[s], index, options, result.systems[s]));
    }
  }
  result.data_hash = task.hash;
  return {};
}

}  // namespace quarry::evaluation
