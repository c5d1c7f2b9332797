#include "quarry/model/onnx_graph.h"

#include <onnx/onnx_pb.h>

#include <cstring>
#include <initializer_list>
#include <limits>

namespace quarry::model {
namespace {

constexpr std::int64_t kOpset = 15;
constexpr std::int64_t kIrVersion = 8;
constexpr std::size_t kLargest = std::numeric_limits<std::int32_t>::max();
// Below any length that a text with a token has; keeps the zeros of a text without one from becoming NaN.
constexpr float kTiny = 1e-30F;

// Adds nodes one after the other; every node is called as its one output.
class Graph {
 public:
  explicit Graph(onnx::GraphProto& graph) : graph_(graph) {}

  std::string node(const char* type, const std::string& output, std::initializer_list<std::string> inputs) {
    onnx::NodeProto& added = add(type, output, inputs);
    (void)added;
    return output;
  }
  std::string cast(const std::string& output, const std::string& input, onnx::TensorProto_DataType type) {
    integer(add("Cast", output, {input}), "to", type);
    return output;
  }
  std::string sum(const std::string& output, const std::string& input, const std::string& axes) {
    integer(add("ReduceSum", output, {input, axes}), "keepdims", 0);
    return output;
  }
  std::string length(const std::string& output, const std::string& input) {
    onnx::NodeProto& added = add("ReduceL2", output, {input});
    integer(added, "keepdims", 1);
    onnx::AttributeProto& axes = *added.add_attribute();
    axes.set_name("axes");
    axes.set_type(onnx::AttributeProto_AttributeType_INTS);
    axes.add_ints(1);
    return output;
  }

  std::string tensor(const std::string& name, onnx::TensorProto_DataType type,
                     std::initializer_list<std::size_t> shape, const void* bytes, std::size_t size) {
    onnx::TensorProto& added = *graph_.add_initializer();
    added.set_name(name);
    added.set_data_type(type);
    for (const std::size_t dimension : shape) added.add_dims(static_cast<std::int64_t>(dimension));
    added.set_raw_data(bytes, size);
    return name;
  }
  std::string number(const std::string& name, float value) {
    return tensor(name, onnx::TensorProto_DataType_FLOAT, {}, &value, sizeof value);
  }
  std::string axis(const std::string& name, std::int64_t value) {
    return tensor(name, onnx::TensorProto_DataType_INT64, {1}, &value, sizeof value);
  }

 private:
  onnx::NodeProto& add(const char* type, const std::string& output,
                       std::initializer_list<std::string> inputs) {
    onnx::NodeProto& added = *graph_.add_node();
    added.set_op_type(type);
    added.set_name(output);
    for (const std::string& input : inputs) added.add_input(input);
    added.add_output(output);
    return added;
  }
  static void integer(onnx::NodeProto& node, const char* name, std::int64_t value) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto_AttributeType_INT);
    attribute.set_i(value);
  }

  onnx::GraphProto& graph_;
};

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

void tell(onnx::ModelProto& proto, const char* key, const std::string& value) {
  onnx::StringStringEntryProto& entry = *proto.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

// How often each token stands in its own text: [batch, tokens].
std::string token_counts(Graph& graph, const std::string& ids, const std::string& mask) {
  const std::string one = graph.axis("axis_1", 1);
  const std::string two = graph.axis("axis_2", 2);
  const std::string same = graph.node(
      "Equal", "same",
      {graph.node("Unsqueeze", "ids_down", {ids, two}), graph.node("Unsqueeze", "ids_across", {ids, one})});
  const std::string seen = graph.node("Mul", "seen",
                                      {graph.cast("same_as_number", same, onnx::TensorProto_DataType_FLOAT),
                                       graph.node("Unsqueeze", "mask_across", {mask, one})});
  // Padding may stand for no token at all.
  return graph.node("Max", "counts", {graph.sum("seen_count", seen, two), graph.number("at_least_one", 1)});
}

std::string unit(Graph& graph, const std::string& output, const std::string& input, const std::string& tiny) {
  const std::string length = graph.length(output + "_length", input);
  return graph.node("Div", output, {input, graph.node("Max", output + "_divisor", {length, tiny})});
}

// Of a vector of which an index keeps the first part only: that part, of unit length.
void first_dimensions(Graph& graph, const std::string& whole, std::uint32_t kept, const std::string& tiny) {
  const std::string part = graph.node(
      "Slice", "first_dimensions",
      {whole, graph.axis("slice_begin", 0), graph.axis("slice_end", kept), graph.axis("slice_axis", 1)});
  unit(graph, "embedding", part, tiny);
}

void build(const StaticModel& model, const StaticSide& side, Graph& graph) {
  const std::string mask = graph.cast("mask", "attention_mask", onnx::TensorProto_DataType_FLOAT);
  const std::string weights =
      graph.tensor("token_weights", onnx::TensorProto_DataType_FLOAT, {side.weights.size()},
                   side.weights.data(), side.weights.size() * sizeof(float));
  std::string share =
      graph.node("Mul", "masked_weights", {graph.node("Gather", "weights", {weights, "input_ids"}), mask});
  if (model.log_frequency) {
    // weight * (1 + ln n) * row once a distinct token is weight * (1 + ln n) / n * row at each of its n
    // places.
    const std::string counts = token_counts(graph, "input_ids", mask);
    const std::string factor = graph.node(
        "Div", "factor",
        {graph.node("Add", "damped", {graph.node("Log", "log_counts", {counts}), "at_least_one"}), counts});
    share = graph.node("Mul", "shares", {share, factor});
  } else {
    graph.axis("axis_1", 1);
  }

  std::string rows = "input_ids";
  if (!model.row_of.empty()) {
    std::vector<std::int64_t> mapping(model.row_of.begin(), model.row_of.end());
    rows = graph.node("Gather", "row_numbers",
                      {graph.tensor("row_of_token", onnx::TensorProto_DataType_INT64, {mapping.size()},
                                    mapping.data(), mapping.size() * sizeof(std::int64_t)),
                       rows});
  }
  std::size_t table_rows = model.row_of.empty() ? side.weights.size() : 0;
  for (const std::uint32_t row : model.row_of) table_rows = std::max<std::size_t>(table_rows, row + 1);
  const std::size_t elements = table_rows * model.dimensions;
  std::string values;
  if (model.quantized != nullptr) {
    const std::string table = graph.tensor("table", onnx::TensorProto_DataType_INT8,
                                           {table_rows, model.dimensions}, model.quantized, elements);
    values =
        graph.cast("values", graph.node("Gather", "rows", {table, rows}), onnx::TensorProto_DataType_FLOAT);
  } else {
    const std::string table =
        graph.tensor("table", onnx::TensorProto_DataType_FLOAT, {table_rows, model.dimensions}, model.floats,
                     elements * sizeof(float));
    values = graph.node("Gather", "values", {table, rows});
  }
  const std::string product =
      graph.node("MatMul", "product", {graph.node("Unsqueeze", "shares_across", {share, "axis_1"}), values});
  const std::string pooled = graph.node("Squeeze", "pooled", {product, "axis_1"});
  const std::string tiny = graph.number("tiny", kTiny);
  const bool all = model.kept_dimensions == model.dimensions;
  const std::string end = all ? "embedding" : "whole";
  if (side.mean.empty()) {
    unit(graph, end, pooled, tiny);
    if (!all) first_dimensions(graph, end, model.kept_dimensions, tiny);
    return;
  }
  const std::string direction = unit(graph, "direction", pooled, tiny);
  const std::string mean = graph.tensor("mean", onnx::TensorProto_DataType_FLOAT, {side.mean.size()},
                                        side.mean.data(), side.mean.size() * sizeof(float));
  // A text without a token stays zeros: nothing is taken from it.
  const std::string any =
      graph.cast("any_as_number", graph.node("Greater", "any", {"direction_length", tiny}),
                 onnx::TensorProto_DataType_FLOAT);
  const std::string centred =
      graph.node("Sub", "centred", {direction, graph.node("Mul", "mean_or_zero", {mean, any})});
  unit(graph, end, centred, tiny);
  if (!all) first_dimensions(graph, end, model.kept_dimensions, tiny);
}

}  // namespace

Result<std::string> onnx_graph(const StaticModel& model, Side side, std::string_view name) {
  const StaticSide& chosen = model.sides[static_cast<std::size_t>(side)];
  onnx::ModelProto proto;
  proto.set_ir_version(kIrVersion);
  proto.set_producer_name("quarry");
  proto.set_doc_string(
      "Token ids to unit vectors: sum over distinct tokens of weight * (1 + ln count) * row.");
  onnx::OperatorSetIdProto& opset = *proto.add_opset_import();
  opset.set_domain("");
  opset.set_version(kOpset);
  tell(proto, "side", side == Side::query ? "query" : "code");
  tell(proto, "max_tokens", fmt::format("{}", chosen.max_tokens));
  tell(proto, "fingerprint", model.fingerprint);

  onnx::GraphProto& graph = *proto.mutable_graph();
  graph.set_name(std::string(name));
  describe(*graph.add_input(), "input_ids", onnx::TensorProto_DataType_INT64, "tokens", 0);
  describe(*graph.add_input(), "attention_mask", onnx::TensorProto_DataType_INT64, "tokens", 0);
  describe(*graph.add_output(), "embedding", onnx::TensorProto_DataType_FLOAT, nullptr,
           model.kept_dimensions);
  Graph builder(graph);
  build(model, chosen, builder);

  if (proto.ByteSizeLong() > kLargest)
    return fail(ErrorKind::limit, "the model's {} bytes are more than an ONNX file can hold",
                proto.ByteSizeLong());
  std::string bytes;
  if (!proto.SerializeToString(&bytes))
    return fail(ErrorKind::io, "the ONNX graph could not be written down");
  return bytes;
}

}  // namespace quarry::model
