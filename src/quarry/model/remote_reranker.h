// A reranker behind a network, in the two shapes that servers speak: /v1/rerank, as Cohere began it (Jina,
// vLLM, llama.cpp, Infinity), and /rerank of Text Embeddings Inference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "quarry/base/result.h"
#include "quarry/model/http_client.h"
#include "quarry/model/reranker.h"

namespace quarry::model {

enum class RerankShape : std::uint8_t {
  documents,  // {"model", "query", "documents", "top_n"} -> {"results": [{"index", "relevance_score"}]}
  texts,      // {"query", "texts", "truncate", "raw_scores"} -> [{"index", "score"}]
};

// The url is what is posted to.
struct RemoteRerankerOptions : RemoteService {
  RerankShape shape = RerankShape::documents;
  std::string model;                          // as the server calls it; may be empty where it serves one only
  std::size_t max_response_bytes = 4U << 20;  // servers may repeat the texts
};

// What an address says: http(s)://HOST/v1/rerank#MODEL (any path that ends in /rerank or /reranking; without
// #MODEL none is named) has the shape `documents`; http(s)://HOST/rerank without #MODEL is Text Embeddings
// Inference's, `texts`. The key is taken from the environment variable QUARRY_RERANKER_KEY where it is set.
// ErrorKind::invalid_argument for another address.
[[nodiscard]] Result<RemoteRerankerOptions> reranker_options_of(const std::string& address);

// Asks nothing of the server yet. As a remote encoder it is safe to share between threads, follows no
// redirects, tries 429, 5xx and failing connections again, and answers ErrorKind::unavailable where that does
// not help. An answer of another shape, without a score for each text, or with one that is no finite number
// is ErrorKind::corrupt; a key variable that is not set ErrorKind::invalid_argument.
[[nodiscard]] Result<std::shared_ptr<const Reranker>> open_remote_reranker(
    const RemoteRerankerOptions& options);

}  // namespace quarry::model
