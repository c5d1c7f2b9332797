#include "quarry/model/transformer_model.h"

#include <vector>

#include "quarry/base/hash.h"
#include "quarry/model/json_fields.h"
#include "quarry/model/tokenizer.h"

namespace quarry::model {
namespace {

constexpr std::size_t kMaxConfigBytes = 1U << 20U;
constexpr std::size_t kMaxTokenizerBytes = 256U << 20U;

Result<Json> read_config(const FileSystem& files, const std::filesystem::path& directory) {
  QUARRY_TRY(const std::string text, files.read(directory / "config.json", kMaxConfigBytes));
  QUARRY_TRY(Json config, parse_json(text));
  if (!config.is_object()) return fail(ErrorKind::corrupt, "config.json: not a JSON object");
  return config;
}

Result<std::uint32_t> size_field(const Json& config, const char* key) {
  QUARRY_TRY(const std::uint64_t value, number_field(config, key, 0));
  if (value == 0 || value > (1U << 24U)) {
    return fail(ErrorKind::corrupt, "config.json: \"{}\" is {} or missing", key, value);
  }
  return static_cast<std::uint32_t>(value);
}

Status require(const TransformerModel& model, const std::string& name,
               const std::vector<std::uint64_t>& shape) {
  const Tensor* tensor = model.tensors.find(name);
  if (tensor == nullptr) return fail(ErrorKind::corrupt, "model.safetensors: tensor \"{}\" is missing", name);
  if (tensor->dtype != Dtype::f32 || tensor->shape != shape) {
    return fail(ErrorKind::corrupt,
                "model.safetensors: tensor \"{}\" has another type or shape than config.json tells", name);
  }
  return {};
}

Status check_tensors(const TransformerModel& model) {
  const std::uint64_t width = model.width;
  const auto linear = [&](const std::string& name, std::uint64_t out, std::uint64_t in) -> Status {
    QUARRY_CHECK(require(model, name + ".weight", {out, in}));
    return require(model, name + ".bias", {out});
  };
  const auto norm = [&](const std::string& name) -> Status {
    QUARRY_CHECK(require(model, name + ".weight", {width}));
    return require(model, name + ".bias", {width});
  };
  QUARRY_CHECK(require(model, "embeddings.word_embeddings.weight", {model.vocabulary, width}));
  QUARRY_CHECK(require(model, "embeddings.position_embeddings.weight", {model.positions, width}));
  QUARRY_CHECK(require(model, "embeddings.token_type_embeddings.weight", {2, width}));
  QUARRY_CHECK(norm("embeddings.LayerNorm"));
  for (std::uint32_t i = 0; i < model.layers; ++i) {
    const std::string layer = fmt::format("encoder.layer.{}.", i);
    for (const char* part : {"query", "key", "value"})
      QUARRY_CHECK(linear(layer + "attention.self." + part, width, width));
    QUARRY_CHECK(linear(layer + "attention.output.dense", width, width));
    QUARRY_CHECK(norm(layer + "attention.output.LayerNorm"));
    QUARRY_CHECK(linear(layer + "intermediate.dense", model.inner, width));
    QUARRY_CHECK(linear(layer + "output.dense", width, model.inner));
    QUARRY_CHECK(norm(layer + "output.LayerNorm"));
  }
  return {};
}

Result<TransformerModel> read(const FileSystem& files, const std::filesystem::path& directory) {
  QUARRY_TRY(const Json config, read_config(files, directory));
  QUARRY_TRY(const std::string type, string_field(config, "model_type"));
  QUARRY_TRY(const std::string activation, string_field(config, "hidden_act", "gelu"));
  if (type != "bert" || activation != "gelu") {
    return fail(ErrorKind::invalid_argument,
                "config.json: model_type \"{}\" with hidden_act \"{}\" is not supported (bert with gelu is)",
                type, activation);
  }
  TransformerModel model;
  QUARRY_TRY(model.vocabulary, size_field(config, "vocab_size"));
  QUARRY_TRY(model.width, size_field(config, "hidden_size"));
  QUARRY_TRY(model.layers, size_field(config, "num_hidden_layers"));
  QUARRY_TRY(model.heads, size_field(config, "num_attention_heads"));
  QUARRY_TRY(model.inner, size_field(config, "intermediate_size"));
  QUARRY_TRY(model.positions, size_field(config, "max_position_embeddings"));
  if (model.width % model.heads != 0) {
    return fail(ErrorKind::corrupt, "config.json: {} heads do not divide the hidden_size {}", model.heads,
                model.width);
  }
  if (const Json* epsilon = member(config, "layer_norm_eps"); epsilon != nullptr && epsilon->is_number())
    model.epsilon = epsilon->get<float>();

  QUARRY_TRY(const std::string tokenizer_json, files.read(directory / "tokenizer.json", kMaxTokenizerBytes));
  auto tokenizer = Tokenizer::parse(tokenizer_json);
  if (!tokenizer) return fail_in("tokenizer.json", std::move(tokenizer).error());
  if (tokenizer->size() > model.vocabulary) {
    return fail(ErrorKind::corrupt,
                "tokenizer.json has {} tokens and the model {} rows: the files are not of one model",
                tokenizer->size(), model.vocabulary);
  }
  QUARRY_TRY(model.file, files.map(directory / "model.safetensors"));
  auto tensors = parse_safetensors(model.file->bytes());
  if (!tensors) return fail_in("model.safetensors", std::move(tensors).error());
  model.tensors = *std::move(tensors);
  QUARRY_CHECK(check_tensors(model));
  const auto bytes = model.file->bytes();
  const std::string_view weights(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  model.fingerprint = fmt::format("{:016x}", hash64(weights, hash64(tokenizer_json, hash64(config.dump()))));
  return model;
}

}  // namespace

Result<std::string> model_type_of(const FileSystem& files, const std::filesystem::path& directory) {
  auto config = read_config(files, directory);
  if (!config) return fail_in("model " + directory.string(), std::move(config).error());
  auto type = string_field(*config, "model_type", "model2vec");  // the first model2vec models say none
  if (!type) return fail_in("model " + directory.string() + ": config.json", std::move(type).error());
  return type;
}

Result<TransformerModel> read_transformer_model(const FileSystem& files,
                                                const std::filesystem::path& directory) {
  auto model = read(files, directory);
  if (!model) return fail_in("model " + directory.string(), std::move(model).error());
  return model;
}

}  // namespace quarry::model
