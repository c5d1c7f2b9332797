// The one way to search: an open index and a query in, an answer out. Command line, server and MCP call this.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/index/snapshot.h"
#include "quarry/model/encoder.h"
#include "quarry/ranking/search_space.h"
#include "quarry/search/answer.h"
#include "quarry/search/query.h"
#include "quarry/search/reranking.h"

namespace quarry::search {

struct EngineOptions {
  std::shared_ptr<const model::Encoder> encoder;  // null: words only
  std::filesystem::path weights;                  // ranking weights; empty: those built in
  std::optional<std::size_t> view;                // search this view only; empty: all of them
  bool second_look = true;  // where vectors are used and the encoder has token vectors: read the best again
  Reranking reranking{};    // none unless there is a reranker
};

// Safe to call from several threads.
class Engine {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Engine>> open(std::shared_ptr<const index::Snapshot> snapshot,
                                                            const EngineOptions& options);
  ~Engine();

  // No result is an answer with an empty list, not an error. A query without any word (an empty one,
  // punctuation) answers nothing. An encoder that is ErrorKind::unavailable costs the answer its vectors, not
  // its results: Answer::degraded says so. So does a reranker that fails in any way: Answer::not_reranked.
  [[nodiscard]] Result<Answer> search(const Query& query) const;

  // Functions like the one that holds this line, itself left out. ErrorKind::not_found where no unit is
  // there. `query` gives filters and limits; its text is ignored, and nothing is reranked.
  [[nodiscard]] Result<Answer> similar(const std::string& path, std::uint32_t line, const Query& query) const;
  // The same for a unit by its number in space(); browse.h finds it by id, or by place within one repository.
  [[nodiscard]] Result<Answer> similar(std::uint32_t unit, const Query& query) const;

  [[nodiscard]] const index::Snapshot& snapshot() const;
  [[nodiscard]] const ranking::SearchSpace& space() const;  // what is searched, for browse.h

 private:
  struct State;
  explicit Engine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quarry::search
