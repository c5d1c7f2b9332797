// The query encoder for others: the Open Inference Protocol v2 as KServe and Triton clients call it, and
// OpenAI's /v1/embeddings.
#pragma once

#include <string>

#include "quarry/server/router.h"

namespace quarry::server {

// The encoder is that of the index that answers the request, under its own name. Which side it encodes for is
// the parameter "side" of an inference request and "input_type" of an OpenAI request: query (or
// search_query), which is the default, or code (or document, passage, search_document).
//
//   GET  /v2, /v2/health/live, /v2/health/ready
//   GET  /v2/models/{name}[/versions/1], .../ready
//   POST /v2/models/{name}[/versions/1]/infer     one BYTES input [n] or [n, 1], one FP32 output [n,
//   dimensions];
//                                                 in JSON or as binary tensors (Triton's extension)
//   POST /v1/embeddings                           floats or base64
//
// Errors have the shape of their protocol: {"error": text} and {"error": {"message", "type", ...}}.
void add_inference_routes(Router& router, const std::string& version);

}  // namespace quarry::server
