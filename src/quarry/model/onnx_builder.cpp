#include "quarry/model/onnx_builder.h"

#include <limits>

namespace quarry::model {
namespace {

constexpr std::int64_t kIrVersion = 8;
constexpr std::size_t kLargest = std::numeric_limits<std::int32_t>::max();
// Below any length that a text with a token has; keeps the zeros of a text without one from becoming NaN.
constexpr float kTiny = 1e-30F;

void integer(onnx::NodeProto& node, const char* name, std::int64_t value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto_AttributeType_INT);
  attribute.set_i(value);
}

void integers(onnx::NodeProto& node, const char* name, std::initializer_list<std::int64_t> values) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto_AttributeType_INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

// A dimension is a number, or a name where it may be anything.
void describe(onnx::ValueInfoProto& value, const char* name, onnx::TensorProto_DataType type,
              const char* second, std::int64_t size) {
  value.set_name(name);
  onnx::TypeProto_Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape()->add_dim()->set_dim_param("batch");
  if (second != nullptr) {
    tensor.mutable_shape()->add_dim()->set_dim_param(second);
  } else {
    tensor.mutable_shape()->add_dim()->set_dim_value(size);
  }
}

}  // namespace

OnnxBuilder::OnnxBuilder(std::string_view name, std::int64_t opset, std::string_view doc,
                         std::uint32_t dimensions)
    : graph_(proto_.mutable_graph()) {
  proto_.set_ir_version(kIrVersion);
  proto_.set_producer_name("quarry");
  proto_.set_doc_string(std::string(doc));
  onnx::OperatorSetIdProto& set = *proto_.add_opset_import();
  set.set_domain("");
  set.set_version(opset);
  graph_->set_name(std::string(name));
  describe(*graph_->add_input(), "input_ids", onnx::TensorProto_DataType_INT64, "tokens", 0);
  describe(*graph_->add_input(), "attention_mask", onnx::TensorProto_DataType_INT64, "tokens", 0);
  describe(*graph_->add_output(), "embedding", onnx::TensorProto_DataType_FLOAT, nullptr, dimensions);
}

void OnnxBuilder::tell(const char* key, const std::string& value) {
  onnx::StringStringEntryProto& entry = *proto_.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

onnx::NodeProto& OnnxBuilder::add(const char* type, const std::string& output,
                                  std::initializer_list<std::string> inputs) {
  onnx::NodeProto& added = *graph_->add_node();
  added.set_op_type(type);
  added.set_name(output);
  for (const std::string& input : inputs) added.add_input(input);
  added.add_output(output);
  return added;
}

std::string OnnxBuilder::node(const char* type, const std::string& output,
                              std::initializer_list<std::string> inputs) {
  add(type, output, inputs);
  return output;
}

std::string OnnxBuilder::cast(const std::string& output, const std::string& input,
                              onnx::TensorProto_DataType type) {
  integer(add("Cast", output, {input}), "to", type);
  return output;
}

std::string OnnxBuilder::sum(const std::string& output, const std::string& input, const std::string& axes) {
  integer(add("ReduceSum", output, {input, axes}), "keepdims", 0);
  return output;
}

std::string OnnxBuilder::transpose(const std::string& output, const std::string& input,
                                   std::initializer_list<std::int64_t> order) {
  integers(add("Transpose", output, {input}), "perm", order);
  return output;
}

std::string OnnxBuilder::softmax(const std::string& output, const std::string& input) {
  integer(add("Softmax", output, {input}), "axis", -1);
  return output;
}

std::string OnnxBuilder::layer_norm(const std::string& output, const std::string& input,
                                    const std::string& weight, const std::string& bias, float epsilon) {
  onnx::NodeProto& added = add("LayerNormalization", output, {input, weight, bias});
  integer(added, "axis", -1);
  onnx::AttributeProto& attribute = *added.add_attribute();
  attribute.set_name("epsilon");
  attribute.set_type(onnx::AttributeProto_AttributeType_FLOAT);
  attribute.set_f(epsilon);
  return output;
}

std::string OnnxBuilder::unit(const std::string& output, const std::string& input) {
  onnx::NodeProto& length = add("ReduceL2", output + "_length", {input});
  integer(length, "keepdims", 1);
  integers(length, "axes", {1});
  const std::string divisor =
      node("Max", output + "_divisor", {output + "_length", number(output + "_tiny", kTiny)});
  return node("Div", output, {input, divisor});
}

std::string OnnxBuilder::tensor(const std::string& name, onnx::TensorProto_DataType type,
                                const std::vector<std::int64_t>& shape, const void* bytes, std::size_t size) {
  onnx::TensorProto& added = *graph_->add_initializer();
  added.set_name(name);
  added.set_data_type(type);
  for (const std::int64_t dimension : shape) added.add_dims(dimension);
  added.set_raw_data(bytes, size);
  return name;
}

std::string OnnxBuilder::number(const std::string& name, float value) {
  return tensor(name, onnx::TensorProto_DataType_FLOAT, {}, &value, sizeof value);
}

std::string OnnxBuilder::axis(const std::string& name, std::int64_t value) {
  return tensor(name, onnx::TensorProto_DataType_INT64, {1}, &value, sizeof value);
}

Result<std::string> OnnxBuilder::finish() const {
  if (proto_.ByteSizeLong() > kLargest) {
    return fail(ErrorKind::limit, "the model's {} bytes are more than an ONNX file can hold",
                proto_.ByteSizeLong());
  }
  std::string bytes;
  if (!proto_.SerializeToString(&bytes))
    return fail(ErrorKind::io, "the ONNX graph could not be written down");
  return bytes;
}

}  // namespace quarry::model
