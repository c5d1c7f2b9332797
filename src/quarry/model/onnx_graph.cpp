#include "quarry/model/onnx_graph.h"

#include <algorithm>
#include <vector>

#include "quarry/model/onnx_builder.h"

namespace quarry::model {
namespace {

constexpr std::int64_t kOpset = 15;

template <class T>
std::int64_t size_of(const std::vector<T>& values) {
  return static_cast<std::int64_t>(values.size());
}

// How often each token stands in its own text: [batch, tokens].
std::string token_counts(OnnxBuilder& graph, const std::string& ids, const std::string& mask) {
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

// Of a vector of which an index keeps the first part only: that part, of unit length.
void first_dimensions(OnnxBuilder& graph, const std::string& whole, std::uint32_t kept) {
  const std::string part = graph.node(
      "Slice", "first_dimensions",
      {whole, graph.axis("slice_begin", 0), graph.axis("slice_end", kept), graph.axis("slice_axis", 1)});
  graph.unit("embedding", part);
}

void build(const StaticModel& model, const StaticSide& side, OnnxBuilder& graph) {
  const std::string mask = graph.cast("mask", "attention_mask", onnx::TensorProto_DataType_FLOAT);
  const std::string weights =
      graph.tensor("token_weights", onnx::TensorProto_DataType_FLOAT, {size_of(side.weights)},
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
                      {graph.tensor("row_of_token", onnx::TensorProto_DataType_INT64, {size_of(mapping)},
                                    mapping.data(), mapping.size() * sizeof(std::int64_t)),
                       rows});
  }
  std::size_t table_rows = model.row_of.empty() ? side.weights.size() : 0;
  for (const std::uint32_t row : model.row_of) table_rows = std::max<std::size_t>(table_rows, row + 1);
  const std::size_t elements = table_rows * model.dimensions;
  std::string values;
  if (model.quantized != nullptr) {
    const std::string table =
        graph.tensor("table", onnx::TensorProto_DataType_INT8,
                     {static_cast<std::int64_t>(table_rows), model.dimensions}, model.quantized, elements);
    values =
        graph.cast("values", graph.node("Gather", "rows", {table, rows}), onnx::TensorProto_DataType_FLOAT);
  } else {
    const std::string table = graph.tensor("table", onnx::TensorProto_DataType_FLOAT,
                                           {static_cast<std::int64_t>(table_rows), model.dimensions},
                                           model.floats, elements * sizeof(float));
    values = graph.node("Gather", "values", {table, rows});
  }
  const std::string product =
      graph.node("MatMul", "product", {graph.node("Unsqueeze", "shares_across", {share, "axis_1"}), values});
  const std::string pooled = graph.node("Squeeze", "pooled", {product, "axis_1"});
  const bool all = model.kept_dimensions == model.dimensions;
  const std::string end = all ? "embedding" : "whole";
  if (side.mean.empty()) {
    graph.unit(end, pooled);
    if (!all) first_dimensions(graph, end, model.kept_dimensions);
    return;
  }
  const std::string direction = graph.unit("direction", pooled);
  const std::string mean = graph.tensor("mean", onnx::TensorProto_DataType_FLOAT, {size_of(side.mean)},
                                        side.mean.data(), side.mean.size() * sizeof(float));
  // A text without a token stays zeros: nothing is taken from it.
  const std::string any =
      graph.cast("any_as_number", graph.node("Greater", "any", {"direction_length", "direction_tiny"}),
                 onnx::TensorProto_DataType_FLOAT);
  const std::string centred =
      graph.node("Sub", "centred", {direction, graph.node("Mul", "mean_or_zero", {mean, any})});
  graph.unit(end, centred);
  if (!all) first_dimensions(graph, end, model.kept_dimensions);
}

}  // namespace

Result<std::string> onnx_graph(const StaticModel& model, Side side, std::string_view name) {
  const StaticSide& chosen = model.sides[static_cast<std::size_t>(side)];
  OnnxBuilder graph(name, kOpset,
                    "Token ids to unit vectors: sum over distinct tokens of weight * (1 + ln count) * row.",
                    model.kept_dimensions);
  graph.tell("side", side == Side::query ? "query" : "code");
  graph.tell("max_tokens", fmt::format("{}", chosen.max_tokens));
  graph.tell("fingerprint", model.fingerprint);
  build(model, chosen, graph);
  return graph.finish();
}

}  // namespace quarry::model
