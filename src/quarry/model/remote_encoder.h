// An encoder behind a network: Open Inference Protocol v2 (KServe, Triton) or OpenAI's /v1/embeddings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "quarry/base/result.h"
#include "quarry/model/encoder.h"
#include "quarry/model/http_client.h"

namespace quarry::model {

enum class RemoteKind : std::uint8_t {
  // POST {url}/v2/models/{model}/infer, one BYTES input [n], one FP32 output [n, dimensions], and a parameter
  // "side":
  // "query" or "code"
  open_inference,
  openai,  // POST {url}/v1/embeddings
};

// The url: "https://host:port" with an optional path before /v1 or /v2.
struct RemoteOptions : RemoteService {
  RemoteKind kind = RemoteKind::openai;
  std::string model;             // as the server calls it
  std::uint32_t dimensions = 0;  // 0: asked of the server when the encoder is opened
  std::string input = "text";    // Open Inference Protocol: name of the input tensor
  std::string output;            // and of the output tensor; empty: the first one
  std::string query_prefix;      // put before every text of that side, as some models were trained with
  std::string code_prefix;
  std::size_t batch_texts = 64;        // a request holds at most so many texts
  std::size_t batch_bytes = 1U << 20;  // and so many bytes of text, unless one text alone is longer
  std::size_t max_response_bytes = 256U << 20;
};

// Safe to share between threads; every call takes a connection of its own and gives it back for reuse. Only
// http and https, redirects are not followed. 429, 5xx and failing connections are tried again; what remains
// is ErrorKind::unavailable with what to do about it. An answer of another shape is ErrorKind::corrupt,
// another number of dimensions ErrorKind::version_mismatch, a key variable that is not set
// ErrorKind::invalid_argument. The fingerprint is made of url, kind, model, prefixes and dimensions: a server
// that changes its weights under one name cannot be told.
[[nodiscard]] Result<std::shared_ptr<const Encoder>> open_remote_encoder(const RemoteOptions& options);

}  // namespace quarry::model
