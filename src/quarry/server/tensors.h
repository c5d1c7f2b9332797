// Inference requests and responses of the Open Inference Protocol v2 as bytes: JSON, or JSON with binary
// tensors behind it (https://github.com/kserve/open-inference-protocol, extension "binary_tensor_data").
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/model/encoder.h"

namespace quarry::server {

inline constexpr std::string_view kInputName = "text";
inline constexpr std::string_view kOutputName = "embedding";
inline constexpr std::size_t kMostTexts = 2048;  // of a request

struct TensorRequest {
  std::string id;  // "" where there is none
  std::vector<std::string> texts;
  model::Side side = model::Side::query;
  bool binary_output = false;
};

// `json_bytes`: where the JSON ends and binary data begins; nothing: all of it is JSON.
// ErrorKind::invalid_argument says what the request lacks.
[[nodiscard]] Result<TensorRequest> parse_tensor_request(std::string_view body,
                                                         std::optional<std::size_t> json_bytes);

struct TensorResponse {
  std::string body;
  std::optional<std::size_t> json_bytes;  // with binary data behind
};
// `vectors` is row-major, a row for each text.
[[nodiscard]] TensorResponse write_tensor_response(const TensorRequest& request, const std::string& model,
                                                   std::span<const float> vectors, std::size_t dimensions);

// "query", "code" and what other servers call them.
[[nodiscard]] Result<model::Side> side_from_name(std::string_view name);

// "[0.6,0.8]" with the shortest digits that name the same float.
void append_floats(std::span<const float> numbers, std::string& text);

// The numbers' little-endian bytes.
[[nodiscard]] std::string float_bytes(std::span<const float> numbers);

}  // namespace quarry::server
