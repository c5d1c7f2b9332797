// The query encoder for others: the Open Inference Protocol v2 as KServe and Triton clients call it, and
// OpenAI's /v1/embeddings.
//
// The encoder is that of the index that answers the request, under its own name. Which side it encodes for is
// the parameter "side" of an inference request and "input_type" of an OpenAI request: query (or
// search_query), which is the default, or code (or document, passage, search_document).
//
//   GET  /v2, /v2/health/live, /v2/health/ready
//   GET  /v2/models/{name}[/versions/1], .../ready
//   POST /v2/models/{name}[/versions/1]/infer     one BYTES input [n] or [n, 1], one FP32 output [n,
//   dimensions];
//                                                 in JSON or as binary tensors (Triton's extension)
//   POST /v1/embeddings                           floats or base64
//
// Errors have the shape of their protocol: {"error": text} and {"error": {"message", "type", ...}}.

#include <openssl/evp.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "quarry/base/json_depth.h"
#include "quarry/server/integrations.h"
#include "quarry/server/served_index.h"
#include "quarry/server/tensors.h"

namespace quarry::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestBody = std::size_t{8} << 20;
constexpr std::string_view kJsonBytesHeader = "inference-header-content-length";

Response inference_error(unsigned status, const std::string& why) {
  return json_response({{"error", why}}, status);
}

unsigned status_of(const Error& error) {
  return error.kind == ErrorKind::invalid_argument ? 400 : problem(error).status;
}

// The encoder that the path names, or why there is none.
Result<const model::Encoder*> named_encoder(const Request& request, const Context& context) {
  const auto& encoder = context.index->encoder;
  if (encoder == nullptr) {
    return fail(ErrorKind::not_found,
                "no model is served: the index has no vectors, or its model is not installed");
  }
  const std::string_view name = request.path_parameter("name");
  if (name != encoder->name()) {
    return fail(ErrorKind::not_found, "no model \"{}\"; the one served is \"{}\"", name.substr(0, 100),
                encoder->name());
  }
  const std::string_view version = request.path_parameter("version");
  if (!version.empty() && version != "1") {
    return fail(ErrorKind::not_found, "the model has no version \"{}\", only \"1\"", version.substr(0, 50));
  }
  return encoder.get();
}

Response describe_model(const Request& request, Context& context) {
  const auto encoder = named_encoder(request, context);
  if (!encoder) return inference_error(404, encoder.error().message);
  Json input{{"name", kInputName}, {"datatype", "BYTES"}, {"shape", {-1}}};
  Json output{{"name", kOutputName}, {"datatype", "FP32"}, {"shape", {-1, (*encoder)->dimensions()}}};
  return json_response({{"name", (*encoder)->name()},
                        {"versions", Json::array({"1"})},
                        {"platform", "quarry"},
                        {"inputs", Json::array({std::move(input)})},
                        {"outputs", Json::array({std::move(output)})}});
}

Response model_ready(const Request& request, Context& context) {
  const auto encoder = named_encoder(request, context);
  if (!encoder) return inference_error(404, encoder.error().message);
  return json_response({{"name", (*encoder)->name()}, {"ready", true}});
}

Response infer(const Request& request, Context& context) {
  const auto encoder = named_encoder(request, context);
  if (!encoder) return inference_error(404, encoder.error().message);
  std::optional<std::size_t> json_bytes;
  if (const auto header = request.header(kJsonBytesHeader)) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(header->data(), header->data() + header->size(), size);
    if (error != std::errc{} || end != header->data() + header->size()) {
      return inference_error(400, "Inference-Header-Content-Length must be a number");
    }
    json_bytes = size;
  }
  const auto wanted = parse_tensor_request(request.body, json_bytes);
  if (!wanted) return inference_error(400, wanted.error().message);
  const std::vector<std::string_view> texts(wanted->texts.begin(), wanted->texts.end());
  const auto vectors = (*encoder)->encode(texts, wanted->side);
  if (!vectors) return inference_error(status_of(vectors.error()), vectors.error().message);
  TensorResponse written =
      write_tensor_response(*wanted, (*encoder)->name(), *vectors, (*encoder)->dimensions());
  Response response;
  response.body = std::move(written.body);
  if (written.json_bytes) {
    response.content_type = "application/octet-stream";
    response.headers.emplace_back("Inference-Header-Content-Length", std::to_string(*written.json_bytes));
  }
  return response;
}

// As OpenAI's clients expect it.
Response openai_error(unsigned status, const std::string& why, const char* code = nullptr) {
  Json error{{"message", why},
             {"type", status < 500 ? "invalid_request_error" : "server_error"},
             {"param", nullptr}};
  error["code"] = code == nullptr ? Json(nullptr) : Json(code);
  return json_response({{"error", std::move(error)}}, status);
}

struct EmbeddingRequest {
  std::vector<std::string> texts;
  model::Side side = model::Side::query;
  bool base64 = false;
};

// Not ordered_json, which looks for each new member among all before it.
using RequestJson = nlohmann::json;

Result<EmbeddingRequest> parse_embedding_request(const RequestJson& body, const model::Encoder& encoder) {
  EmbeddingRequest request;
  const auto input = body.find("input");
  if (input == body.end()) return fail(ErrorKind::invalid_argument, "\"input\" is missing");
  const auto add = [&](const RequestJson& text) -> Status {
    if (!text.is_string()) {
      return fail(ErrorKind::invalid_argument,
                  "\"input\" must be a string or a list of strings; tokens are not taken");
    }
    request.texts.push_back(text.get<std::string>());
    return {};
  };
  if (input->is_array()) {
    if (input->empty() || input->size() > kMostTexts) {
      return fail(ErrorKind::invalid_argument, "\"input\" holds 1 to {} texts", kMostTexts);
    }
    for (const RequestJson& text : *input) QUARRY_CHECK(add(text));
  } else {
    QUARRY_CHECK(add(*input));
  }
  if (const auto format = body.find("encoding_format"); format != body.end() && !format->is_null()) {
    if (*format != "float" && *format != "base64") {
      return fail(ErrorKind::invalid_argument, "\"encoding_format\" must be \"float\" or \"base64\"");
    }
    request.base64 = *format == "base64";
  }
  if (const auto size = body.find("dimensions"); size != body.end() && !size->is_null()) {
    if (*size != encoder.dimensions()) {
      return fail(ErrorKind::invalid_argument, "the model has {} dimensions and no others",
                  encoder.dimensions());
    }
  }
  if (const auto type = body.find("input_type"); type != body.end() && !type->is_null()) {
    if (!type->is_string()) return fail(ErrorKind::invalid_argument, "\"input_type\" must be a string");
    QUARRY_TRY(request.side, side_from_name(type->get<std::string>()));
  }
  return request;
}

void append_base64(std::span<const float> numbers, std::string& text) {
  const std::string bytes = float_bytes(numbers);
  std::string encoded((bytes.size() + 2) / 3 * 4 + 1, '\0');  // with the zero that OpenSSL adds
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  encoded.pop_back();
  text += '"' + encoded + '"';
}

Response embeddings(const Request& request, Context& context) {
  const auto& encoder = context.index->encoder;
  if (encoder == nullptr) {
    return openai_error(404, "no model is served: the index has no vectors, or its model is not installed",
                        "model_not_found");
  }
  if (json_depth(request.body) > kMaxJsonDepth) return openai_error(400, "the JSON is nested too deeply");
  const RequestJson body = RequestJson::parse(request.body, nullptr, false);
  if (!body.is_object()) return openai_error(400, "the request is not a JSON object");
  const auto name = body.find("model");
  if (name == body.end() || !name->is_string()) return openai_error(400, "\"model\" is missing");
  if (*name != encoder->name()) {
    return openai_error(404,
                        fmt::format("no model \"{}\"; the one served is \"{}\"",
                                    name->get<std::string>().substr(0, 100), encoder->name()),
                        "model_not_found");
  }
  const auto wanted = parse_embedding_request(body, *encoder);
  if (!wanted) return openai_error(400, wanted.error().message);
  const std::vector<std::string_view> texts(wanted->texts.begin(), wanted->texts.end());
  const auto vectors = encoder->encode(texts, wanted->side);
  if (!vectors) return openai_error(status_of(vectors.error()), vectors.error().message);

  std::size_t bytes = 0;
  Response response;
  response.body = R"({"object":"list","data":[)";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    bytes += texts[i].size();
    response.body += fmt::format(R"({}{{"object":"embedding","index":{},"embedding":)", i == 0 ? "" : ",", i);
    const auto row = std::span(*vectors).subspan(i * encoder->dimensions(), encoder->dimensions());
    if (wanted->base64) {
      append_base64(row, response.body);
    } else {
      append_floats(row, response.body);
    }
    response.body += '}';
  }
  // Nobody pays by the token here; four bytes are about one.
  const std::size_t tokens = (bytes + 3) / 4;
  response.body += fmt::format(R"(],"model":{},"usage":{{"prompt_tokens":{},"total_tokens":{}}}}})",
                               Json(encoder->name()).dump(), tokens, tokens);
  return response;
}

}  // namespace

void add_inference_routes(Router& router, const Integrations& integrations) {
  router.add({.method = Method::get,
              .pattern = "/v2",
              .handler = [version = integrations.version](const Request&, Context&) {
                return json_response({{"name", "quarry"},
                                      {"version", version},
                                      {"extensions", Json::array({"binary_tensor_data"})}});
              }});
  router.add({.method = Method::get,
              .pattern = "/v2/health/live",
              .handler =
                  [](const Request&, Context&) {
                    return json_response({{"live", true}});
                  },
              .access = Access::open,
              .lane = Lane::io});
  router.add({.method = Method::get,
              .pattern = "/v2/health/ready",
              .handler =
                  [&integrations](const Request&, Context&) {
                    const bool ready = integrations.is_ready();
                    return json_response({{"ready", ready}}, ready ? 200 : 503);
                  },
              .access = Access::open,
              .lane = Lane::io});
  // Triton's own clients name no type, for JSON nor tensors. A page of another site can then send a body as
  // well, but it changes nothing here and the page cannot read the answer.
  for (const std::string base : {"/v2/models/{name}", "/v2/models/{name}/versions/{version}"}) {
    router.add({.method = Method::get, .pattern = base, .handler = describe_model});
    router.add({.method = Method::get, .pattern = base + "/ready", .handler = model_ready});
    router.add({.method = Method::post,
                .pattern = base + "/infer",
                .handler = infer,
                .max_body = kLongestBody,
                .content_types = {"application/json", "application/octet-stream"},
                .untyped_body = true});
  }
  router.add(
      {.method = Method::post, .pattern = "/v1/embeddings", .handler = embeddings, .max_body = kLongestBody});
}

}  // namespace quarry::server
