// A run of training over made-up pairs, small enough to be done within a second or two. Tests only.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "quarry/base/test_directory.h"
#include "quarry/training/dual_encoder.h"
#include "quarry/training/gloo_workers.h"
#include "quarry/training/synthetic_pairs.h"
#include "quarry/training/torch_loss.h"
#include "quarry/training/trainer.h"

namespace quarry::training {

inline constexpr const char* kTestConfig = R"(
steps: 40
tokenizer: {vocabulary: 120}
model: {dimensions: 16}
batch: {size: 32, group: 4}
optimizer: {rate: 0.02, warmup: 4, clip: 1}
checkpoint: {every: 10}
validation: {every: 0, queries: 50, candidates: 80}
views: [{weight: 3}, {weight: 1, query: brief, nameless: true, place: 0.5}]
)";

struct TestRun {
  TestDirectory folder;
  TrainConfig config;
  TrainingData data;

  explicit TestRun(const std::vector<std::string>& overrides = {}, const char* yaml = kTestConfig) {
    std::vector<std::string> all = overrides;
    all.push_back("data.pairs=" + folder.write("pairs.jsonl", synthetic_pairs(432)).string());
    config = parse_config(yaml, all).value();
    data = load_training_data(posix_file_system(), config, [](const std::string&) {}).value();
  }
  [[nodiscard]] DualEncoder encoder() const { return {data.vocabulary, config.dimensions}; }
  [[nodiscard]] std::filesystem::path checkpoint() const { return folder.path() / "checkpoint.safetensors"; }
};

struct Outcome {
  Status status;
  std::vector<double> losses;
};

// Trains `encoder` until the end or after step `stop_after`; `loss` null: the one of the configuration.
inline Outcome run(const TestRun& test, TrainableEncoder& encoder, Workers& workers,
                   const TrainOptions& options = {}, std::uint64_t stop_after = ~0ULL, Loss* loss = nullptr,
                   FileSystem& files = posix_file_system()) {
  const auto configured = make_torch_loss(test.config.loss, 1);
  Outcome result;
  TrainHooks hooks;
  hooks.on_step = [&](const StepReport& report) {
    result.losses.push_back(report.loss);
    return report.step != stop_after;
  };
  result.status = train(files, test.config, test.data, loss != nullptr ? *loss : *configured, workers,
                        options, hooks, encoder);
  return result;
}

// What two workers in two threads of this process make of `work`, each with its own end of gloo: place of the
// worker and outcome. `number` sets apart the ports of tests that run side by side.
inline std::vector<Outcome> run_two_workers(
    std::uint16_t number, std::chrono::seconds patience,
    const std::function<Outcome(std::uint32_t rank, Workers&)>& work) {
  std::vector<Outcome> outcomes(2);
  const auto run_one = [&](std::uint32_t rank) {
    WorkerPlace place;
    place.port = static_cast<std::uint16_t>(20'000 + number + ::getpid() % 20'000);
    place.rank = rank;
    place.size = 2;
    const auto workers = join_gloo(place, patience);
    if (workers) {
      outcomes[rank] = work(rank, **workers);
    } else {
      outcomes[rank].status = tl::unexpected(workers.error());
    }
  };
  std::thread other(run_one, 1);
  run_one(0);
  other.join();
  return outcomes;
}

}  // namespace quarry::training
