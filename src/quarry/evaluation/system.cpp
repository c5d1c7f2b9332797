#include "quarry/evaluation/system.h"

#include <array>
#include <utility>

namespace quarry::evaluation {
namespace {

constexpr std::array<std::pair<std::string_view, Ranker>, 6> kRankers{
    {{"hybrid", Ranker::hybrid},
     {"words", Ranker::words},
     {"reranked", Ranker::reranked},
     {"vectors", Ranker::vectors},
     {"vectors-by-file", Ranker::vectors_by_file},
     {"bm25f", Ranker::bm25f}}};

// Larger than any score: a file's second function stands behind every file's first.
constexpr float kOnce = 1e6F;

}  // namespace

std::string_view name_of(Ranker ranker) {
  for (const auto& [name, known] : kRankers) {
    if (known == ranker) return name;
  }
  return {};
}

Result<Ranker> ranker_from_name(std::string_view name) {
  std::string known;
  for (const auto& [text, ranker] : kRankers) {
    if (text == name) return ranker;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", text);
  }
  return fail(ErrorKind::invalid_argument, "'{}' is no ranker: {}", name, known);
}

bool needs_model(Ranker ranker) {
  return ranker == Ranker::vectors || ranker == Ranker::vectors_by_file;
}

bool is_product(Ranker ranker) {
  return ranker == Ranker::hybrid || ranker == Ranker::words || ranker == Ranker::reranked;
}

ranking::RankingModels weights_of(Ranker ranker) {
  ranking::LinearModel model;
  const auto weight = [&](ranking::Feature feature) -> float& {
    return model.weights[static_cast<std::size_t>(feature)];
  };
  switch (ranker) {
    case Ranker::hybrid:
    case Ranker::words:
    case Ranker::reranked:
      return ranking::default_models();
    case Ranker::vectors_by_file:
      model.repeat_penalty.fill(kOnce);
      [[fallthrough]];
    case Ranker::vectors:
      weight(ranking::Feature::vector_unit) = 1;
      break;
    case Ranker::bm25f:
      weight(ranking::Feature::unit_bm25f) = 1;
      break;
  }
  // Whatever the query asks for.
  const ranking::RankingModel always{.subject = model, .behaviour = model, .gate = {}};
  return {.words = always, .vectors = always};
}

}  // namespace quarry::evaluation
