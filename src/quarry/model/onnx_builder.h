// Writes down an ONNX graph node by node: token ids in, vectors of unit length out.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::model {

// Every node is called as its one output, which is what adding it answers.
class OnnxBuilder {
 public:
  // Inputs: input_ids and attention_mask, int64 [batch, tokens]. Output: `embedding`, float32 [batch,
  // dimensions].
  OnnxBuilder(std::string_view name, std::int64_t opset, std::string_view doc, std::uint32_t dimensions);

  void tell(const char* key, const std::string& value);  // an entry of metadata_props

  std::string node(const char* type, const std::string& output, std::initializer_list<std::string> inputs);
  std::string cast(const std::string& output, const std::string& input, onnx::TensorProto_DataType type);
  std::string sum(const std::string& output, const std::string& input, const std::string& axes);
  std::string transpose(const std::string& output, const std::string& input,
                        std::initializer_list<std::int64_t> order);
  std::string softmax(const std::string& output, const std::string& input);  // over the last axis
  // Over the last axis.
  std::string layer_norm(const std::string& output, const std::string& input, const std::string& weight,
                         const std::string& bias, float epsilon);
  // Divided by its length; zeros stay zeros.
  std::string unit(const std::string& output, const std::string& input);

  std::string tensor(const std::string& name, onnx::TensorProto_DataType type,
                     const std::vector<std::int64_t>& shape, const void* bytes, std::size_t size);
  std::string number(const std::string& name, float value);
  std::string axis(const std::string& name, std::int64_t value);  // int64 [1]

  // The bytes of the ModelProto. ErrorKind::limit where they are more than a protobuf may have (2 GiB).
  [[nodiscard]] Result<std::string> finish() const;

 private:
  onnx::NodeProto& add(const char* type, const std::string& output,
                       std::initializer_list<std::string> inputs);

  onnx::ModelProto proto_;
  onnx::GraphProto* graph_;
};

}  // namespace quarry::model
