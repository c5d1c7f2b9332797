#include "quarry/model/triton_config.h"

#include <fmt/core.h>

namespace quarry::model {

// Requests of one length are computed together; Triton adds the batch's dimension itself.
std::string triton_config(std::string_view name, std::uint32_t dimensions) {
  return fmt::format(R"(name: "{}"
platform: "onnxruntime_onnx"
max_batch_size: 64
input [
  {{ name: "input_ids" data_type: TYPE_INT64 dims: [ -1 ] }},
  {{ name: "attention_mask" data_type: TYPE_INT64 dims: [ -1 ] }}
]
output [
  {{ name: "embedding" data_type: TYPE_FP32 dims: [ {} ] }}
]
dynamic_batching {{ max_queue_delay_microseconds: 500 }}
)",
                     name, dimensions);
}

}  // namespace quarry::model
