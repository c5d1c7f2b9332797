#include "quarry/model/static_model.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "quarry/base/hash.h"
#include "quarry/model/compiled_tokenizer.h"
#include "quarry/model/json_fields.h"

namespace quarry::model {
namespace {

constexpr std::size_t kCommonCounts = 64;

// 1 + ln(n) of the counts that nearly all tokens have.
const std::array<float, kCommonCounts>& log_frequencies() {
  static const std::array<float, kCommonCounts> kTable = [] {
    std::array<float, kCommonCounts> table{};
    for (std::size_t n = 1; n < table.size(); ++n) table[n] = 1.0F + std::log(static_cast<float>(n));
    return table;
  }();
  return kTable;
}

constexpr std::size_t kMaxConfigBytes = 1U << 20;
constexpr std::uint64_t kMaxDimensions = 1U << 14;
constexpr std::uint64_t kDefaultMaxTokens = 512;
constexpr std::uint64_t kArithmetic =
    1;  // part of every fingerprint: rises when the same files give other vectors

constexpr auto kQuery = static_cast<std::size_t>(Side::query);
constexpr auto kCode = static_cast<std::size_t>(Side::code);

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<const Tensor*> required(const Safetensors& tensors, const char* name) {
  const Tensor* tensor = tensors.find(name);
  if (tensor != nullptr) return tensor;
  std::string present;
  for (const Tensor& other : tensors.tensors) present += (present.empty() ? "" : ", ") + other.name;
  return fail(ErrorKind::corrupt, "model.safetensors: tensor \"{}\" is missing (there are: {})", name,
              present.empty() ? "none" : present);
}

// One value a token (or a dimension), as floats.
Result<std::vector<float>> column(const Tensor& tensor, std::size_t size, const char* what) {
  if (tensor.shape.size() != 1 || tensor.elements() != size) {
    return fail(ErrorKind::corrupt, "model.safetensors: tensor \"{}\" has {} elements where there are {} {}",
                tensor.name, tensor.elements(), size, what);
  }
  auto values = to_floats(tensor);
  if (!values) return fail_in("model.safetensors", std::move(values).error());
  return values;
}

bool all_finite(const std::byte* floats, std::size_t count) {
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, floats + i * sizeof bits, sizeof bits);
    bad |= (bits & 0x7f800000U) == 0x7f800000U ? 1U : 0U;
  }
  return bad == 0;
}

// Checks the table and points the model at it; answers its number of rows.
Result<std::uint64_t> take_table(const Tensor& table, StaticModel& model) {
  if (table.shape.size() != 2 || table.elements() == 0) {
    return fail(ErrorKind::corrupt, "model.safetensors: tensor \"{}\" must have rows and columns",
                table.name);
  }
  if (table.shape[1] > kMaxDimensions) {
    return fail(ErrorKind::limit, "model.safetensors: {} dimensions exceed the limit of {}", table.shape[1],
                kMaxDimensions);
  }
  model.dimensions = static_cast<std::uint32_t>(table.shape[1]);
  if (table.dtype == Dtype::i8) {
    model.quantized = reinterpret_cast<const std::int8_t*>(table.bytes.data());
  } else if (table.dtype == Dtype::f32) {
    if (!all_finite(table.bytes.data(), table.elements())) {
      return fail(ErrorKind::corrupt, "model.safetensors: tensor \"{}\" holds a NaN or infinity", table.name);
    }
    model.floats = table.bytes.data();
  } else {
    auto converted = to_floats(table);
    if (!converted) return fail_in("model.safetensors", std::move(converted).error());
    model.converted = std::make_shared<const std::vector<float>>(*std::move(converted));
    model.floats = reinterpret_cast<const std::byte*>(model.converted->data());
  }
  return table.shape[0];
}

Status check_rows(const Tokenizer& tokenizer, std::uint64_t rows, const Tensor& table) {
  if (rows == tokenizer.size()) return {};
  return fail(ErrorKind::corrupt,
              "tokenizer.json has {} tokens and tensor \"{}\" of model.safetensors {} rows: the files are "
              "not of one model",
              tokenizer.size(), table.name, rows);
}

Status read_quarry_layout(const Json& config, const Safetensors& tensors, StaticModel& model) {
  QUARRY_TRY(const Tensor* table, required(tensors, "embedding"));
  QUARRY_TRY(const std::uint64_t rows, take_table(*table, model));
  QUARRY_CHECK(check_rows(model.tokenizer, rows, *table));
  QUARRY_TRY(const std::uint64_t dimensions, number_field(config, "dimensions", model.dimensions));
  if (dimensions != model.dimensions) {
    return fail(ErrorKind::corrupt, "config.json says {} dimensions, the table of model.safetensors has {}",
                dimensions, model.dimensions);
  }
  QUARRY_TRY(const std::uint64_t kept, number_field(config, "index_dimensions", dimensions));
  if (kept == 0 || kept > dimensions) {
    return fail(ErrorKind::corrupt, "config.json: \"index_dimensions\" must be 1 to {}, not {}", dimensions,
                kept);
  }
  model.kept_dimensions = static_cast<std::uint32_t>(kept);
  std::vector<float> scales;
  if (model.quantized != nullptr) {
    QUARRY_TRY(const Tensor* tensor, required(tensors, "embedding.scale"));
    QUARRY_TRY(scales, column(*tensor, rows, "rows"));
  }
  QUARRY_TRY(const std::string form, string_field(config, "token_weights", "log"));
  if (form != "log" && form != "linear") {
    return fail(ErrorKind::corrupt,
                "config.json: \"token_weights\" must be \"log\" or \"linear\", not \"{}\"", form);
  }
  const Json* limits = member(config, "max_tokens");
  static constexpr std::array<std::array<const char*, 3>, 2> kNames{
      {{"query", "token_weights.query", "mean.query"}, {"code", "token_weights.code", "mean.code"}}};
  for (const std::size_t side : {kQuery, kCode}) {
    const auto& [name, weights, mean] = kNames[side];
    StaticSide& out = model.sides[side];
    QUARRY_TRY(const Tensor* tensor, required(tensors, weights));
    QUARRY_TRY(out.weights, column(*tensor, rows, "tokens"));
    for (std::size_t id = 0; id < rows; ++id) {
      if (form == "log") out.weights[id] = std::exp(out.weights[id]);
      if (!scales.empty()) out.weights[id] *= scales[id];
      if (!std::isfinite(out.weights[id])) {
        return fail(ErrorKind::corrupt, "model.safetensors: the weight of token {} in \"{}\" is too large",
                    id, weights);
      }
    }
    if (const Tensor* found = tensors.find(mean)) {
      QUARRY_TRY(out.mean, column(*found, model.dimensions, "dimensions"));
    }
    out.max_tokens = kDefaultMaxTokens;
    if (limits != nullptr) {
      QUARRY_TRY(out.max_tokens, number_field(*limits, name, kDefaultMaxTokens));
    }
  }
  model.log_frequency = true;
  return {};
}

Result<std::vector<std::uint32_t>> read_mapping(const Tensor& tensor, std::size_t tokens,
                                                std::uint64_t rows) {
  const bool wide = tensor.dtype == Dtype::i64;
  if ((!wide && tensor.dtype != Dtype::i32) || tensor.shape.size() != 1 || tensor.elements() != tokens) {
    return fail(ErrorKind::corrupt,
                "model.safetensors: tensor \"mapping\" must hold one I32 or I64 for each of {} tokens",
                tokens);
  }
  std::vector<std::uint32_t> mapping(tokens);
  for (std::size_t id = 0; id < tokens; ++id) {
    std::int64_t row = 0;
    if (wide) {
      std::memcpy(&row, tensor.bytes.data() + id * 8, 8);
    } else {
      std::int32_t narrow = 0;
      std::memcpy(&narrow, tensor.bytes.data() + id * 4, 4);
      row = narrow;
    }
    if (row < 0 || static_cast<std::uint64_t>(row) >= rows) {
      return fail(ErrorKind::corrupt, "model.safetensors: \"mapping\" sends token {} to row {} of {}", id,
                  row, rows);
    }
    mapping[id] = static_cast<std::uint32_t>(row);
  }
  return mapping;
}

Status read_model2vec_layout(const Json& config, const Safetensors& tensors, StaticModel& model) {
  const Tensor* table = tensors.find("embedding.weight");  // as sentence-transformers names it
  if (table == nullptr) {
    QUARRY_TRY(table, required(tensors, "embeddings"));
  }
  QUARRY_TRY(const std::uint64_t rows, take_table(*table, model));
  const std::size_t tokens = model.tokenizer.size();
  if (const Tensor* mapping = tensors.find("mapping")) {
    QUARRY_TRY(model.row_of, read_mapping(*mapping, tokens, rows));
  } else {
    QUARRY_CHECK(check_rows(model.tokenizer, rows, *table));
  }
  StaticSide side;
  side.weights.assign(tokens, 1.0F);
  if (const Tensor* weights = tensors.find("weights")) {
    QUARRY_TRY(side.weights, column(*weights, tokens, "tokens"));
  }
  if (const auto unknown = model.tokenizer.unknown()) side.weights[*unknown] = 0;
  const bool unlimited = config.contains("max_length") && config["max_length"].is_null();
  QUARRY_TRY(const std::uint64_t limit, number_field(config, "max_length", kDefaultMaxTokens));
  side.max_tokens = unlimited ? std::numeric_limits<std::size_t>::max() : limit;
  model.max_code_points = unlimited ? 0 : limit * model.tokenizer.median_token_length();
  model.sides = {side, side};
  model.kept_dimensions = model.dimensions;
  model.log_frequency = false;
  return {};
}

Result<Tokenizer> read_tokenizer(const FileSystem& files, const std::filesystem::path& directory,
                                 const MappedFile& json) {
  // The compiled form is optional and may be stale: only one that is there, fits and is damaged is an error.
  if (auto mapped = files.map(directory / "tokenizer.bin")) {
    const std::shared_ptr<const MappedFile> compiled = *std::move(mapped);
    QUARRY_TRY(auto tokenizer, adopt_compiled_tokenizer(compiled->bytes(), hash64(json.bytes()), compiled));
    if (tokenizer) return *std::move(tokenizer);
  }
  if (json.bytes().size() > kMaxTokenizerBytes) {
    return fail(ErrorKind::limit, "tokenizer.json is larger than {} bytes", kMaxTokenizerBytes);
  }
  auto tokenizer = Tokenizer::parse(as_text(json.bytes()));
  if (!tokenizer) return fail_in("tokenizer.json", std::move(tokenizer).error());
  return tokenizer;
}

Result<StaticModel> read(const FileSystem& files, const std::filesystem::path& directory) {
  QUARRY_TRY(const std::string config_text, files.read(directory / "config.json", kMaxConfigBytes));
  auto config = parse_json(config_text);
  if (!config || !config->is_object()) return fail(ErrorKind::corrupt, "config.json is not a JSON object");
  QUARRY_TRY(const std::shared_ptr<const MappedFile> tokenizer_file, files.map(directory / "tokenizer.json"));
  QUARRY_TRY(std::shared_ptr<const MappedFile> weights, files.map(directory / "model.safetensors"));

  QUARRY_TRY(Tokenizer tokenizer, read_tokenizer(files, directory, *tokenizer_file));
  auto tensors = parse_safetensors(weights->bytes());
  if (!tensors) return fail_in("model.safetensors", std::move(tensors).error());

  std::uint64_t hash = hash64(config_text, kArithmetic);
  hash = hash64(tokenizer_file->bytes(), hash);
  hash = hash64(weights->bytes(), hash);
  StaticModel model(std::move(tokenizer));
  model.fingerprint = fmt::format("{:016x}", hash);
  model.file = std::move(weights);

  QUARRY_TRY(const std::string type, string_field(*config, "model_type", ""));
  if (type == "quarry-static") {
    QUARRY_CHECK(read_quarry_layout(*config, *tensors, model));
  } else if (type == "model2vec" || type.empty()) {  // many say no type
    QUARRY_CHECK(read_model2vec_layout(*config, *tensors, model));
  } else {
    return fail(ErrorKind::invalid_argument,
                "config.json: model_type \"{}\" is not a static model (quarry-static and model2vec are)",
                type);
  }
  return model;
}

}  // namespace

Result<StaticModel> read_static_model(const FileSystem& files, const std::filesystem::path& directory) {
  auto model = read(files, directory);
  if (!model) return fail_in("model " + directory.string(), std::move(model).error());
  return model;
}

float StaticModel::frequency(std::uint32_t count) const {
  if (!log_frequency) return static_cast<float>(count);
  return count < kCommonCounts ? log_frequencies()[count] : 1.0F + std::log(static_cast<float>(count));
}

void StaticModel::add_rows(std::span<const WeightedRow> weighted, std::span<float> sum) const {
  if (quantized != nullptr) {
    model::add_rows(quantized, dimensions, weighted, sum);
  } else {
    add_float_rows(floats, dimensions, weighted, sum);
  }
}

std::shared_ptr<const StaticModel> token_vectors_of(const std::shared_ptr<const Encoder>& encoder) {
  if (encoder == nullptr || encoder->token_vectors() == nullptr) return nullptr;
  return {encoder, encoder->token_vectors()};
}

}  // namespace quarry::model
