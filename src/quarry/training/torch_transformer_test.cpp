#include "quarry/training/torch_transformer.h"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "quarry/model/open_encoder.h"
#include "quarry/model/safetensors.h"
#include "quarry/training/test_run.h"

namespace quarry::training {
namespace {

using ::testing::HasSubstr;

constexpr const char* kYaml = R"(
architecture: transformer
steps: 40
data: {doc_tokens: 12, code_tokens: 24}
tokenizer: {vocabulary: 120}
model: {dimensions: 16, layers: 2, heads: 2, feed_forward: 32}
batch: {size: 32, group: 4}
optimizer: {rate: 0.01, warmup: 4, clip: 1}
checkpoint: {every: 10}
validation: {every: 0, queries: 50, candidates: 80}
views: [{weight: 3}, {weight: 1, query: brief, nameless: true, place: 0.5, rest: 0.5}]
)";

struct TransformerRun : TestRun {
  explicit TransformerRun(const std::vector<std::string>& overrides = {}) : TestRun(overrides, kYaml) {}
  [[nodiscard]] TorchTransformer encoder() const { return {data.vocabulary, config}; }
};

std::vector<float> values_of(TrainableEncoder& encoder) {
  const std::span<float> values = encoder.state().front().values;
  return {values.begin(), values.end()};
}

Bags texts_of(const std::vector<std::vector<TokenId>>& texts) {
  Bags bags;
  for (const auto& text : texts) bags.add({}, text);
  return bags;
}

TEST(TorchTransformer, LearnsWithOneTowerAndWithTwo) {
  for (const char* shared : {"true", "false"}) {
    const TransformerRun f({std::string("model.shared=") + shared});
    TorchTransformer encoder = f.encoder();
    SingleWorker worker;
    encoder.initialise(f.config.seed, {}, {});
    const double before = validate(f.data.held_out, encoder, 50, 80)->mrr;
    const Outcome trained = run(f, encoder, worker);
    ASSERT_TRUE(trained.status) << trained.status.error().message;
    EXPECT_LT(trained.losses.back(), 0.7 * trained.losses.front()) << shared;
    EXPECT_GT(validate(f.data.held_out, encoder, 50, 80)->mrr, before + 0.2) << shared;
  }
}

TEST(TorchTransformer, ReadsInOrderAndPaddingIsNothing) {
  const TransformerRun f;
  TorchTransformer encoder = f.encoder();
  encoder.initialise(1, {}, {});
  for (float& value : encoder.state().front().values) value *= 20;  // far enough apart to tell
  const Bags texts = texts_of({{3, 5, 7}, {7, 5, 3}, {3, 5, 7, 9, 9, 9, 9, 9}, {}});
  std::vector<float> together(4 * 16);
  ASSERT_TRUE(encoder.encode(texts, EncoderSide::query, together));
  std::vector<float> alone(16);
  ASSERT_TRUE(encoder.encode(texts_of({{3, 5, 7}}), EncoderSide::query, alone));
  double to_reversed = 0;
  for (std::size_t d = 0; d < 16; ++d) {
    EXPECT_NEAR(together[d], alone[d], 1e-4);
    to_reversed += std::abs(together[16 + d] - alone[d]);
    EXPECT_EQ(together[48 + d], 0);  // nothing was read
  }
  EXPECT_GT(to_reversed, 0.01);
}

// The gradient of sum(vectors * direction) by differences, over more texts than are read at a time.
TEST(TorchTransformer, BackwardIsTheDerivativeOfEncode) {
  const TransformerRun f({"model.shared=false"});
  TorchTransformer encoder = f.encoder();
  encoder.initialise(1, {}, {});
  std::vector<std::vector<TokenId>> many;
  for (TokenId i = 0; i < 70; ++i) many.push_back({i, i / 2, 3});
  const Bags queries = texts_of(many);
  const Bags codes = texts_of({{4, 5}});
  std::vector<float> at_queries(70 * 16);
  for (std::size_t i = 0; i < at_queries.size(); ++i) at_queries[i] = std::sin(static_cast<float>(i));
  const std::vector<float> at_codes(16, 0.5F);
  SingleWorker worker;
  const auto norm = encoder.backward({queries, at_queries}, {codes, at_codes}, worker);
  ASSERT_TRUE(norm) << norm.error().message;
  const auto objective = [&] {
    std::vector<float> q(70 * 16);
    std::vector<float> c(16);
    EXPECT_TRUE(encoder.encode(queries, EncoderSide::query, q));
    EXPECT_TRUE(encoder.encode(codes, EncoderSide::code, c));
    double sum = 0;
    for (std::size_t i = 0; i < q.size(); ++i) sum += static_cast<double>(q[i]) * at_queries[i];
    for (std::size_t i = 0; i < c.size(); ++i) sum += static_cast<double>(c[i]) * at_codes[i];
    return sum;
  };
  // A small step against the gradient lowers the objective by rate * |gradient|^2: Adam's first step, with
  // both moments off, is a step along the gradient's sign; so the state is moved by hand from what one step
  // did.
  const std::vector<float> before = values_of(encoder);
  AdamOptions plain;
  plain.beta1 = 0;
  plain.beta2 = 0;
  plain.epsilon = 1e6;  // far above any component: the step is the gradient's direction
  const double at_start = objective();
  const double rate = 1e-4 * plain.epsilon;
  encoder.update(plain, rate, 1, 1);
  const double fell = at_start - objective();
  const double expected = 1e-4 * *norm * *norm;
  EXPECT_NEAR(fell, expected, 0.1 * expected);
  EXPECT_NE(values_of(encoder), before);
}

TEST(TorchTransformer, ResumedRunEqualsAnUnbrokenOne) {
  const TransformerRun f;
  SingleWorker worker;
  TorchTransformer whole = f.encoder();
  const Outcome unbroken = run(f, whole, worker);
  ASSERT_TRUE(unbroken.status) << unbroken.status.error().message;
  TorchTransformer first = f.encoder();
  ASSERT_FALSE(run(f, first, worker, {f.checkpoint(), false}, 17).status);
  TorchTransformer second = f.encoder();
  const Outcome rest = run(f, second, worker, {f.checkpoint(), true});
  ASSERT_TRUE(rest.status) << rest.status.error().message;
  EXPECT_EQ(values_of(second), values_of(whole));
  EXPECT_EQ(rest.losses, std::vector<double>(unbroken.losses.begin() + 17, unbroken.losses.end()));

  // A checkpoint of the other architecture is refused with the difference.
  const TransformerRun other({"model.layers=1"});
  TorchTransformer third = other.encoder();
  const Outcome refused = run(other, third, worker, {f.checkpoint(), true});
  ASSERT_FALSE(refused.status);
  EXPECT_THAT(refused.status.error().message,
              HasSubstr("\"model.layers: 2\" there, \"model.layers: 1\" here"));
}

TEST(TorchTransformer, TwoWorkersHaveTheLossCurveOfOne) {
  const TransformerRun f;
  SingleWorker alone;
  TorchTransformer single = f.encoder();
  const Outcome one = run(f, single, alone);
  ASSERT_TRUE(one.status);
  const auto outcomes = run_two_workers(1000, std::chrono::seconds(60), [&](std::uint32_t, Workers& workers) {
    TorchTransformer encoder = f.encoder();
    return run(f, encoder, workers);
  });
  for (const Outcome& outcome : outcomes) {
    ASSERT_TRUE(outcome.status) << outcome.status.error().message;
    ASSERT_EQ(outcome.losses.size(), one.losses.size());
    for (std::size_t step = 0; step < one.losses.size(); ++step) {
      EXPECT_NEAR(outcome.losses[step], one.losses[step], 1e-2 * one.losses[step]) << "step " << step + 1;
    }
  }
}

TEST(TorchTransformer, WritesTheFoldersOfBert) {
  const TransformerRun f({"model.shared=false"});
  TorchTransformer encoder = f.encoder();
  encoder.initialise(1, {}, {});
  const auto folder = f.folder.path() / "model";
  ASSERT_TRUE(encoder.write(posix_file_system(), folder, f.data.tokenizer));
  for (const char* side : {"query", "code"}) {
    const std::string weights =
        posix_file_system().read(folder / side / "model.safetensors", 1U << 24U).value();
    const auto tensors = model::parse_safetensors(std::as_bytes(std::span(weights)));
    ASSERT_TRUE(tensors) << tensors.error().message;
    const model::Tensor* table = tensors->find("embeddings.word_embeddings.weight");
    ASSERT_NE(table, nullptr);
    EXPECT_EQ(table->shape, (std::vector<std::uint64_t>{f.data.vocabulary, 16}));
    EXPECT_NE(tensors->find("encoder.layer.1.output.LayerNorm.bias"), nullptr);
    const auto config =
        nlohmann::json::parse(posix_file_system().read(folder / side / "config.json", 1U << 20U).value());
    EXPECT_EQ(config["model_type"], "bert");
    EXPECT_EQ(config["max_position_embeddings"], 24);
  }
  // Searching with it takes a server, and the message says so.
  const auto opened = model::open_encoder(posix_file_system(), (folder / "query").string());
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("in a server that takes texts"));
}

TEST(TorchTransformer, RefusesAShapeThatDoesNotFit) {
  const auto refused = parse_config("architecture: transformer\nmodel: {dimensions: 10, heads: 4}");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("model.heads"));
}

}  // namespace
}  // namespace quarry::training
