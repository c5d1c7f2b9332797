// A reranker behind a network, in the two shapes that servers speak: /v1/rerank, as Cohere began it (Jina,
// vLLM, llama.cpp, Infinity), and /rerank of Text Embeddings Inference.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "quarry/base/result.h"
#include "quarry/model/reranker.h"

namespace quarry::model {

enum class RerankShape : std::uint8_t {
  documents,  // {"model", "query", "documents", "top_n"} -> {"results": [{"index", "relevance_score"}]}
  texts,      // {"query", "texts", "truncate", "raw_scores"} -> [{"index", "score"}]
};

struct RemoteRerankerOptions {
  std::string url;  // that is posted to
  RerankShape shape = RerankShape::documents;
  std::string model;         // as the server calls it; may be empty where it serves one only
  std::string key_variable;  // environment variable that holds the bearer key; empty: no key is sent
  std::size_t max_response_bytes = 4U << 20;  // servers may repeat the texts
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds total_timeout{30'000};  // of one attempt
  int retries = 3;                                  // after the first attempt
  std::chrono::milliseconds first_backoff{200};     // doubles with every retry; half of it is random
  std::chrono::milliseconds longest_wait{20'000};   // bounds back-off and what Retry-After may ask for
  bool verify_tls = true;
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
