#include "quarry/model/remote_encoder.h"

#include <algorithm>
#include <cmath>

#include "quarry/base/hash.h"
#include "quarry/base/utf8.h"
#include "quarry/model/http_client.h"
#include "quarry/model/json_fields.h"
#include "quarry/model/pooling.h"
#include "quarry/model/unicode.h"

namespace quarry::model {
namespace {

constexpr std::uint64_t kMaxDimensions = 1U << 16;

Status take_row(const Json& numbers, std::size_t at, std::span<float> row) {
  for (std::size_t d = 0; d < row.size(); ++d) {
    const Json& number = numbers[at + d];
    if (!number.is_number()) return fail(ErrorKind::corrupt, "a vector holds something that is not a number");
    row[d] = number.get<float>();
    if (!std::isfinite(row[d]))
      return fail(ErrorKind::corrupt, "a vector holds a number beyond the range of floats");
  }
  return {};
}

tl::unexpected<Error> wrong_dimensions(std::uint64_t got, std::uint64_t wanted) {
  return fail(ErrorKind::version_mismatch,
              "the server answers vectors of {} dimensions where {} are expected: it serves another model",
              got, wanted);
}

class RemoteEncoder final : public Encoder {
 public:
  RemoteEncoder(RemoteOptions options, HttpOptions http)
      : options_(std::move(options)), http_(std::move(http)) {}

  // Learns the number of dimensions where it is not known.
  Status connect() {
    if (options_.dimensions == 0 && options_.kind == RemoteKind::open_inference) {
      QUARRY_TRY(options_.dimensions, dimensions_by_metadata());
    }
    if (options_.dimensions == 0) {
      QUARRY_TRY(const std::string answer,
                 http_.post(address(), request(std::vector<std::string>{"dimensions"}, Side::query)));
      auto vectors = parse(answer, 1);
      if (!vectors) return fail_in(address(), std::move(vectors).error());
      options_.dimensions = static_cast<std::uint32_t>(vectors->size());
    }
    const std::string identity =
        fmt::format("{}\n{}\n{}\n{}\n{}\n{}", options_.url, static_cast<int>(options_.kind), options_.model,
                    options_.query_prefix, options_.code_prefix, options_.dimensions);
    fingerprint_ = fmt::format("{:016x}", hash64(identity));
    return {};
  }

  [[nodiscard]] const std::string& name() const override { return options_.model; }
  [[nodiscard]] const std::string& fingerprint() const override { return fingerprint_; }
  [[nodiscard]] std::uint32_t dimensions() const override { return options_.dimensions; }

  [[nodiscard]] Result<std::vector<float>> encode(std::span<const std::string_view> texts,
                                                  Side side) const override {
    const std::string& prefix = side == Side::query ? options_.query_prefix : options_.code_prefix;
    std::vector<float> vectors;
    vectors.reserve(texts.size() * options_.dimensions);
    std::vector<std::string> batch;
    std::size_t bytes = 0;
    const auto send = [&]() -> Status {
      if (batch.empty()) return {};
      QUARRY_TRY(const std::string answer, http_.post(address(), request(batch, side)));
      auto parsed = parse(answer, batch.size());
      if (!parsed) return fail_in(address(), std::move(parsed).error());
      vectors.insert(vectors.end(), parsed->begin(), parsed->end());
      batch.clear();
      bytes = 0;
      return {};
    };
    for (const std::string_view text : texts) {
      if (batch.size() >= options_.batch_texts || bytes + text.size() > options_.batch_bytes) {
        QUARRY_CHECK(send());
      }
      batch.push_back(prefix + (utf8::repair(text).text));
      bytes += text.size();
    }
    QUARRY_CHECK(send());
    return vectors;
  }

 private:
  [[nodiscard]] std::string address() const {
    if (options_.kind == RemoteKind::openai) return options_.url + "/v1/embeddings";
    return options_.url + "/v2/models/" + options_.model + "/infer";
  }

  [[nodiscard]] std::string request(const std::vector<std::string>& texts, Side side) const {
    Json body;
    if (options_.kind == RemoteKind::openai) {
      body = {{"model", options_.model}, {"input", texts}, {"encoding_format", "float"}};
    } else {
      body["inputs"] = Json::array(
          {{{"name", options_.input}, {"shape", {texts.size()}}, {"datatype", "BYTES"}, {"data", texts}}});
      // Servers that encode both sides alike take no notice of it.
      body["parameters"] = {{"side", side == Side::query ? "query" : "code"}};
      if (!options_.output.empty()) body["outputs"] = Json::array({{{"name", options_.output}}});
    }
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  // The last extent of the output's shape; 0 where the server leaves it open (-1).
  [[nodiscard]] Result<std::uint32_t> dimensions_by_metadata() const {
    const std::string url = options_.url + "/v2/models/" + options_.model;
    QUARRY_TRY(const std::string text, http_.get(url));
    auto metadata = parse_json(text);
    if (!metadata) return fail_in(url, std::move(metadata).error());
    const Json* outputs = member(*metadata, "outputs");
    if (outputs == nullptr || !outputs->is_array()) return 0;
    for (const Json& output : *outputs) {
      const Json* name = member(output, "name");
      if (!options_.output.empty() && (name == nullptr || *name != options_.output)) continue;
      const Json* shape = member(output, "shape");
      if (shape == nullptr || !shape->is_array() || shape->empty() || !shape->back().is_number_unsigned())
        return 0;
      const auto extent = shape->back().get<std::uint64_t>();
      if (extent > kMaxDimensions)
        return fail(ErrorKind::limit, "{}: {} dimensions are too many", url, extent);
      return static_cast<std::uint32_t>(extent);
    }
    return fail(ErrorKind::invalid_argument, "{}: the model has no output \"{}\"", url, options_.output);
  }

  // count x dimensions numbers of unit length a row; with unknown dimensions, whatever there is.
  [[nodiscard]] Result<std::vector<float>> parse(const std::string& answer, std::size_t count) const {
    auto body = parse_json(answer);
    if (!body) return fail_in("the answer", std::move(body).error());
    auto vectors =
        options_.kind == RemoteKind::openai ? parse_openai(*body, count) : parse_inference(*body, count);
    if (!vectors) return vectors;
    const std::size_t size = vectors->size() / count;
    for (std::size_t i = 0; i < count; ++i) normalize(std::span(*vectors).subspan(i * size, size));
    return vectors;
  }

  [[nodiscard]] Result<std::vector<float>> parse_openai(const Json& body, std::size_t count) const {
    const Json* data = member(body, "data");
    if (data == nullptr || !data->is_array() || data->size() != count) {
      return fail(ErrorKind::corrupt, "the answer holds no list \"data\" of {} vectors", count);
    }
    std::uint64_t size = options_.dimensions;
    std::vector<float> vectors;
    std::vector<bool> seen(count, false);
    for (std::size_t i = 0; i < count; ++i) {
      const Json& entry = (*data)[i];
      const Json* vector = member(entry, "embedding");
      if (vector == nullptr || !vector->is_array() || vector->empty() || vector->size() > kMaxDimensions) {
        return fail(ErrorKind::corrupt, "entry {} of \"data\" holds no \"embedding\"", i);
      }
      if (size == 0) size = vector->size();
      if (vector->size() != size) return wrong_dimensions(vector->size(), size);
      vectors.resize(count * size);
      // Entries say which text they belong to and may come in any order.
      QUARRY_TRY(const std::uint64_t index, number_field(entry, "index", i));
      if (index >= count || seen[index]) return fail(ErrorKind::corrupt, "entry {} has a wrong \"index\"", i);
      seen[index] = true;
      QUARRY_CHECK(take_row(*vector, 0, std::span(vectors).subspan(index * size, size)));
    }
    return vectors;
  }

  [[nodiscard]] Result<std::vector<float>> parse_inference(const Json& body, std::size_t count) const {
    const Json* outputs = member(body, "outputs");
    if (outputs == nullptr || !outputs->is_array()) {
      return fail(ErrorKind::corrupt, "the answer holds no list \"outputs\"");
    }
    for (const Json& output : *outputs) {
      const Json* name = member(output, "name");
      if (!options_.output.empty() && (name == nullptr || *name != options_.output)) continue;
      const Json* data = member(output, "data");
      const Json* shape = member(output, "shape");
      if (data == nullptr || !data->is_array() || shape == nullptr || !shape->is_array() ||
          shape->size() != 2 || !(*shape)[0].is_number_unsigned() || !(*shape)[1].is_number_unsigned()) {
        return fail(ErrorKind::corrupt,
                    "the output has no \"data\" with a \"shape\" of texts and dimensions");
      }
      const auto rows = (*shape)[0].get<std::uint64_t>();
      const auto size = (*shape)[1].get<std::uint64_t>();
      if (options_.dimensions != 0 && size != options_.dimensions)
        return wrong_dimensions(size, options_.dimensions);
      if (rows != count || size == 0 || size > kMaxDimensions) {
        return fail(ErrorKind::corrupt, "the output has the shape {} x {} for {} texts", rows, size, count);
      }
      // Servers write the numbers in one list or in one list a row.
      const bool nested = data->size() == rows && (*data)[0].is_array();
      if (!nested && data->size() != rows * size) {
        return fail(ErrorKind::corrupt, "the output holds {} numbers where its shape says {}", data->size(),
                    rows * size);
      }
      std::vector<float> vectors(rows * size);
      for (std::size_t i = 0; i < rows; ++i) {
        if (nested && (!(*data)[i].is_array() || (*data)[i].size() != size)) {
          return fail(ErrorKind::corrupt, "row {} of the output does not have {} numbers", i, size);
        }
        QUARRY_CHECK(take_row(nested ? (*data)[i] : *data, nested ? 0 : i * size,
                              std::span(vectors).subspan(i * size, size)));
      }
      return vectors;
    }
    return fail(ErrorKind::corrupt, "the answer has no output \"{}\"", options_.output);
  }

  RemoteOptions options_;
  HttpClient http_;
  std::string fingerprint_;
};

}  // namespace

Result<std::shared_ptr<const Encoder>> open_remote_encoder(const RemoteOptions& options) {
  QUARRY_TRY(HttpOptions http, http_options_of("remote encoder", options, options.max_response_bytes));
  if (options.model.empty()) {
    return fail(ErrorKind::invalid_argument, "remote encoder {}: the name of the model is missing",
                options.url);
  }
  if (options.dimensions > kMaxDimensions || options.batch_texts == 0) {
    return fail(ErrorKind::invalid_argument, "remote encoder {}: dimensions or batch size out of range",
                options.url);
  }
  RemoteOptions trimmed = options;
  while (trimmed.url.ends_with('/')) trimmed.url.pop_back();
  auto encoder = std::make_shared<RemoteEncoder>(std::move(trimmed), std::move(http));
  if (auto connected = encoder->connect(); !connected) {
    return fail_in("remote encoder", std::move(connected).error());
  }
  return encoder;
}

}  // namespace quarry::model
