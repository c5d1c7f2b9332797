// quarry-train: reads a config and pairs, trains, and writes a model directory. `quarry train` runs it.
#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/training/model_directory.h"
#include "quarry/training/torch_loss.h"
#include "quarry/training/trainer.h"
#include "quarry/training/training_data.h"

namespace {

using namespace quarry;
using namespace quarry::training;

constexpr std::size_t kMaxConfigBytes = 1U << 20U;

volatile std::sig_atomic_t interrupted = 0;

struct Arguments {
  std::string config;
  std::string output;
  std::string pairs;
  std::vector<std::string> overrides;
  bool resume = false;
};

void say(const std::string& line) {
  std::fprintf(stderr, "%s\n", line.c_str());
}

// The average of the last steps: one batch's loss jumps.
class Smooth {
 public:
  double add(double value) {
    factor_ *= 0.98;
    sum_ = 0.98 * sum_ + 0.02 * value;
    return sum_ / (1 - factor_);
  }

 private:
  double factor_ = 1;
  double sum_ = 0;
};

Status run(const Arguments& arguments) {
  FileSystem& files = posix_file_system();
  QUARRY_TRY(const std::string yaml, files.read(arguments.config, kMaxConfigBytes));
  std::vector<std::string> overrides = arguments.overrides;
  if (!arguments.pairs.empty()) overrides.push_back("data.pairs=" + arguments.pairs);
  auto parsed = parse_config(yaml, overrides);
  if (!parsed) return fail_in(arguments.config, std::move(parsed).error());
  const TrainConfig& config = *parsed;
  if (config.data.pairs.empty()) {
    return fail(ErrorKind::invalid_argument, "{}: no pairs to train on: name them with --pairs or data.pairs",
                arguments.config);
  }
  const std::filesystem::path output = arguments.output;
  QUARRY_CHECK(files.create_directories(output));

  const auto began = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  QUARRY_TRY(const TrainingData data, load_training_data(files, config, say));
  say(fmt::format("{} pairs to train on, {} held out, {} broken lines; {:.0f} s", data.train.size(), data.held_out.size(),
                  data.read.broken, seconds()));

  DualEncoder encoder(data.vocabulary, config.dimensions);
  const std::unique_ptr<Loss> loss = make_torch_loss(config.loss, config.threads);
  SingleWorker worker;
  TrainOptions options;
  options.checkpoint = output / "checkpoint.safetensors";
  options.resume = arguments.resume;
  Smooth smooth;
  TrainHooks hooks;
  hooks.on_resume = [](std::uint64_t step) { say(fmt::format("going on after step {}", step)); };
  hooks.on_step = [&](const StepReport& report) {
    const double average = smooth.add(report.loss);
    if (report.step % 50 == 0) {
      say(fmt::format("step {} loss {:.4f} gradient {:.4f} rate {:.2e} {:.0f} s", report.step, average,
                      report.gradient_norm, report.rate, seconds()));
    }
    return interrupted == 0;
  };
  ValidationResult last;
  hooks.on_validation = [&](std::uint64_t step, const ValidationResult& result) {
    last = result;
    say(fmt::format("step {} validation MRR {:.4f} hit@10 {:.4f} ({} docs, {} codes)", step, result.mrr, result.hit10,
                    result.queries, result.candidates));
  };
  QUARRY_CHECK(train(files, config, data, *loss, worker, options, hooks, encoder));
  QUARRY_CHECK(write_model_directory(files, output, encoder, data.tokenizer, config));
  say(fmt::format("wrote {} after {:.0f} s", output.string(), seconds()));
  if (last.mrr < config.validation.floor) {
    return fail(ErrorKind::limit, "validation MRR {:.4f} is below the floor of {:.4f} (validation.floor)", last.mrr,
                config.validation.floor);
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Trains a model of Quarry from pairs of docs and code.", "quarry-train");
  app.add_option("config", arguments.config, "YAML file, see configs/static.yaml")->required();
  app.add_option("-o,--output", arguments.output, "folder for the model, the checkpoint and the curves")->required();
  app.add_option("--pairs", arguments.pairs, "a shard of pairs or a folder of them (data.pairs)");
  app.add_option("--set", arguments.overrides, "key=value, instead of the config's value; may be repeated");
  app.add_flag("--resume", arguments.resume, "go on from the checkpoint in the output folder");
  CLI11_PARSE(app, argc, argv);

  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
  if (const Status status = run(arguments); !status) {
    say("quarry-train: " + status.error().message);
    return status.error().kind == ErrorKind::cancelled ? 130 : 1;
  }
  return 0;
}
