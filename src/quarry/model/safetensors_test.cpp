#include "quarry/model/safetensors.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "quarry/model/test_model.h"

namespace quarry::model {
namespace {

using testing::HasSubstr;

std::span<const std::byte> bytes_of_text(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// A file around a hand-made header.
std::string file_of(std::string_view header, std::string_view data) {
  std::string file(8, '\0');
  const std::uint64_t size = header.size();
  std::memcpy(file.data(), &size, 8);
  return file.append(header).append(data);
}

std::string error_of(std::string_view file) {
  const auto parsed = parse_safetensors(bytes_of_text(file));
  return parsed ? "no error" : parsed.error().message;
}

TEST(Safetensors, ReadsBackWhatItWrote) {
  TensorSet set;
  set.add("b", Dtype::i8, {2, 3}, std::vector<std::int8_t>{1, -2, 3, -4, 5, -128});
  set.add("a", Dtype::f32, {2}, std::vector<float>{1.5F, -0.25F});
  set.add("empty", Dtype::f32, {0, 4}, std::vector<float>{});
  const std::string file = set.file();
  const auto parsed = parse_safetensors(bytes_of_text(file));
  ASSERT_TRUE(parsed) << parsed.error().message;
  ASSERT_EQ(parsed->tensors.size(), 3U);
  const Tensor* b = parsed->find("b");
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(b->shape, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_THAT(to_floats(*b).value(), testing::ElementsAre(1, -2, 3, -4, 5, -128));
  EXPECT_THAT(to_floats(*parsed->find("a")).value(), testing::ElementsAre(1.5F, -0.25F));
  EXPECT_EQ(parsed->find("c"), nullptr);
}

TEST(Safetensors, WritesTheSameBytesForAnyOrder) {
  const std::string data("\x01\x02\x03\x04", 4);
  const Tensor a{"a", Dtype::i8, {4}, bytes_of_text(data)};
  const Tensor b{"b", Dtype::f32, {1}, bytes_of_text(data)};
  const std::vector<Tensor> one{a, b};
  const std::vector<Tensor> other{b, a};
  EXPECT_EQ(write_safetensors(one, {{"k", "v"}}).value(), write_safetensors(other, {{"k", "v"}}).value());
  const std::string file = write_safetensors(one, {{"k", "v"}}).value();
  EXPECT_EQ(parse_safetensors(bytes_of_text(file))->metadata.at("k"), "v");
  const std::vector<Tensor> twice{a, a};
  EXPECT_FALSE(write_safetensors(twice));
  const std::vector<Tensor> misfit{{"a", Dtype::f32, {2}, bytes_of_text(data)}};
  EXPECT_FALSE(write_safetensors(misfit));
}

TEST(Safetensors, RefusesWhatDoesNotFit) {
  EXPECT_THAT(error_of(""), HasSubstr("too few"));
  EXPECT_THAT(error_of(std::string(8, '\xff')), HasSubstr("does not fit"));
  EXPECT_THAT(error_of(file_of("{", "")), HasSubstr("JSON"));
  EXPECT_THAT(error_of(file_of("[]", "")), HasSubstr("not a JSON object"));
  EXPECT_THAT(error_of(file_of(R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "1234")),
              HasSubstr("outside"));
  EXPECT_THAT(error_of(file_of(R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "1234")),
              HasSubstr("shape does not fit"));
  EXPECT_THAT(error_of(file_of(R"({"t":{"dtype":"X9","shape":[1],"data_offsets":[0,4]}})", "1234")),
              HasSubstr("\"X9\" is not supported"));
  EXPECT_THAT(error_of(file_of(R"({"t":{"dtype":"I8","shape":[-1],"data_offsets":[0,4]}})", "1234")),
              HasSubstr("whole numbers"));
  EXPECT_THAT(error_of(file_of(R"({"t":{"dtype":"I8","shape":[4],"data_offsets":[4,0]}})", "1234")),
              HasSubstr("outside"));
  // 2^32 * 2^32 elements overflow to 0 bytes when nobody looks.
  EXPECT_THAT(
      error_of(file_of(R"({"t":{"dtype":"I8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", "")),
      HasSubstr("shape does not fit"));
  EXPECT_THAT(error_of(file_of(R"({"t":{"dtype":"I8","shape":[2],"data_offsets":[0,2]},)"
                               R"("u":{"dtype":"I8","shape":[2],"data_offsets":[1,3]}})",
                               "123")),
              HasSubstr("overlaps"));
  EXPECT_THAT(error_of(file_of(R"({"t":{"dtype":"I8","shape":[2],"data_offsets":[1,3]}})", "123")),
              HasSubstr("hole"));
  EXPECT_THAT(error_of(file_of(R"({"t":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}})", "123")),
              HasSubstr("belong to no tensor"));
}

TEST(Safetensors, NoticesEveryCut) {
  const std::string file = synthetic_tensors(4, 3).file();
  for (std::size_t size = 0; size < file.size(); ++size)
    EXPECT_NE(error_of(file.substr(0, size)), "no error") << size;
}

TEST(Safetensors, FlippedBytesNeverReachOutside) {
  const std::string file = synthetic_tensors(4, 3).file();
  for (std::size_t at = 0; at < file.size(); ++at) {
    std::string flipped = file;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x15);
    if (const auto parsed = parse_safetensors(bytes_of_text(flipped))) {
      for (const Tensor& tensor : parsed->tensors) {
        EXPECT_GE(reinterpret_cast<const char*>(tensor.bytes.data()), flipped.data());
        EXPECT_LE(reinterpret_cast<const char*>(tensor.bytes.data() + tensor.bytes.size()),
                  flipped.data() + flipped.size());
      }
    }
  }
}

TEST(Safetensors, NamesTheElementThatIsNotANumber) {
  TensorSet set;
  set.add("w", Dtype::f32, {3}, std::vector<float>{1, std::numeric_limits<float>::quiet_NaN(), 2});
  const std::string file = set.file();
  const auto parsed = parse_safetensors(bytes_of_text(file));
  const auto values = to_floats(*parsed->find("w"));
  ASSERT_FALSE(values);
  EXPECT_THAT(values.error().message, HasSubstr("at element 1"));
}

TEST(Half, AllHalvesSurviveTheRoundTrip) {
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    const float value = half_to_float(static_cast<std::uint16_t>(half));
    if (std::isnan(value)) continue;
    EXPECT_EQ(float_to_half(value), half);
  }
  EXPECT_EQ(half_to_float(0x3c00), 1.0F);
  EXPECT_EQ(half_to_float(0x0001), std::ldexp(1.0F, -24));
  EXPECT_EQ(float_to_half(1.0F + std::ldexp(1.0F, -11)), 0x3c00);  // a tie goes to even
  EXPECT_EQ(float_to_half(1.0F + 3 * std::ldexp(1.0F, -11)), 0x3c02);
  EXPECT_EQ(float_to_half(1e6F), 0x7c00);
}

}  // namespace
}  // namespace quarry::model
