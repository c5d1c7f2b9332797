#include "quarry/training/torch_transformer.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "quarry/model/safetensors.h"
#include "quarry/training/random.h"
#include "quarry/training/vector_math.h"

namespace quarry::training {
namespace {

namespace functional = torch::nn::functional;

constexpr std::uint64_t kStream = 0xbe27;
constexpr double kDeviation = 0.02;  // of the first values, as BERT's
constexpr double kEpsilon = 1e-12;
constexpr float kNever = -1e9F;
// Texts that are read at a time. A step's gradient is made in parts of so many, each read again for it:
// memory does not grow with the batch (Gao et al. 2021, gradient cache).
constexpr std::size_t kAtATime = 64;

struct Parameter {
  std::string name;
  std::vector<std::int64_t> shape;
  std::size_t begin = 0;  // in its tower's values

  [[nodiscard]] std::size_t size() const {
    std::size_t product = 1;
    for (const std::int64_t n : shape) product *= static_cast<std::size_t>(n);
    return product;
  }
};

bool is_norm(const std::string& name) {
  return name.find("LayerNorm") != std::string::npos;
}
bool is_bias(const std::string& name) {
  return name.ends_with(".bias");
}

std::vector<Parameter> layout(std::int64_t vocabulary, std::int64_t width, std::int64_t inner,
                              std::int64_t layers, std::int64_t positions) {
  std::vector<Parameter> all;
  std::size_t at = 0;
  const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
    all.push_back({name, std::move(shape), at});
    at += all.back().size();
  };
  const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    add(name + ".weight", {out, in});
    add(name + ".bias", {out});
  };
  const auto norm = [&](const std::string& name) {
    add(name + ".weight", {width});
    add(name + ".bias", {width});
  };
  add("embeddings.word_embeddings.weight", {vocabulary, width});
  add("embeddings.position_embeddings.weight", {positions, width});
  add("embeddings.token_type_embeddings.weight", {2, width});
  norm("embeddings.LayerNorm");
  for (std::int64_t i = 0; i < layers; ++i) {
    const std::string layer = fmt::format("encoder.layer.{}.", i);
    for (const char* part : {"query", "key", "value"}) linear(layer + "attention.self." + part, width, width);
    linear(layer + "attention.output.dense", width, width);
    norm(layer + "attention.output.LayerNorm");
    linear(layer + "intermediate.dense", inner, width);
    linear(layer + "output.dense", width, inner);
    norm(layer + "output.LayerNorm");
  }
  return all;
}

// The weights as libtorch sees them: each tensor is a piece of one vector of values, its gradient one of
// another.
class Tower {
 public:
  Tower(const std::vector<Parameter>& parameters, float* values, float* gradient, std::int64_t heads,
        std::int64_t layers)
      : heads_(heads), layers_(layers) {
    for (const Parameter& parameter : parameters) {
      torch::Tensor tensor = torch::from_blob(values + parameter.begin, parameter.shape).requires_grad_(true);
      tensor.mutable_grad() = torch::from_blob(gradient + parameter.begin, parameter.shape);
      named_.emplace(parameter.name, std::move(tensor));
    }
  }

  // ids, mask: texts x tokens. Answers texts x width.
  [[nodiscard]] torch::Tensor read(const torch::Tensor& ids, const torch::Tensor& mask) const {
    const std::int64_t texts = ids.size(0);
    const std::int64_t tokens = ids.size(1);
    torch::Tensor x = torch::embedding(get("embeddings.word_embeddings.weight"), ids) +
                      get("embeddings.position_embeddings.weight").narrow(0, 0, tokens) +
                      get("embeddings.token_type_embeddings.weight").select(0, 0);
    x = norm(x, "embeddings.LayerNorm");
    const std::int64_t width = x.size(2);
    const std::int64_t depth = width / heads_;
    const torch::Tensor bias = ((1 - mask) * kNever).view({texts, 1, 1, tokens});
    for (std::int64_t i = 0; i < layers_; ++i) {
      const std::string layer = fmt::format("encoder.layer.{}.", i);
      const auto part = [&](const char* name) {
        return linear(x, layer + "attention.self." + name)
            .view({texts, tokens, heads_, depth})
            .transpose(1, 2);
      };
      const torch::Tensor scores =
          torch::matmul(part("query"), part("key").transpose(2, 3)) / std::sqrt(static_cast<double>(depth)) +
          bias;
      const torch::Tensor mixed = torch::matmul(torch::softmax(scores, 3), part("value"))
                                      .transpose(1, 2)
                                      .reshape({texts, tokens, width});
      x = norm(x + linear(mixed, layer + "attention.output.dense"), layer + "attention.output.LayerNorm");
      const torch::Tensor inner = functional::gelu(linear(x, layer + "intermediate.dense"));
      x = norm(x + linear(inner, layer + "output.dense"), layer + "output.LayerNorm");
    }
    const torch::Tensor shown = mask.unsqueeze(2);
    return (x * shown).sum(1) / shown.sum(1).clamp_min(1);
  }

 private:
  [[nodiscard]] const torch::Tensor& get(const std::string& name) const { return named_.at(name); }
  [[nodiscard]] torch::Tensor linear(const torch::Tensor& x, const std::string& name) const {
    return functional::linear(x, get(name + ".weight"), get(name + ".bias"));
  }
  [[nodiscard]] torch::Tensor norm(const torch::Tensor& x, const std::string& name) const {
    return torch::layer_norm(x, {x.size(2)}, get(name + ".weight"), get(name + ".bias"), kEpsilon);
  }

  std::unordered_map<std::string, torch::Tensor> named_;
  std::int64_t heads_;
  std::int64_t layers_;
};

struct Padded {
  torch::Tensor ids, mask;
};

// Texts [first, last), cut to `longest` tokens. A text without a token is one of token 0 that is not looked
// at.
Padded pad(const Bags& texts, std::size_t first, std::size_t last, std::size_t longest) {
  const auto size_of = [&](std::size_t text) {
    return std::min(longest, texts.order_begins[text + 1] - texts.order_begins[text]);
  };
  std::size_t width = 1;
  for (std::size_t text = first; text < last; ++text) width = std::max(width, size_of(text));
  const auto rows = static_cast<std::int64_t>(last - first);
  Padded padded{torch::zeros({rows, static_cast<std::int64_t>(width)}, torch::kInt64),
                torch::zeros({rows, static_cast<std::int64_t>(width)})};
  for (std::size_t text = first; text < last; ++text) {
    const std::size_t row = (text - first) * width;
    std::copy_n(texts.order.begin() + static_cast<std::ptrdiff_t>(texts.order_begins[text]), size_of(text),
                padded.ids.data_ptr<std::int64_t>() + row);
    std::fill_n(padded.mask.data_ptr<float>() + row, size_of(text), 1.0F);
  }
  return padded;
}

}  // namespace

struct TorchTransformer::Parts {
  std::uint32_t vocabulary = 0;
  TransformerShape shape;
  std::uint32_t width = 0;
  std::uint32_t positions = 0;
  std::vector<Parameter> parameters;  // of a tower
  std::size_t tower_size = 0;
  std::vector<float> values, gradient, first, second;
  std::vector<Tower> towers;

  [[nodiscard]] const Tower& tower(EncoderSide side) const {
    return towers[shape.shared ? 0 : static_cast<std::size_t>(side)];
  }
};

TorchTransformer::TorchTransformer(std::uint32_t vocabulary, const TrainConfig& config)
    : parts_(std::make_unique<Parts>()) {
  Parts& p = *parts_;
  p.vocabulary = vocabulary;
  p.shape = config.transformer;
  p.width = config.dimensions;
  p.positions =
      static_cast<std::uint32_t>(std::max(config.data.limits.doc_tokens, config.data.limits.code_tokens));
  p.parameters = layout(vocabulary, p.width, p.shape.feed_forward, p.shape.layers, p.positions);
  p.tower_size = p.parameters.back().begin + p.parameters.back().size();
  const std::size_t towers = p.shape.shared ? 1 : 2;
  for (std::vector<float>* all : {&p.values, &p.gradient, &p.first, &p.second})
    all->assign(towers * p.tower_size, 0.0F);
  for (std::size_t tower = 0; tower < towers; ++tower) {
    p.towers.emplace_back(p.parameters, p.values.data() + tower * p.tower_size,
                          p.gradient.data() + tower * p.tower_size, p.shape.heads, p.shape.layers);
  }
}

TorchTransformer::~TorchTransformer() = default;

std::uint32_t TorchTransformer::dimensions() const {
  return parts_->width;
}

void TorchTransformer::initialise(std::uint64_t seed, std::span<const std::uint64_t>,
                                  std::span<const std::uint64_t>) {
  Parts& p = *parts_;
  // Both towers start alike.
  Random random(seed, kStream);
  for (const Parameter& parameter : p.parameters) {
    for (std::size_t i = parameter.begin; i < parameter.begin + parameter.size(); ++i) {
      const bool constant = is_bias(parameter.name) || is_norm(parameter.name);
      const float start = is_norm(parameter.name) && !is_bias(parameter.name) ? 1.0F : 0.0F;
      p.values[i] = constant ? start : static_cast<float>(random.normal() * kDeviation);
    }
  }
  for (std::size_t tower = 1; tower < p.towers.size(); ++tower) {
    std::copy_n(p.values.begin(), p.tower_size,
                p.values.begin() + static_cast<std::ptrdiff_t>(tower * p.tower_size));
  }
  std::fill(p.first.begin(), p.first.end(), 0.0F);
  std::fill(p.second.begin(), p.second.end(), 0.0F);
}

std::span<float> TorchTransformer::token_table() {
  return std::span(parts_->values).first(static_cast<std::size_t>(parts_->vocabulary) * parts_->width);
}

Status TorchTransformer::encode(const Bags& texts, EncoderSide side, std::span<float> vectors) const {
  const torch::NoGradGuard guard;
  try {
    for (std::size_t begin = 0; begin < texts.size(); begin += kAtATime) {
      const std::size_t end = std::min(texts.size(), begin + kAtATime);
      const Padded padded = pad(texts, begin, end, parts_->positions);
      const torch::Tensor read = parts_->tower(side).read(padded.ids, padded.mask).contiguous();
      std::copy_n(read.data_ptr<float>(), (end - begin) * parts_->width,
                  vectors.data() + begin * parts_->width);
    }
  } catch (const c10::Error& error) {
    return fail(ErrorKind::limit, "libtorch: {}", error.what_without_backtrace());
  }
  return {};
}

Result<double> TorchTransformer::backward(const SideGradient& queries, const SideGradient& codes,
                                          Workers& workers) {
  Parts& p = *parts_;
  std::fill(p.gradient.begin(), p.gradient.end(), 0.0F);
  const auto go_back = [&](const SideGradient& side, EncoderSide which) {
    for (std::size_t begin = 0; begin < side.texts.size(); begin += kAtATime) {
      const std::size_t end = std::min(side.texts.size(), begin + kAtATime);
      const Padded padded = pad(side.texts, begin, end, p.positions);
      const std::span<const float> at = side.at_vectors.subspan(begin * p.width, (end - begin) * p.width);
      // Read only; libtorch has no view of constant memory.
      const torch::Tensor gradient =
          torch::from_blob(const_cast<float*>(at.data()),
                           {static_cast<std::int64_t>(end - begin), static_cast<std::int64_t>(p.width)});
      p.tower(which).read(padded.ids, padded.mask).backward(gradient);
    }
  };
  try {
    go_back(queries, EncoderSide::query);
    go_back(codes, EncoderSide::code);
  } catch (const c10::Error& error) {
    return fail(ErrorKind::limit, "libtorch: {}", error.what_without_backtrace());
  }
  if (workers.size() > 1) QUARRY_CHECK(workers.all_sum(p.gradient));
  double sum = 0;
  for (std::size_t at = 0; at < p.gradient.size(); at += 4096) {
    const std::size_t n = std::min<std::size_t>(4096, p.gradient.size() - at);
    sum += dot(p.gradient.data() + at, p.gradient.data() + at, n);
  }
  return std::sqrt(sum);
}

void TorchTransformer::update(const AdamOptions& options, double rate, std::uint64_t step, double scale) {
  Parts& p = *parts_;
  adam(p.values.data(), p.first.data(), p.second.data(), p.gradient.data(),
       adam_step(options, rate, step, scale), p.values.size());
}

std::vector<StatePart> TorchTransformer::state() {
  return {{"values", parts_->values}, {"first", parts_->first}, {"second", parts_->second}};
}

Status TorchTransformer::write(FileSystem& files, const std::filesystem::path& directory,
                               const std::string& tokenizer_json) const {
  const Parts& p = *parts_;
  const auto bytes_of = [](const std::string& text) { return std::as_bytes(std::span(text)); };
  const nlohmann::ordered_json config{{"model_type", "bert"},
                                      {"architectures", {"BertModel"}},
                                      {"vocab_size", p.vocabulary},
                                      {"hidden_size", p.width},
                                      {"num_hidden_layers", p.shape.layers},
                                      {"num_attention_heads", p.shape.heads},
                                      {"intermediate_size", p.shape.feed_forward},
                                      {"hidden_act", "gelu"},
                                      {"layer_norm_eps", kEpsilon},
                                      {"max_position_embeddings", p.positions},
                                      {"type_vocab_size", 2},
                                      {"pad_token_id", 0},
                                      {"hidden_dropout_prob", 0.0},
                                      {"attention_probs_dropout_prob", 0.0},
                                      {"torch_dtype", "float32"}};
  const nlohmann::ordered_json modules = nlohmann::ordered_json::parse(R"([
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}])");
  const nlohmann::ordered_json pooling{{"word_embedding_dimension", p.width},
                                       {"pooling_mode_mean_tokens", true}};
  const nlohmann::ordered_json reading{{"max_seq_length", p.positions}, {"do_lower_case", false}};
  for (std::size_t tower = 0; tower < p.towers.size(); ++tower) {
    const std::filesystem::path folder =
        p.towers.size() == 1 ? directory : directory / (tower == 0 ? "query" : "code");
    std::vector<model::Tensor> tensors;
    for (const Parameter& parameter : p.parameters) {
      const std::span values =
          std::span(p.values).subspan(tower * p.tower_size + parameter.begin, parameter.size());
      tensors.push_back({parameter.name,
                         model::Dtype::f32,
                         {parameter.shape.begin(), parameter.shape.end()},
                         std::as_bytes(values)});
    }
    QUARRY_TRY(const std::string weights, model::write_safetensors(tensors, {{"format", "pt"}}));
    QUARRY_CHECK(files.create_directories(folder / "1_Pooling"));
    const std::pair<const char*, std::string> texts[] = {
        {"config.json", config.dump(2) + '\n'},
        {"tokenizer.json", tokenizer_json},
        {"modules.json", modules.dump(2) + '\n'},
        {"1_Pooling/config.json", pooling.dump(2) + '\n'},
        {"sentence_bert_config.json", reading.dump(2) + '\n'}};
    for (const auto& [name, text] : texts)
      QUARRY_CHECK(write_atomically(files, folder / name, bytes_of(text)));
    QUARRY_CHECK(write_atomically(files, folder / "model.safetensors", bytes_of(weights)));
  }
  return {};
}

}  // namespace quarry::training
