#include "quarry/model/transformer_graph.h"

#include <array>
#include <cmath>

#include "quarry/model/onnx_builder.h"

namespace quarry::model {
namespace {

constexpr std::int64_t kOpset = 17;  // the first with LayerNormalization
constexpr float kNever = -1e9F;      // added to the score of padding

class Writer {
 public:
  Writer(const TransformerModel& model, OnnxBuilder& graph) : model_(model), graph_(graph) {}

  void write() {
    const std::string mask = graph_.cast("mask", "attention_mask", onnx::TensorProto_DataType_FLOAT);
    const std::string one = graph_.axis("axis_1", 1);
    const std::string two = graph_.axis("axis_2", 2);
    // [batch, 1, 1, tokens]: 0 where there is a token.
    const std::string hidden =
        graph_.node("Mul", "hidden",
                    {graph_.node("Sub", "padding", {graph_.number("number_1", 1), mask}),
                     graph_.number("never", kNever)});
    const std::string bias =
        graph_.node("Unsqueeze", "bias", {graph_.node("Unsqueeze", "hidden_down", {hidden, one}), two});
    std::string x = embed();
    for (std::uint32_t i = 0; i < model_.layers; ++i) x = layer(fmt::format("encoder.layer.{}.", i), x, bias);

    const std::string shown = graph_.node("Unsqueeze", "mask_down", {mask, two});
    const std::string total = graph_.sum("total", graph_.node("Mul", "shown", {x, shown}), one);
    const std::string count =
        graph_.node("Max", "count", {graph_.sum("tokens_of_text", shown, one), "number_1"});
    graph_.unit("embedding", graph_.node("Div", "mean", {total, count}));
  }

 private:
  std::string weight(const std::string& name) {
    const Tensor& tensor = *model_.tensors.find(name);  // checked when it was read
    return graph_.tensor(name, onnx::TensorProto_DataType_FLOAT, {tensor.shape.begin(), tensor.shape.end()},
                         tensor.bytes.data(), tensor.bytes.size());
  }
  std::string linear(const std::string& input, const std::string& name) {
    const std::string product =
        graph_.node("MatMul", name + ".product",
                    {input, graph_.transpose(name + ".turned", weight(name + ".weight"), {1, 0})});
    return graph_.node("Add", name + ".out", {product, weight(name + ".bias")});
  }
  std::string norm(const std::string& input, const std::string& name) {
    return graph_.layer_norm(name + ".out", input, weight(name + ".weight"), weight(name + ".bias"),
                             model_.epsilon);
  }
  std::string integers(const std::string& name, const std::vector<std::int64_t>& values) {
    return graph_.tensor(name, onnx::TensorProto_DataType_INT64, {static_cast<std::int64_t>(values.size())},
                         values.data(), values.size() * sizeof(std::int64_t));
  }

  std::string embed() {
    const std::string words =
        graph_.node("Gather", "words", {weight("embeddings.word_embeddings.weight"), "input_ids"});
    // The first rows of the positions, as many as the texts have tokens.
    const std::string tokens = graph_.node(
        "Slice", "tokens",
        {graph_.node("Shape", "shape", {"input_ids"}), graph_.axis("from_1", 1), graph_.axis("to_2", 2)});
    const std::string places =
        graph_.node("Slice", "places",
                    {weight("embeddings.position_embeddings.weight"), graph_.axis("from_0", 0), tokens});
    const std::string kind =
        graph_.node("Slice", "kind",
                    {weight("embeddings.token_type_embeddings.weight"), "from_0", graph_.axis("to_1", 1)});
    const std::string sum = graph_.node("Add", "with_places", {words, places});
    return norm(graph_.node("Add", "embedded", {sum, kind}), "embeddings.LayerNorm");
  }

  std::string layer(const std::string& at, const std::string& x, const std::string& bias) {
    const auto depth = static_cast<std::int64_t>(model_.width / model_.heads);
    const std::string split = integers(at + "split", {0, 0, model_.heads, depth});
    const auto part = [&](const char* name, std::initializer_list<std::int64_t> order) {
      const std::string all = linear(x, at + "attention.self." + name);
      return graph_.transpose(all + ".heads", graph_.node("Reshape", all + ".split", {all, split}), order);
    };
    const std::string product =
        graph_.node("MatMul", at + "scores", {part("query", {0, 2, 1, 3}), part("key", {0, 2, 3, 1})});
    const std::string scaled =
        graph_.node("Mul", at + "scaled",
                    {product, graph_.number(at + "scale", 1 / std::sqrt(static_cast<float>(depth)))});
    const std::string shares =
        graph_.softmax(at + "shares", graph_.node("Add", at + "biased", {scaled, bias}));
    const std::string mixed = graph_.transpose(
        at + "mixed", graph_.node("MatMul", at + "mixed_heads", {shares, part("value", {0, 2, 1, 3})}),
        {0, 2, 1, 3});
    const std::string joined =
        graph_.node("Reshape", at + "joined", {mixed, integers(at + "join", {0, 0, model_.width})});
    const std::string attended =
        norm(graph_.node("Add", at + "attended", {x, linear(joined, at + "attention.output.dense")}),
             at + "attention.output.LayerNorm");
    const std::string inner = gelu(at, linear(attended, at + "intermediate.dense"));
    return norm(graph_.node("Add", at + "passed", {attended, linear(inner, at + "output.dense")}),
                at + "output.LayerNorm");
  }

  // x / 2 * (1 + erf(x / sqrt 2))
  std::string gelu(const std::string& at, const std::string& x) {
    const std::string error =
        graph_.node("Erf", at + "erf",
                    {graph_.node("Mul", at + "erf_of", {x, graph_.number(at + "root", std::sqrt(0.5F))})});
    const std::string half = graph_.node("Mul", at + "half", {x, graph_.number(at + "one_half", 0.5F)});
    return graph_.node("Mul", at + "gelu", {half, graph_.node("Add", at + "erf_and_1", {error, "number_1"})});
  }

  const TransformerModel& model_;
  OnnxBuilder& graph_;
};

}  // namespace

Result<std::string> transformer_graph(const TransformerModel& model, Side side, std::string_view name) {
  OnnxBuilder graph(name, kOpset, "Token ids to unit vectors: a transformer, the mean over its tokens.",
                    model.width);
  graph.tell("side", side == Side::query ? "query" : "code");
  graph.tell("max_tokens", fmt::format("{}", model.positions));
  graph.tell("fingerprint", model.fingerprint);
  Writer(model, graph).write();
  return graph.finish();
}

}  // namespace quarry::model
