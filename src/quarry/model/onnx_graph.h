// A static model as an ONNX graph: what ONNX Runtime, KServe and Triton compute is what StaticEncoder
// computes.
#pragma once

#include <string>
#include <string_view>

#include "quarry/base/result.h"
#include "quarry/model/encoder.h"
#include "quarry/model/static_model.h"

namespace quarry::model {

// The bytes of a ModelProto (IR 8, opset 15). Inputs: input_ids and attention_mask, int64 [batch, tokens],
// the mask 1 where there is a token and 0 where there is padding (any id of the vocabulary). Output:
// embedding, float32 [batch, kept_dimensions], of unit length, all zeros for a text without a token. Texts
// are tokenized and cut by the caller; metadata_props tell max_tokens, side and fingerprint. An int8 table
// stays int8. ErrorKind::limit where the model is larger than a protobuf may be (2 GiB).
[[nodiscard]] Result<std::string> onnx_graph(const StaticModel& model, Side side, std::string_view name);

}  // namespace quarry::model
