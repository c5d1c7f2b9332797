// A small BERT as an ONNX graph, pooled by the mean over its tokens and scaled to unit length.
#pragma once

#include <string>
#include <string_view>

#include "quarry/base/result.h"
#include "quarry/model/encoder.h"
#include "quarry/model/transformer_model.h"

namespace quarry::model {

// Inputs, output and metadata as onnx_graph() has them, opset 17; texts are tokenized and cut to max_tokens
// by the caller. ErrorKind::limit where the model is larger than a protobuf may be (2 GiB).
[[nodiscard]] Result<std::string> transformer_graph(const TransformerModel& model, Side side,
                                                    std::string_view name);

}  // namespace quarry::model
