#include "quarry/model/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "quarry/model/json_fields.h"

namespace quarry::model {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are read in place as little-endian");

struct DtypeInfo {
  Dtype dtype;
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array<DtypeInfo, 8> kDtypes{{{Dtype::f64, "F64", 8},
                                            {Dtype::f32, "F32", 4},
                                            {Dtype::f16, "F16", 2},
                                            {Dtype::bf16, "BF16", 2},
                                            {Dtype::i64, "I64", 8},
                                            {Dtype::i32, "I32", 4},
                                            {Dtype::i8, "I8", 1},
                                            {Dtype::u8, "U8", 1}}};
constexpr std::size_t kMaxDimensions = 8;

const DtypeInfo& info_of(Dtype dtype) {
  return kDtypes[static_cast<std::size_t>(dtype)];
}

// The product, or nothing where it exceeds 64 bits.
std::optional<std::uint64_t> checked_multiply(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

std::optional<std::uint64_t> checked_size(std::span<const std::uint64_t> shape, Dtype dtype) {
  std::optional<std::uint64_t> size = bytes_of(dtype);
  for (const std::uint64_t extent : shape) {
    if (size) size = checked_multiply(*size, extent);
  }
  return size;
}

template <class T>
T load(std::span<const std::byte> bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

Result<Tensor> parse_tensor(const std::string& name, const Json& entry, std::span<const std::byte> data) {
  QUARRY_TRY(const std::string dtype, string_field(entry, "dtype"));
  const auto known =
      std::find_if(kDtypes.begin(), kDtypes.end(), [&](const DtypeInfo& d) { return d.name == dtype; });
  if (known == kDtypes.end()) return fail(ErrorKind::corrupt, "dtype \"{}\" is not supported", dtype);

  Tensor tensor{.name = name, .dtype = known->dtype, .shape = {}, .bytes = {}};
  const Json* shape = member(entry, "shape");
  if (shape == nullptr || !shape->is_array()) return fail(ErrorKind::corrupt, "\"shape\" must be a list");
  if (shape->size() > kMaxDimensions)
    return fail(ErrorKind::corrupt, "has more than {} dimensions", kMaxDimensions);
  for (const Json& extent : *shape) {
    if (!extent.is_number_unsigned()) return fail(ErrorKind::corrupt, "\"shape\" must hold whole numbers");
    tensor.shape.push_back(extent.get<std::uint64_t>());
  }

  const Json* offsets = member(entry, "data_offsets");
  if (offsets == nullptr || !offsets->is_array() || offsets->size() != 2 ||
      !(*offsets)[0].is_number_unsigned() || !(*offsets)[1].is_number_unsigned()) {
    return fail(ErrorKind::corrupt, "\"data_offsets\" must be two whole numbers");
  }
  const auto begin = (*offsets)[0].get<std::uint64_t>();
  const auto end = (*offsets)[1].get<std::uint64_t>();
  if (begin > end || end > data.size()) {
    return fail(ErrorKind::corrupt,
                "bytes {} to {} lie outside the {} bytes of data: the file is cut off or damaged", begin, end,
                data.size());
  }
  if (checked_size(tensor.shape, tensor.dtype) != end - begin) {
    return fail(ErrorKind::corrupt, "its shape does not fit its {} bytes", end - begin);
  }
  tensor.bytes = data.subspan(begin, end - begin);
  return tensor;
}

// The format forbids holes and overlaps; checking it finds files that were cut or glued.
Status check_cover(std::span<const Tensor> tensors, std::span<const std::byte> data) {
  std::vector<const Tensor*> order;
  for (const Tensor& tensor : tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const Tensor* a, const Tensor* b) {
    return a->bytes.data() != b->bytes.data() ? a->bytes.data() < b->bytes.data()
                                              : a->bytes.size() < b->bytes.size();
  });
  const std::byte* expected = data.data();
  for (const Tensor* tensor : order) {
    if (tensor->bytes.data() != expected) {
      return fail(ErrorKind::corrupt, "tensor \"{}\" overlaps another one or leaves a hole before it",
                  tensor->name);
    }
    expected += tensor->bytes.size();
  }
  const auto rest = static_cast<std::size_t>(data.data() + data.size() - expected);
  if (rest != 0) return fail(ErrorKind::corrupt, "{} bytes at the end belong to no tensor", rest);
  return {};
}

}  // namespace

std::string_view name_of(Dtype dtype) {
  return info_of(dtype).name;
}
std::size_t bytes_of(Dtype dtype) {
  return info_of(dtype).bytes;
}

std::uint64_t Tensor::elements() const {
  return bytes.size() / bytes_of(dtype);
}

const Tensor* Safetensors::find(std::string_view name) const {
  const auto at =
      std::lower_bound(tensors.begin(), tensors.end(), name,
                       [](const Tensor& tensor, std::string_view key) { return tensor.name < key; });
  return at != tensors.end() && at->name == name ? &*at : nullptr;
}

Result<Safetensors> parse_safetensors(std::span<const std::byte> file) {
  if (file.size() < 8)
    return fail(ErrorKind::corrupt, "safetensors: {} bytes are too few for a header", file.size());
  const auto header_size = load<std::uint64_t>(file, 0);
  if (header_size > kMaxSafetensorsHeader || header_size > file.size() - 8) {
    return fail(ErrorKind::corrupt,
                "safetensors: a header of {} bytes does not fit the file of {}: cut off or damaged",
                header_size, file.size());
  }
  const auto data = file.subspan(8 + header_size);
  const std::string_view text(reinterpret_cast<const char*>(file.data()) + 8, header_size);
  auto header = parse_json(text);
  if (!header) return fail_in("safetensors: header", std::move(header).error());
  if (!header->is_object()) return fail(ErrorKind::corrupt, "safetensors: the header is not a JSON object");

  Safetensors result;
  for (const auto& [name, entry] : header->items()) {
    if (name == "__metadata__") {
      if (!entry.is_object())
        return fail(ErrorKind::corrupt, "safetensors: \"__metadata__\" must be an object");
      for (const auto& [key, value] : entry.items()) {
        if (!value.is_string())
          return fail(ErrorKind::corrupt, "safetensors: metadata \"{}\" must be a string", key);
        result.metadata.emplace(key, value.get<std::string>());
      }
      continue;
    }
    auto tensor = parse_tensor(name, entry, data);
    if (!tensor) return fail_in("safetensors: tensor \"" + name + "\"", std::move(tensor).error());
    result.tensors.push_back(*std::move(tensor));
  }
  std::sort(result.tensors.begin(), result.tensors.end(),
            [](const Tensor& a, const Tensor& b) { return a.name < b.name; });
  if (auto cover = check_cover(result.tensors, data); !cover)
    return fail_in("safetensors", std::move(cover).error());
  return result;
}

Result<std::string> write_safetensors(std::span<const Tensor> tensors,
                                      const std::map<std::string, std::string>& metadata) {
  std::vector<const Tensor*> order;
  for (const Tensor& tensor : tensors) order.push_back(&tensor);
  // Wide elements first keeps every tensor aligned to its element, as the reference writer does.
  std::sort(order.begin(), order.end(), [](const Tensor* a, const Tensor* b) {
    return bytes_of(a->dtype) != bytes_of(b->dtype) ? bytes_of(a->dtype) > bytes_of(b->dtype)
                                                    : a->name < b->name;
  });
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const Tensor* tensor : order) {
    if (header.contains(tensor->name)) {
      return fail(ErrorKind::invalid_argument, "two tensors are called \"{}\"", tensor->name);
    }
    if (checked_size(tensor->shape, tensor->dtype) != tensor->bytes.size()) {
      return fail(ErrorKind::invalid_argument, "tensor \"{}\": {} bytes do not fit its shape", tensor->name,
                  tensor->bytes.size());
    }
    header[tensor->name] = {{"dtype", name_of(tensor->dtype)},
                            {"shape", tensor->shape},
                            {"data_offsets", {offset, offset + tensor->bytes.size()}}};
    offset += tensor->bytes.size();
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data starts at a multiple of 8

  std::string file(8, '\0');
  const std::uint64_t header_size = text.size();
  std::memcpy(file.data(), &header_size, 8);
  file += text;
  file.reserve(file.size() + offset);
  for (const Tensor* tensor : order) {
    file.append(reinterpret_cast<const char*>(tensor->bytes.data()), tensor->bytes.size());
  }
  return file;
}

Result<std::vector<float>> to_floats(const Tensor& tensor) {
  std::vector<float> values(tensor.elements());
  const auto convert = [&](auto element) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = element(i);
  };
  switch (tensor.dtype) {
    case Dtype::f64:
      convert([&](std::size_t i) { return static_cast<float>(load<double>(tensor.bytes, i)); });
      break;
    case Dtype::f32:
      std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
      break;
    case Dtype::f16:
      convert([&](std::size_t i) { return half_to_float(load<std::uint16_t>(tensor.bytes, i)); });
      break;
    case Dtype::bf16:
      convert([&](std::size_t i) {
        return std::bit_cast<float>(std::uint32_t{load<std::uint16_t>(tensor.bytes, i)} << 16U);
      });
      break;
    case Dtype::i8:
      convert([&](std::size_t i) { return static_cast<float>(load<std::int8_t>(tensor.bytes, i)); });
      break;
    case Dtype::u8:
      convert([&](std::size_t i) { return static_cast<float>(load<std::uint8_t>(tensor.bytes, i)); });
      break;
    case Dtype::i64:
    case Dtype::i32:
      return fail(ErrorKind::corrupt, "tensor \"{}\" holds {} where floats are expected", tensor.name,
                  name_of(tensor.dtype));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      return fail(ErrorKind::corrupt, "tensor \"{}\" holds a NaN or infinity at element {}", tensor.name, i);
    }
  }
  return values;
}

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half & 0x8000U} << 16U;
  const std::uint32_t exponent = (half >> 10U) & 0x1fU;
  const std::uint32_t fraction = half & 0x3ffU;
  if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f800000U | (fraction << 13U));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23U) | (fraction << 13U));
  const float magnitude = std::ldexp(static_cast<float>(fraction), -24);  // zero and subnormals
  return sign != 0 ? -magnitude : magnitude;
}

std::uint16_t float_to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16U) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  std::uint32_t half = 0;
  if (magnitude > 0x7f800000U) {
    half = 0x7e00U;
  } else if (magnitude >= 0x477ff000U) {  // rounds to 65536 or more
    half = 0x7c00U;
  } else if (magnitude >= 0x38800000U) {  // normal: round the 13 bits that fall off, ties to even
    half = (magnitude - 0x38000000U + 0xfffU + ((magnitude >> 13U) & 1U)) >> 13U;
  } else {  // subnormal: nearbyint rounds ties to even
    half = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(std::bit_cast<float>(magnitude), 24)));
  }
  return static_cast<std::uint16_t>(sign | half);
}

}  // namespace quarry::model
