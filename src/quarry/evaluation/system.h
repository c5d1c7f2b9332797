// What is compared: a model, or none, and a way to rank with it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "quarry/base/result.h"
#include "quarry/model/encoder.h"
#include "quarry/ranking/ranking_model.h"
#include "quarry/search/reranking.h"

namespace quarry::evaluation {

enum class Ranker : std::uint8_t {
  hybrid,           // the product: words and, with a model, vectors under the fitted weights
  words,            // the product without vectors
  reranked,         // the product, its best results reranked by a server
  vectors,          // the cosine alone
  vectors_by_file,  // the same, each file once, at the rank of its best function
  bm25f,            // BM25F of functions alone: the classical floor
};
[[nodiscard]] std::string_view name_of(Ranker ranker);
[[nodiscard]] Result<Ranker> ranker_from_name(std::string_view name);
[[nodiscard]] bool needs_model(Ranker ranker);
[[nodiscard]] bool is_product(Ranker ranker);  // under the product's own weights: hybrid, words, reranked

struct System {
  std::string name;  // as tables call it; unique among those compared
  Ranker ranker = Ranker::hybrid;
  std::shared_ptr<const model::Encoder> encoder;  // null: words only
  std::filesystem::path weights;                  // empty: those built in; hybrid, words and reranked only
  search::Reranking reranking{};                  // reranked only
};

// The weights that make the one engine rank as the ranker says, where they are not those of the product.
[[nodiscard]] ranking::RankingModels weights_of(Ranker ranker);

}  // namespace quarry::evaluation
