// Named tensors in one file, read without copying: the weights of a model directory.
//
// Format: https://github.com/huggingface/safetensors#format. 8 bytes little-endian header length, a JSON
// header {name: {dtype, shape, data_offsets}, "__metadata__": {string: string}}, then the tensors' bytes
// without holes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::model {

enum class Dtype : std::uint8_t { f64, f32, f16, bf16, i64, i32, i8, u8 };
[[nodiscard]] std::string_view name_of(Dtype dtype);  // "F32"
[[nodiscard]] std::size_t bytes_of(Dtype dtype);      // of one element

// A view: `bytes` belong to whoever holds the file. Row-major, little-endian, not necessarily aligned.
struct Tensor {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::uint64_t> shape;  // empty: a scalar
  std::span<const std::byte> bytes;  // elements() * bytes_of(dtype)

  [[nodiscard]] std::uint64_t elements() const;
};

struct Safetensors {
  std::vector<Tensor> tensors;  // sorted by name
  std::map<std::string, std::string> metadata;

  [[nodiscard]] const Tensor* find(std::string_view name) const;  // null where there is none
};

inline constexpr std::size_t kMaxSafetensorsHeader = 100'000'000;  // as in the reference implementation

// Checks everything before it answers: any bytes are safe to pass. ErrorKind::corrupt with the reason
// otherwise; views point into `file`.
[[nodiscard]] Result<Safetensors> parse_safetensors(std::span<const std::byte> file);

// The file's bytes; equal input gives equal bytes, whatever the order of `tensors`.
// ErrorKind::invalid_argument where a name repeats or a tensor's bytes do not fit its shape.
[[nodiscard]] Result<std::string> write_safetensors(std::span<const Tensor> tensors,
                                                    const std::map<std::string, std::string>& metadata = {});

// The elements as floats. ErrorKind::corrupt for a NaN or infinity (the message says at which element) and
// for integer types other than I8 and U8.
[[nodiscard]] Result<std::vector<float>> to_floats(const Tensor& tensor);

[[nodiscard]] float half_to_float(std::uint16_t half);   // IEEE 754 binary16
[[nodiscard]] std::uint16_t float_to_half(float value);  // round to nearest even

}  // namespace quarry::model
