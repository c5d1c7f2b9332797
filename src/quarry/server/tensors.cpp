#include "quarry/server/tensors.h"

#include <bit>
#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>

#include "quarry/base/json_depth.h"

namespace quarry::server {
namespace {

using Json = nlohmann::json;  // what is read; ordered_json looks for each new member among all before it

static_assert(std::endian::native == std::endian::little, "tensors are little-endian");

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

tl::unexpected<Error> wrong(std::string why) {
  return tl::unexpected(Error{ErrorKind::invalid_argument, std::move(why)});
}

// n for [n] and [n, 1].
Result<std::size_t> count_of(const Json& input) {
  const Json* shape = member(input, "shape");
  if (shape == nullptr || !shape->is_array() || shape->empty() || shape->size() > 2) {
    return wrong("the input's shape must be [n] or [n, 1]");
  }
  for (const Json& extent : *shape) {
    if (!extent.is_number_unsigned()) return wrong("the input's shape must be [n] or [n, 1]");
  }
  if (shape->size() == 2 && (*shape)[1] != 1) return wrong("the input's shape must be [n] or [n, 1]");
  const auto count = (*shape)[0].get<std::uint64_t>();
  if (count == 0 || count > kMostTexts) {
    return wrong(fmt::format("a request holds 1 to {} texts, not {}", kMostTexts, count));
  }
  return static_cast<std::size_t>(count);
}

Result<std::vector<std::string>> texts_of_json(const Json& data, std::size_t count) {
  std::vector<std::string> texts;
  if (!data.is_array() || data.size() != count) return wrong("the input's data does not fit its shape");
  for (const Json& item : data) {
    const Json& text = item.is_array() && item.size() == 1 ? item[0] : item;
    if (!text.is_string()) return wrong("the input's data must be strings");
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

// Each text: four bytes of length, then itself.
Result<std::vector<std::string>> texts_of_bytes(std::string_view bytes, std::size_t count) {
  std::vector<std::string> texts;
  while (!bytes.empty()) {
    std::uint32_t size = 0;
    if (bytes.size() < sizeof size) return wrong("the binary input is cut off");
    std::memcpy(&size, bytes.data(), sizeof size);
    bytes.remove_prefix(sizeof size);
    if (size > bytes.size() || texts.size() == count) return wrong("the binary input does not fit its shape");
    texts.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  if (texts.size() != count) return wrong("the binary input does not fit its shape");
  return texts;
}

// Whether the output is wanted in binary, by its own parameter or that of the request.
Result<bool> read_outputs(const Json& request) {
  bool binary = false;
  if (const Json* parameters = member(request, "parameters"); parameters != nullptr) {
    if (const Json* all = member(*parameters, "binary_data_output"); all != nullptr) binary = *all == true;
  }
  const Json* outputs = member(request, "outputs");
  if (outputs == nullptr) return binary;
  if (!outputs->is_array()) return wrong("\"outputs\" must be a list");
  for (const Json& output : *outputs) {
    const Json* name = member(output, "name");
    if (name == nullptr || *name != kOutputName) {
      return wrong(fmt::format("the model has one output, \"{}\"", kOutputName));
    }
    if (const Json* parameters = member(output, "parameters"); parameters != nullptr) {
      if (const Json* own = member(*parameters, "binary_data"); own != nullptr) binary = *own == true;
    }
  }
  return binary;
}

}  // namespace

Result<model::Side> side_from_name(std::string_view name) {
  for (const std::string_view known : {"query", "search_query"}) {
    if (name == known) return model::Side::query;
  }
  for (const std::string_view known : {"code", "document", "passage", "search_document"}) {
    if (name == known) return model::Side::code;
  }
  return fail(ErrorKind::invalid_argument, "the side \"{}\" is neither query nor code", name.substr(0, 50));
}

Result<TensorRequest> parse_tensor_request(std::string_view body, std::optional<std::size_t> json_bytes) {
  if (json_bytes && *json_bytes > body.size())
    return wrong("Inference-Header-Content-Length exceeds the body");
  const auto text = body.substr(0, json_bytes.value_or(body.size()));
  if (json_depth(text) > kMaxJsonDepth) {
    return wrong(fmt::format("the JSON is nested more than {} deep", kMaxJsonDepth));
  }
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return wrong("the request is not a JSON object");
  const std::string_view binary = body.substr(json_bytes.value_or(body.size()));

  TensorRequest request;
  if (const Json* id = member(json, "id"); id != nullptr) {
    if (!id->is_string()) return wrong("\"id\" must be a string");
    request.id = id->get<std::string>();
  }
  const Json* inputs = member(json, "inputs");
  if (inputs == nullptr || !inputs->is_array() || inputs->size() != 1) {
    return wrong(fmt::format("the model has one input, \"{}\"", kInputName));
  }
  const Json& input = (*inputs)[0];
  const Json* name = member(input, "name");
  if (name == nullptr || *name != kInputName)
    return wrong(fmt::format("the model has one input, \"{}\"", kInputName));
  const Json* datatype = member(input, "datatype");
  if (datatype == nullptr || *datatype != "BYTES") return wrong("the input's datatype must be BYTES");
  QUARRY_TRY(const std::size_t count, count_of(input));

  for (const Json* holder : {&json, &input}) {
    const Json* parameters = member(*holder, "parameters");
    const Json* side = parameters == nullptr ? nullptr : member(*parameters, "side");
    if (side == nullptr) continue;
    if (!side->is_string()) return wrong("\"side\" must be a string");
    QUARRY_TRY(request.side, side_from_name(side->get<std::string>()));
  }
  const Json* parameters = member(input, "parameters");
  const Json* size = parameters == nullptr ? nullptr : member(*parameters, "binary_data_size");
  if (size != nullptr) {
    if (!size->is_number_unsigned() || size->get<std::uint64_t>() != binary.size()) {
      return wrong("binary_data_size is not the size of the data behind the JSON");
    }
    QUARRY_TRY(request.texts, texts_of_bytes(binary, count));
  } else {
    const Json* data = member(input, "data");
    if (data == nullptr) return wrong("the input has no \"data\"");
    QUARRY_TRY(request.texts, texts_of_json(*data, count));
  }
  QUARRY_TRY(request.binary_output, read_outputs(json));
  return request;
}

void append_floats(std::span<const float> numbers, std::string& text) {
  text += '[';
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    char digits[32];
    if (i > 0) text += ',';
    text.append(digits, std::to_chars(std::begin(digits), std::end(digits), numbers[i]).ptr);
  }
  text += ']';
}

std::string float_bytes(std::span<const float> numbers) {
  std::string bytes(numbers.size_bytes(), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

TensorResponse write_tensor_response(const TensorRequest& request, const std::string& model,
                                     std::span<const float> vectors, std::size_t dimensions) {
  using Ordered = nlohmann::ordered_json;
  Ordered output{{"name", kOutputName}, {"datatype", "FP32"}, {"shape", {request.texts.size(), dimensions}}};
  if (request.binary_output) output["parameters"] = {{"binary_data_size", vectors.size_bytes()}};
  Ordered json{{"model_name", model}, {"model_version", "1"}};
  if (!request.id.empty()) json["id"] = request.id;
  json["outputs"] = Ordered::array({std::move(output)});
  TensorResponse response{json.dump(-1, ' ', false, Ordered::error_handler_t::replace), std::nullopt};
  if (request.binary_output) {
    response.json_bytes = response.body.size();
    response.body += float_bytes(vectors);
  } else {
    // The numbers go in front of "}]}" that closes output, outputs and response.
    response.body.resize(response.body.size() - 3);
    response.body += ",\"data\":";
    append_floats(vectors, response.body);
    response.body += "}]}";
  }
  return response;
}

}  // namespace quarry::server
