#include "quarry/training/trainer.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <thread>

#include "quarry/base/full_disk.h"
#include "quarry/base/test_directory.h"
#include "quarry/model/static_encoder.h"
#include "quarry/training/checkpoint.h"
#include "quarry/training/gloo_workers.h"
#include "quarry/training/mining.h"
#include "quarry/training/model_directory.h"
#include "quarry/training/synthetic_pairs.h"
#include "quarry/training/torch_loss.h"

namespace quarry::training {
namespace {

using ::testing::HasSubstr;

constexpr const char* kYaml = R"(
steps: 40
tokenizer: {vocabulary: 120}
model: {dimensions: 16}
batch: {size: 32, group: 4}
optimizer: {rate: 0.02, warmup: 4, clip: 1}
checkpoint: {every: 10}
validation: {every: 0, queries: 50, candidates: 80}
views: [{weight: 3}, {weight: 1, query: brief, nameless: true, place: 0.5}]
)";

struct Fixture {
  TestDirectory folder;
  TrainConfig config;
  TrainingData data;

  explicit Fixture(const std::vector<std::string>& overrides = {}) {
    const auto pairs = folder.write("pairs.jsonl", synthetic_pairs(432));
    std::vector<std::string> all = overrides;
    all.push_back("data.pairs=" + pairs.string());
    config = parse_config(kYaml, all).value();
    data = load_training_data(posix_file_system(), config, [](const std::string&) {}).value();
  }
  [[nodiscard]] DualEncoder encoder() const { return {data.vocabulary, config.dimensions}; }
  [[nodiscard]] std::filesystem::path checkpoint() const { return folder.path() / "checkpoint.safetensors"; }
};

struct Outcome {
  Status status;
  std::vector<double> losses;
};

Outcome run(const Fixture& f, DualEncoder& encoder, const TrainOptions& options = {},
            std::uint64_t stop_after = ~0ULL, Loss* loss = nullptr, FileSystem& files = posix_file_system()) {
  const auto torch = make_torch_loss(f.config.loss, 1);
  SingleWorker worker;
  Outcome result;
  TrainHooks hooks;
  hooks.on_step = [&](const StepReport& report) {
    result.losses.push_back(report.loss);
    return report.step != stop_after;
  };
  result.status =
      train(files, f.config, f.data, loss != nullptr ? *loss : *torch, worker, options, hooks, encoder);
  return result;
}

TEST(Trainer, LearnsWhichWordsBelongTogether) {
  const Fixture f;
  DualEncoder encoder = f.encoder();
  encoder.initialise(1, f.data.query_counts, f.data.code_counts);
  const double before = validate(f.data.held_out, encoder, 50, 80).mrr;
  const Outcome trained = run(f, encoder);
  ASSERT_TRUE(trained.status) << trained.status.error().message;
  EXPECT_LT(trained.losses.back(), 0.5 * trained.losses.front());
  EXPECT_GT(validate(f.data.held_out, encoder, 50, 80).mrr, before + 0.3);
}

TEST(Trainer, EveryLossLearns) {
  for (const char* kind : {"info_nce", "sigmoid", "margin"}) {
    const Fixture f({std::string("loss.kind=") + kind, "loss.nested=[8]"});
    DualEncoder encoder = f.encoder();
    const Outcome trained = run(f, encoder);
    ASSERT_TRUE(trained.status) << trained.status.error().message;
    EXPECT_LT(trained.losses.back(), trained.losses.front()) << kind;
    EXPECT_GT(validate(f.data.held_out, encoder, 50, 80, 8).mrr, 0.4) << kind;
  }
}

TEST(Trainer, SameSeedSameWeightsOtherSeedOthers) {
  const Fixture f;
  DualEncoder a = f.encoder();
  DualEncoder b = f.encoder();
  ASSERT_TRUE(run(f, a).status);
  ASSERT_TRUE(run(f, b).status);
  EXPECT_EQ(a.table, b.table);
  const Fixture other({"seed=2"});
  DualEncoder c = other.encoder();
  ASSERT_TRUE(run(other, c).status);
  EXPECT_NE(a.table, c.table);
}

TEST(Trainer, ResumedRunEqualsAnUnbrokenOne) {
  const Fixture f;
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
  const Fixture f({"batch.mine_after=1"});  // an epoch has ten steps
  DualEncoder whole = f.encoder();
  const Outcome unbroken = run(f, whole);
  ASSERT_TRUE(unbroken.status) << unbroken.status.error().message;
  DualEncoder plain = f.encoder();
  ASSERT_TRUE(run(Fixture(), plain).status);
  EXPECT_NE(plain.table, whole.table);

  DualEncoder first = f.encoder();
  ASSERT_FALSE(run(f, first, {f.checkpoint(), false}, 15).status);
  DualEncoder second = f.encoder();
  const Outcome rest = run(f, second, {f.checkpoint(), true});
  ASSERT_TRUE(rest.status) << rest.status.error().message;
  EXPECT_EQ(second.table, whole.table);

  // Pairs of one cluster are more alike than pairs of two.
  const auto clusters = mine_clusters(f.data.train, whole, 1, 0, 16);
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

TEST(Trainer, RefusesTheCheckpointOfAnotherRun) {
  const Fixture f;
  DualEncoder encoder = f.encoder();
  run(f, encoder, {f.checkpoint(), false}, 12);

  Fixture other({"optimizer.rate=0.01"});
  Outcome refused = run(other, encoder, {f.checkpoint(), true});
  ASSERT_FALSE(refused.status);
  EXPECT_EQ(refused.status.error().kind, ErrorKind::version_mismatch);
  EXPECT_THAT(refused.status.error().message,
              HasSubstr("\"optimizer.rate: 0.02\" there, \"optimizer.rate: 0.01\" here"));

  Fixture more;
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
  const Fixture f;
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
  const Fixture f;
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
  const Fixture f;
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
    const auto data =
        load_training_data(posix_file_system(), parse_config(kYaml, all).value(), [](const std::string&) {});
    return data ? "accepted" : data.error().message;
  };
  EXPECT_THAT(refused({"tokenizer.vocabulary=32768"}),
              HasSubstr("tokenizer.vocabulary: the pairs have words for"));
  EXPECT_THAT(refused({"batch.size=4096"}), HasSubstr("less than one batch of 4096"));
}

// Two workers in two threads of this process, each with its own end of gloo.
TEST(Workers, TwoWithHalfTheBatchHaveTheLossCurveOfOne) {
  const Fixture f;
  DualEncoder single = f.encoder();
  const Outcome one = run(f, single);
  ASSERT_TRUE(one.status);

  std::vector<std::vector<double>> losses(2);
  std::vector<Status> ends(2);
  std::vector<DualEncoder> encoders(2, f.encoder());
  const auto port = static_cast<std::uint16_t>(20'000 + ::getpid() % 20'000);
  const auto work = [&](std::uint32_t rank) {
    WorkerPlace place;
    place.port = port;
    place.rank = rank;
    place.size = 2;
    auto workers = join_gloo(place, std::chrono::seconds(60));
    if (!workers) {
      ends[rank] = tl::unexpected(workers.error());
      return;
    }
    const auto loss = make_torch_loss(f.config.loss, 1);
    TrainHooks hooks;
    hooks.on_step = [&](const StepReport& report) {
      losses[rank].push_back(report.loss);
      return true;
    };
    ends[rank] = train(posix_file_system(), f.config, f.data, *loss, **workers, {}, hooks, encoders[rank]);
  };
  std::thread other(work, 1);
  work(0);
  other.join();
  for (std::size_t rank = 0; rank < 2; ++rank) {
    ASSERT_TRUE(ends[rank]) << ends[rank].error().message;
    ASSERT_EQ(losses[rank].size(), one.losses.size());
    for (std::size_t step = 0; step < one.losses.size(); ++step) {
      EXPECT_NEAR(losses[rank][step], one.losses[step], 1e-3 * one.losses[step]) << "step " << step + 1;
    }
  }
  EXPECT_EQ(encoders[0].table, encoders[1].table);
}

TEST(Workers, ALostWorkerEndsTheRunWithACheckpoint) {
  const Fixture f;
  const auto port = static_cast<std::uint16_t>(20'001 + ::getpid() % 20'000);
  Status end;
  const auto work = [&](std::uint32_t rank) {
    WorkerPlace place;
    place.port = port;
    place.rank = rank;
    place.size = 2;
    auto workers = join_gloo(place, std::chrono::seconds(5));
    if (!workers) {
      if (rank == 0) end = tl::unexpected(workers.error());
      return;
    }
    const auto loss = make_torch_loss(f.config.loss, 1);
    TrainHooks hooks;
    hooks.on_step = [&](const StepReport& report) { return rank == 0 || report.step < 7; };
    DualEncoder encoder = f.encoder();
    TrainOptions options;
    if (rank == 0) options.checkpoint = f.checkpoint();
    const Status status =
        train(posix_file_system(), f.config, f.data, *loss, **workers, options, hooks, encoder);
    if (rank == 0) end = status;
  };
  std::thread other(work, 1);
  work(0);
  other.join();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(end.error().message, HasSubstr("step 8: worker 0 of 2 lost another worker"));
  EXPECT_THAT(end.error().message, HasSubstr("holds step 7"));
}

TEST(Workers, ReadsTheEnvironmentOfTorchrun) {
  std::map<std::string, std::string> environment;
  const auto lookup = [&](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  };
  EXPECT_EQ(worker_place(lookup)->size, 1U);
  environment = {{"WORLD_SIZE", "4"}, {"RANK", "3"}, {"MASTER_ADDR", "head"}, {"MASTER_PORT", "1234"}};
  const auto place = worker_place(lookup);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->rank, 3U);
  EXPECT_EQ(place->master, "head");
  EXPECT_EQ(place->port, 1234);
  environment["RANK"] = "4";
  EXPECT_THAT(worker_place(lookup).error().message, HasSubstr("RANK"));
  environment["RANK"] = "x";
  EXPECT_THAT(worker_place(lookup).error().message, HasSubstr("\"x\" is not a number"));
}

}  // namespace
}  // namespace quarry::training
