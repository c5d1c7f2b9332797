#include "quarry/model/static_encoder.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <thread>

#include "quarry/base/test_directory.h"
#include "quarry/model/compiled_tokenizer.h"
#include "quarry/model/open_encoder.h"
#include "quarry/model/pooling.h"
#include "quarry/model/quantize.h"
#include "quarry/model/test_model.h"

namespace quarry::model {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;

constexpr const char* kSmallTokenizer = R"({"pre_tokenizer":{"type":"WhitespaceSplit"},
  "model":{"type":"WordLevel","unk_token":"?","vocab":{"?":0,"up":1,"right":2}}})";

// Three tokens in two dimensions: "up" is (0, 1), "right" (1, 0).
class StaticEncoderTest : public testing::Test {
 protected:
  StaticEncoderTest() {
    tensors_.add("embedding", Dtype::i8, {3, 2}, std::vector<std::int8_t>{0, 0, 0, 100, 50, 0});
    tensors_.add("embedding.scale", Dtype::f32, {3}, std::vector<float>{1, 0.01F, 0.02F});
    tensors_.add("token_weights.query", Dtype::f32, {3}, std::vector<float>{0, 0, 0});
    tensors_.add("token_weights.code", Dtype::f32, {3}, std::vector<float>{0, std::log(2.0F), 0});
  }
  void write(std::string_view config = kQuarryConfig, std::string_view tokenizer = kSmallTokenizer) {
    directory_.write("config.json", config);
    directory_.write("tokenizer.json", tokenizer);
    // A new file, as a model is replaced: encoders that are open keep the old one mapped.
    std::filesystem::remove(directory_.path() / "model.safetensors");
    directory_.write("model.safetensors", tensors_.file());
  }
  Result<std::shared_ptr<const StaticEncoder>> open() {
    return StaticEncoder::open(posix_file_system(), directory_.path());
  }
  std::string error() {
    const auto opened = open();
    return opened ? "no error" : opened.error().message;
  }
  static std::vector<float> encode(const Encoder& encoder, std::string_view text, Side side = Side::query) {
    return encoder.encode(std::span(&text, 1), side).value();
  }

  TestDirectory directory_;
  TensorSet tensors_;
};

TEST_F(StaticEncoderTest, WeighsCountsAndNormalises) {
  write();
  const auto encoder = open().value();
  EXPECT_EQ(encoder->dimensions(), 2U);
  EXPECT_THAT(encode(*encoder, "up"), ElementsAre(0, 1));
  const float half = std::sqrt(0.5F);
  EXPECT_THAT(encode(*encoder, "up right"), ElementsAre(FloatNear(half, 1e-6F), FloatNear(half, 1e-6F)));
  // Two ups weigh 1 + ln 2; the code side's weight doubles that.
  const float up = (1 + std::log(2.0F)) * 2;
  const float norm = std::sqrt(up * up + 1);
  EXPECT_THAT(encode(*encoder, "up right up", Side::code),
              ElementsAre(FloatNear(1 / norm, 1e-6F), FloatNear(up / norm, 1e-6F)));
  EXPECT_THAT(encode(*encoder, ""), Each(0.0F));
  EXPECT_THAT(encode(*encoder, "unheard of"), Each(0.0F));
}

TEST_F(StaticEncoderTest, SubtractsTheMeanAndCutsLongTexts) {
  tensors_.add("mean.query", Dtype::f32, {2}, std::vector<float>{0, 0.5F});
  write(R"({"model_type":"quarry-static","max_tokens":{"query":2,"code":1}})");
  const auto encoder = open().value();
  EXPECT_THAT(encode(*encoder, "up"), ElementsAre(0, 1));
  const float norm = std::sqrt(1.25F);
  EXPECT_THAT(encode(*encoder, "right"),
              ElementsAre(FloatNear(1 / norm, 1e-6F), FloatNear(-0.5F / norm, 1e-6F)));
  EXPECT_THAT(encode(*encoder, "right up", Side::code), ElementsAre(1, 0));
}

TEST_F(StaticEncoderTest, GivesTheFirstDimensionsThatItsConfigKeepsForAnIndex) {
  tensors_.add("mean.query", Dtype::f32, {2}, std::vector<float>{0, 0.5F});
  write(R"({"model_type":"quarry-static","index_dimensions":1})");
  const auto encoder = open().value();
  EXPECT_EQ(encoder->dimensions(), 1U);
  EXPECT_THAT(encode(*encoder, "right"), ElementsAre(1));
  EXPECT_THAT(encode(*encoder, "up"), ElementsAre(0));
  const std::string_view texts[] = {"right up", "right"};
  EXPECT_THAT(encoder->encode(texts, Side::code).value(), ElementsAre(1, 1));
  for (const char* wrong : {"0", "3", "-1"}) {
    write(fmt::format(R"({{"model_type":"quarry-static","index_dimensions":{}}})", wrong));
    EXPECT_THAT(error(), HasSubstr("index_dimensions")) << wrong;
  }
}

TEST_F(StaticEncoderTest, FloatTablesGiveTheSameVectors) {
  write();
  const auto quantized = open().value();
  const std::vector<float> rows{0, 0, 0, 1, 1, 0};
  tensors_.remove("embedding.scale");
  tensors_.add("embedding", Dtype::f32, {3, 2}, rows);
  write();
  const auto floats = open().value();
  EXPECT_NE(floats->fingerprint(), quantized->fingerprint());
  std::vector<std::uint16_t> halves;
  for (const float value : rows) halves.push_back(float_to_half(value));
  tensors_.add("embedding", Dtype::f16, {3, 2}, halves);
  write();
  const auto half = open().value();
  for (const char* text : {"up", "right up up", "nothing"}) {
    EXPECT_EQ(encode(*floats, text), encode(*half, text));
    const auto expected = encode(*quantized, text);
    EXPECT_THAT(encode(*floats, text), testing::Pointwise(FloatNear(1e-6F), expected));
  }
}

TEST_F(StaticEncoderTest, FingerprintFollowsEveryFile) {
  write();
  const std::string first = open().value()->fingerprint();
  EXPECT_EQ(open().value()->fingerprint(), first);
  write(R"({"model_type": "quarry-static", "token_weights": "log" })");
  EXPECT_NE(open().value()->fingerprint(), first);
  write(kQuarryConfig, std::string(kSmallTokenizer) + " ");
  EXPECT_NE(open().value()->fingerprint(), first);
}

TEST_F(StaticEncoderTest, ReadsModel2vec) {
  TensorSet tensors;
  tensors.add("embeddings", Dtype::f32, {2, 2}, std::vector<float>{0, 1, 1, 0});
  tensors.add("weights", Dtype::f64, {3}, std::vector<double>{1, 3, 1});
  tensors.add("mapping", Dtype::i64, {3}, std::vector<std::int64_t>{0, 0, 1});
  tensors_ = tensors;
  write(R"({"model_type":"model2vec","normalize":true})");
  const auto encoder = open_encoder(posix_file_system(), directory_.path().string()).value();
  // Counts are linear and unknown tokens are dropped: (1, 2 * 3).
  const float norm = std::sqrt(37.0F);
  EXPECT_THAT(encode(*encoder, "up right up what"),
              ElementsAre(FloatNear(1 / norm, 1e-6F), FloatNear(6 / norm, 1e-6F)));
  EXPECT_EQ(encode(*encoder, "up", Side::code), encode(*encoder, "up", Side::query));

  tensors.add("mapping", Dtype::i64, {3}, std::vector<std::int64_t>{0, 0, 2});
  tensors_ = tensors;
  write(R"({"model_type":"model2vec"})");
  EXPECT_THAT(error(), HasSubstr("sends token 2 to row 2 of 2"));
}

TEST_F(StaticEncoderTest, SaysWhatIsWrongWithTheFiles) {
  EXPECT_THAT(error(), HasSubstr("config.json"));
  write("{");
  EXPECT_THAT(error(), HasSubstr("config.json is not a JSON object"));
  write(R"({"model_type":"bert"})");
  EXPECT_THAT(error(), HasSubstr("model_type \"bert\" is not a static model"));
  write(R"({"model_type":"quarry-static","dimensions":3})");
  EXPECT_THAT(error(), HasSubstr("says 3 dimensions"));
  write(kQuarryConfig, R"({"model":{"type":"WordLevel","unk_token":"?","vocab":{"?":0,"up":1}}})");
  EXPECT_THAT(error(),
              HasSubstr("tokenizer.json has 2 tokens and tensor \"embedding\" of model.safetensors 3 rows"));
  write(kQuarryConfig, R"({"model":{"type":"Odd"}})");
  EXPECT_THAT(error(), HasSubstr("tokenizer.json: tokenizer: model: model \"Odd\""));

  const std::string whole = tensors_.file();
  write();
  directory_.write("model.safetensors", whole.substr(0, whole.size() - 1));
  EXPECT_THAT(error(), HasSubstr("model.safetensors"));
  directory_.write("model.safetensors", "");
  EXPECT_THAT(error(), HasSubstr("model.safetensors"));
  std::filesystem::remove(directory_.path() / "model.safetensors");
  EXPECT_EQ(open().error().kind, ErrorKind::not_found);

  const TensorSet good = tensors_;
  const auto broken = [&](auto change) {
    tensors_ = good;
    change();
    write();
    return error();
  };
  EXPECT_THAT(broken([&] { tensors_.remove("token_weights.code"); }),
              HasSubstr("\"token_weights.code\" is missing (there are: embedding"));
  EXPECT_THAT(broken([&] { tensors_.remove("embedding.scale"); }),
              HasSubstr("\"embedding.scale\" is missing"));
  EXPECT_THAT(broken([&] { tensors_.remove("embedding"); }), HasSubstr("\"embedding\" is missing"));
  EXPECT_THAT(broken([&] {
                tensors_.add("embedding.scale", Dtype::f32, {2}, std::vector<float>{1, 1});
              }),
              HasSubstr("has 2 elements where there are 3 rows"));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(broken([&] {
                tensors_.add("token_weights.query", Dtype::f32, {3}, std::vector<float>{0, nan, 0});
              }),
              HasSubstr("NaN or infinity at element 1"));
  EXPECT_THAT(broken([&] {
                tensors_.add("token_weights.query", Dtype::f32, {3}, std::vector<float>{0, 500, 0});
              }),
              HasSubstr("weight of token 1"));
  EXPECT_THAT(broken([&] {
                tensors_.add("embedding", Dtype::f32, {3, 2}, std::vector<float>{0, 0, 0, nan, 0, 0});
              }),
              HasSubstr("NaN or infinity"));
  EXPECT_THAT(broken([&] { tensors_.add("embedding", Dtype::i8, {6}, std::vector<std::int8_t>(6)); }),
              HasSubstr("rows and columns"));
}

TEST(StaticEncoder, ThreadsAndBatchesAgree) {
  const TestDirectory directory;
  const std::string json = train_tokenizer(synthetic_words(2000), {.vocabulary_size = 600}).value();
  directory.write("config.json", kQuarryConfig);
  directory.write("tokenizer.json", json);
  directory.write("model.safetensors", synthetic_tensors(Tokenizer::parse(json)->size(), 96).file());
  const auto read = StaticEncoder::open(posix_file_system(), directory.path()).value();
  directory.write("tokenizer.bin", compile_tokenizer(json).value());
  const auto mapped = StaticEncoder::open(posix_file_system(), directory.path()).value();
  EXPECT_EQ(read->fingerprint(), mapped->fingerprint());

  std::vector<std::string> held;
  for (const WordCount& word : synthetic_words(300, 9))
    held.push_back(word.word + "Tra " + word.word + "_stea 42");
  const std::vector<std::string_view> texts(held.begin(), held.end());
  const auto wanted = read->encode(texts, Side::code).value();
  std::vector<std::vector<float>> found(4);
  {
    std::vector<std::jthread> threads;
    for (auto& result : found)
      threads.emplace_back([&] { result = mapped->encode(texts, Side::code).value(); });
  }
  for (const auto& result : found) EXPECT_EQ(result, wanted);
  directory.write("tokenizer.bin", "QTOK");
  EXPECT_FALSE(StaticEncoder::open(posix_file_system(), directory.path()));
}

TEST(Pooling, EveryInstructionSetGivesTheSameBits) {
  std::mt19937 random(4);
  for (const std::size_t size : {1U, 7U, 64U, 256U, 300U}) {
    std::vector<std::int8_t> table(10 * size);
    for (auto& value : table) value = static_cast<std::int8_t>(static_cast<int>(random() % 256) - 128);
    std::vector<WeightedRow> rows;
    for (int i = 0; i < 20; ++i) rows.push_back({random() % 10, static_cast<float>(random() % 1000) / 7});
    for (const std::size_t kept : {size, (size + 1) / 2}) {
      std::vector<float> sum(kept);
      std::vector<float> plain(kept);
      add_rows(table.data(), size, rows, sum);
      for (const WeightedRow& row : rows) {
        for (std::size_t d = 0; d < kept; ++d) {
          const volatile float product =
              row.weight * static_cast<float>(table[row.row * size + d]);  // rounded by itself
          plain[d] += product;
        }
      }
      EXPECT_EQ(sum, plain);
    }
  }
}

TEST(Pooling, ALengthWithoutAnInverseIsNone) {
  std::vector<float> vector{1e-42F, 0, -1e-42F};
  normalize(vector);
  EXPECT_THAT(vector, Each(0.0F));
  vector = {2 * std::numeric_limits<float>::min(), 0, 0};
  normalize(vector);
  EXPECT_THAT(vector, ElementsAre(1, 0, 0));
}

TEST(Quantize, RoundsAndBounds) {
  const std::vector<float> values{0, 1, -1, 0.5F, 0.5F / 127, 1.5F / 127, 2, -2, std::nanf("")};
  std::vector<std::int8_t> result(values.size());
  quantize_int8(values, result);
  EXPECT_THAT(result, ElementsAre(0, 127, -127, 64, 0, 2, 127, -127, 0));
}

TEST_F(StaticEncoderTest, IsCalledByItsNameInTheTable) {
  write();
  const std::string folder = directory_.path().string();
  EXPECT_EQ(open_encoder(posix_file_system(), "default", {{"default", folder}}).value()->name(), "default");
  EXPECT_EQ(open_encoder(posix_file_system(), folder).value()->name(), directory_.path().filename().string());
}

TEST(OpenEncoder, SaysWhatItKnows) {
  const auto none =
      open_encoder(posix_file_system(), "/nowhere/at/all", {{"default", "/x"}, {"small", "/y"}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
  EXPECT_THAT(none.error().message, HasSubstr("(default, small)"));
  const TestDirectory directory;
  directory.write("config.json", R"({"model_type":"bert"})");
  EXPECT_THAT(open_encoder(posix_file_system(), directory.path().string()).error().message,
              HasSubstr("\"bert\" is not supported (quarry-static, model2vec, quarry-remote are)"));
  EXPECT_THAT(open_encoder(posix_file_system(), "http://localhost/odd").error().message,
              HasSubstr("/v1/embeddings#NAME"));
}

}  // namespace
}  // namespace quarry::model
