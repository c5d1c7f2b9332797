#include "quarry/training/trainer.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "quarry/base/full_disk.h"
#include "quarry/base/hash.h"
#include "quarry/model/static_encoder.h"
#include "quarry/preparation/pair_reader.h"
#include "quarry/training/checkpoint.h"
#include "quarry/training/initial_table.h"
#include "quarry/training/mining.h"
#include "quarry/training/model_directory.h"
#include "quarry/training/random.h"
#include "quarry/training/test_run.h"

namespace quarry::training {
namespace {

using ::testing::HasSubstr;

Outcome run(const TestRun& test, TrainableEncoder& encoder, const TrainOptions& options = {},
            std::uint64_t stop_after = ~0ULL, Loss* loss = nullptr, FileSystem& files = posix_file_system()) {
  SingleWorker worker;
  return run(test, encoder, worker, options, stop_after, loss, files);
}

TEST(Trainer, LearnsWhichWordsBelongTogether) {
  const TestRun f;
  DualEncoder encoder = f.encoder();
  encoder.initialise(1, f.data.query_counts, f.data.code_counts);
  const double before = validate(f.data.held_out, encoder, 50, 80)->mrr;
  const Outcome trained = run(f, encoder);
  ASSERT_TRUE(trained.status) << trained.status.error().message;
  EXPECT_LT(trained.losses.back(), 0.5 * trained.losses.front());
  EXPECT_GT(validate(f.data.held_out, encoder, 50, 80)->mrr, before + 0.3);
}

TEST(Trainer, EveryLossLearns) {
  for (const char* kind : {"info_nce", "sigmoid", "margin"}) {
    const TestRun f({std::string("loss.kind=") + kind, "loss.nested=[8]"});
    DualEncoder encoder = f.encoder();
    const Outcome trained = run(f, encoder);
    ASSERT_TRUE(trained.status) << trained.status.error().message;
    EXPECT_LT(trained.losses.back(), trained.losses.front()) << kind;
    EXPECT_GT(validate(f.data.held_out, encoder, 50, 80, 8)->mrr, 0.4) << kind;
  }
}

TEST(Trainer, SameSeedSameWeightsOtherSeedOthers) {
  const TestRun f;
  DualEncoder a = f.encoder();
  DualEncoder b = f.encoder();
  ASSERT_TRUE(run(f, a).status);
  ASSERT_TRUE(run(f, b).status);
  EXPECT_EQ(a.table, b.table);
  const TestRun other({"seed=2"});
  DualEncoder c = other.encoder();
  ASSERT_TRUE(run(other, c).status);
  EXPECT_NE(a.table, c.table);
}

TEST(Trainer, ResumedRunEqualsAnUnbrokenOne) {
  const TestRun f;
  DualEncoder whole = f.encoder();
  const Outcome unbroken = run(f, whole);
  ASSERT_TRUE(unbroken.status);

  DualEncoder first = f.encoder();
  const Outcome cut = run(f, first, {f.checkpoint(), false}, 17);
  ASSERT_FALSE(cut.status);
  EXPECT_EQ(cut.status.error().kind, ErrorKind::cancelled);
  EXPECT_THAT(cut.status.error().message, HasSubstr("holds step 17"));
  DualEncoder second = f.encoder();
  const Outcome rest = run(f, second, {f.checkpoint(), true});
  ASSERT_TRUE(rest.status) << rest.status.error().message;
  EXPECT_EQ(second.table, whole.table);
  EXPECT_EQ(second.weights[0], whole.weights[0]);
  EXPECT_EQ(second.weights[1], whole.weights[1]);
  EXPECT_EQ(rest.losses, std::vector<double>(unbroken.losses.begin() + 17, unbroken.losses.end()));
}

TEST(Trainer, MiningGroupsLikeCodesAndResumes) {
  const TestRun f({"batch.mine_after=1"});  // an epoch has ten steps
  DualEncoder whole = f.encoder();
  const Outcome unbroken = run(f, whole);
  ASSERT_TRUE(unbroken.status) << unbroken.status.error().message;
  DualEncoder plain = f.encoder();
  ASSERT_TRUE(run(TestRun(), plain).status);
  EXPECT_NE(plain.table, whole.table);

  DualEncoder first = f.encoder();
  ASSERT_FALSE(run(f, first, {f.checkpoint(), false}, 15).status);
  DualEncoder second = f.encoder();
  const Outcome rest = run(f, second, {f.checkpoint(), true});
  ASSERT_TRUE(rest.status) << rest.status.error().message;
  EXPECT_EQ(second.table, whole.table);

  // Pairs of one cluster are more alike than pairs of two.
  const auto clusters = mine_clusters(f.data.train, whole, 1, 0, 16).value();
  Bags bags;
  for (std::size_t i = 0; i < f.data.train.size(); ++i) {
    const Example example = f.data.train[i];
    bags.add(Bag(example.code.begin(), example.code.end()));
  }
  std::vector<float> codes(bags.size() * 16);
  whole.pool(bags, EncoderSide::code, codes);
  double sum[2] = {0, 0};
  double count[2] = {0, 0};
  for (std::size_t a = 0; a < bags.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const float* x = codes.data() + a * 16;
      const float* y = codes.data() + b * 16;
      const bool same = clusters[a] == clusters[b];
      sum[same ? 1 : 0] += dot(x, y, 16) / std::sqrt(dot(x, x, 16) * dot(y, y, 16));
      count[same ? 1 : 0] += 1;
    }
  }
  ASSERT_GT(count[0], 0);
  EXPECT_GT(sum[1] / count[1], sum[0] / count[0] + 0.1);
}

// A teacher to whom docs are alike when they speak of the same thing, whatever is done to it ("open the FILE
// twice"): what pairs alone do not say.
std::vector<std::string> docs_of(const TestRun& f, std::vector<float>& vectors, std::uint32_t dimensions) {
  std::vector<std::string> docs;
  preparation::ReadLimits limits;
  EXPECT_TRUE(preparation::read_pairs(
      posix_file_system(), {f.config.data.pairs}, limits, [&](preparation::Pair&& pair) -> Status {
        std::vector<float> sum(dimensions, 0.0F);
        const std::size_t thing = pair.doc.find("the ") + 4;
        Random random(hash64(std::string_view(pair.doc).substr(thing, pair.doc.find(' ', thing) - thing)));
        for (float& value : sum) value = static_cast<float>(random.normal());
        const float norm = std::sqrt(dot(sum.data(), sum.data(), dimensions));
        for (const float value : sum) vectors.push_back(value / norm);
        docs.push_back(std::move(pair.doc));
        return {};
      }));
  return docs;
}

TEST(Trainer, ATeacherOfDocsShapesTheScores) {
  const TestRun plain;
  const auto path = plain.folder.path() / "teacher.safetensors";
  std::vector<float> vectors;
  const std::vector<std::string> docs = docs_of(plain, vectors, 24);
  ASSERT_TRUE(write_text_vectors(posix_file_system(), path, docs, 24, vectors));
  const TestRun f({"teacher.vectors=" + path.string(), "teacher.weight=3", "teacher.temperature=0.1"});
  EXPECT_NE(f.data.fingerprint, plain.data.fingerprint);
  EXPECT_EQ(f.data.teacher.size(), docs.size());

  DualEncoder taught = f.encoder();
  const Outcome trained = run(f, taught);
  ASSERT_TRUE(trained.status) << trained.status.error().message;
  DualEncoder untaught = plain.encoder();
  ASSERT_TRUE(run(plain, untaught).status);
  // How well the scores of docs against codes follow the teacher's of docs against docs.
  const auto correlation = [&](const DualEncoder& encoder) {
    const std::size_t count = 60;
    Bags queries;
    Bags codes;
    for (std::size_t i = 0; i < count; ++i) {
      const Example example = f.data.train[i];
      Bag bag;
      for (const TokenId id : example.doc) bag.emplace_back(id, 1);
      queries.add(bag);
      codes.add(Bag(example.code.begin(), example.code.end()));
    }
    std::vector<float> q(count * 16);
    std::vector<float> c(count * 16);
    encoder.pool(queries, EncoderSide::query, q);
    encoder.pool(codes, EncoderSide::code, c);
    double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0, n = 0;
    for (std::size_t a = 0; a < count; ++a) {
      for (std::size_t b = 0; b < count; ++b) {
        if (a == b) continue;
        const float* x = q.data() + a * 16;
        const float* y = c.data() + b * 16;
        const double ours = dot(x, y, 16) / std::sqrt(dot(x, x, 16) * dot(y, y, 16));
        const double theirs = dot(f.data.teacher[f.data.train[a].teacher].data(),
                                  f.data.teacher[f.data.train[b].teacher].data(), 24);
        sx += ours, sy += theirs, sxx += ours * ours, syy += theirs * theirs, sxy += ours * theirs, n += 1;
      }
    }
    return (n * sxy - sx * sy) / std::sqrt((n * sxx - sx * sx) * (n * syy - sy * sy));
  };
  EXPECT_GT(correlation(taught), correlation(untaught) + 0.1);
}

TEST(Trainer, StartsFromTheVectorsOfItsPieces) {
  const TestRun plain;
  std::vector<float> values;
  Random random(3);
  for (std::size_t i = 0; i < plain.data.pieces.size() * 20; ++i)
    values.push_back(static_cast<float>(random.normal()));
  const auto path = plain.folder.path() / "pieces.safetensors";
  ASSERT_TRUE(write_text_vectors(posix_file_system(), path, plain.data.pieces, 20, values));
  const TestRun f({"model.initial=" + path.string()});
  EXPECT_NE(f.data.fingerprint, plain.data.fingerprint);
  TrainOptions options;
  options.initial = initial_table(f.data.initial, f.data.pieces, 16, 1).value();
  DualEncoder encoder = f.encoder();
  const Outcome stopped = run(f, encoder, options, 1);
  ASSERT_FALSE(stopped.status);  // after one step with the first rate of the warm-up
  double moved = 0;
  for (std::size_t i = 0; i < encoder.table.size(); ++i)
    moved = std::max<double>(moved, std::abs(encoder.table[i] - options.initial[i]));
  EXPECT_LT(moved, 0.02);
  EXPECT_GT(moved, 0);

  // Vectors of another vocabulary are no start.
  ASSERT_TRUE(
      write_text_vectors(posix_file_system(), path, std::vector<std::string>{"x"}, 1, std::vector<float>{1}));
  const auto refused = load_training_data(posix_file_system(), f.config, [](const std::string&) {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("model.initial"));
}

TEST(Trainer, RefusesTheCheckpointOfAnotherRun) {
  const TestRun f;
  DualEncoder encoder = f.encoder();
  run(f, encoder, {f.checkpoint(), false}, 12);

  TestRun other({"optimizer.rate=0.01"});
  Outcome refused = run(other, encoder, {f.checkpoint(), true});
  ASSERT_FALSE(refused.status);
  EXPECT_EQ(refused.status.error().kind, ErrorKind::version_mismatch);
  EXPECT_THAT(refused.status.error().message,
              HasSubstr("\"optimizer.rate: 0.02\" there, \"optimizer.rate: 0.01\" here"));

  TestRun more;
  more.data.fingerprint += 1;
  refused = run(more, encoder, {f.checkpoint(), true});
  ASSERT_FALSE(refused.status);
  EXPECT_THAT(refused.status.error().message, HasSubstr("other pairs"));

  f.folder.write("checkpoint.safetensors", "no checkpoint");
  refused = run(f, encoder, {f.checkpoint(), true});
  ASSERT_FALSE(refused.status);
  EXPECT_EQ(refused.status.error().kind, ErrorKind::corrupt);
  EXPECT_THAT(refused.status.error().message, HasSubstr("checkpoint.safetensors"));

  refused = run(f, encoder, {f.folder.path() / "none", true});
  ASSERT_FALSE(refused.status);
  EXPECT_EQ(refused.status.error().kind, ErrorKind::not_found);
}

TEST(Trainer, NaNStopsAndKeepsTheLastGoodCheckpoint) {
  const TestRun f;
  class Diverging final : public Loss {
   public:
    explicit Diverging(std::unique_ptr<Loss> inner) : inner_(std::move(inner)) {}
    Result<double> evaluate(const LossInput& input, std::span<float> q, std::span<float> c) override {
      auto loss = inner_->evaluate(input, q, c);
      return ++calls_ == 25 ? Result<double>(std::numeric_limits<double>::quiet_NaN()) : loss;
    }

   private:
    std::unique_ptr<Loss> inner_;
    int calls_ = 0;
  } loss(make_torch_loss(f.config.loss, 1));
  DualEncoder encoder = f.encoder();
  const Outcome stopped = run(f, encoder, {f.checkpoint(), false}, ~0ULL, &loss);
  ASSERT_FALSE(stopped.status);
  EXPECT_EQ(stopped.status.error().kind, ErrorKind::limit);
  EXPECT_THAT(stopped.status.error().message, HasSubstr("step 25: the loss is nan"));
  EXPECT_THAT(stopped.status.error().message, HasSubstr("holds step 20"));
  DualEncoder kept = f.encoder();
  const auto step = read_checkpoint(posix_file_system(), f.checkpoint(),
                                    {canonical_text(f.config), f.data.fingerprint}, kept);
  ASSERT_TRUE(step) << step.error().message;
  EXPECT_EQ(step->step, 20U);
}

TEST(Trainer, FullDiskKeepsTheOldCheckpointWhole) {
  const TestRun f;
  FullDisk disk;
  DualEncoder encoder = f.encoder();
  disk.fill_after_files(1);  // the second checkpoint finds no room
  const Outcome stopped = run(f, encoder, {f.checkpoint(), false}, ~0ULL, nullptr, disk);
  ASSERT_FALSE(stopped.status);
  EXPECT_EQ(stopped.status.error().kind, ErrorKind::io);
  EXPECT_THAT(stopped.status.error().message, HasSubstr("No space left"));
  DualEncoder kept = f.encoder();
  const auto step = read_checkpoint(posix_file_system(), f.checkpoint(),
                                    {canonical_text(f.config), f.data.fingerprint}, kept);
  ASSERT_TRUE(step) << step.error().message;
  EXPECT_EQ(step->step, 10U);
}

TEST(Trainer, WritesAModelThatEncodesAsTrainingDoes) {
  const TestRun f;
  DualEncoder encoder = f.encoder();
  ASSERT_TRUE(run(f, encoder).status);
  const auto directory = f.folder.path() / "model";
  const Status written =
      write_model_directory(posix_file_system(), directory, encoder, f.data.tokenizer, f.config);
  ASSERT_TRUE(written) << written.error().message;
  const auto model = model::StaticEncoder::open(posix_file_system(), directory);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ((*model)->dimensions(), 16U);

  const model::Tokenizer tokenizer = model::Tokenizer::parse(f.data.tokenizer).value();
  const std::string text = "int fopen_fd() { return fast(fd); }";
  std::vector<TokenId> ids = tokenizer.encode(text);
  std::sort(ids.begin(), ids.end());
  Bag bag;
  for (const TokenId id : ids) {
    if (!bag.empty() && bag.back().id() == id) {
      bag.back() = TokenCount(id, bag.back().count() + 1);
    } else {
      bag.emplace_back(id, 1);
    }
  }
  Bags bags;
  bags.add(bag);
  for (const auto side : {model::Side::query, model::Side::code}) {
    std::vector<float> pooled(16);
    encoder.pool(bags, static_cast<EncoderSide>(side), pooled);
    const float norm = std::sqrt(dot(pooled.data(), pooled.data(), 16));
    const std::string_view view = text;
    const auto vector = (*model)->encode(std::span(&view, 1), side).value();
    float cosine = 0;
    for (std::size_t d = 0; d < 16; ++d) cosine += vector[d] * pooled[d] / norm;
    EXPECT_GT(cosine, 0.999F);
  }
}

TEST(TrainingData, RefusesAVocabularyLargerThanTheDataAndTooFewPairs) {
  const TestDirectory folder;
  const auto pairs = folder.write("pairs.jsonl", synthetic_pairs(100));
  const auto refused = [&](const std::vector<std::string>& overrides) {
    std::vector<std::string> all = overrides;
    all.push_back("data.pairs=" + pairs.string());
    const auto data = load_training_data(posix_file_system(), parse_config(kTestConfig, all).value(),
                                         [](const std::string&) {});
    return data ? "accepted" : data.error().message;
  };
  EXPECT_THAT(refused({"tokenizer.vocabulary=32768"}),
              HasSubstr("tokenizer.vocabulary: the pairs have words for"));
  EXPECT_THAT(refused({"batch.size=4096"}), HasSubstr("less than one batch of 4096"));
}

}  // namespace
}  // namespace quarry::training
