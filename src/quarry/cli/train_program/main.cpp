// quarry-train: reads a config and pairs, trains, and writes a model directory. `quarry train` runs it.
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/cli/companion_program.h"
#include "quarry/cli/train_table.h"
#include "quarry/training/curves.h"
#include "quarry/training/event_file.h"
#include "quarry/training/gloo_workers.h"
#include "quarry/training/html_report.h"
#include "quarry/training/initial_table.h"
#include "quarry/training/model_directory.h"
#include "quarry/training/principal_axes.h"
#include "quarry/training/torch_loss.h"
#include "quarry/training/torch_transformer.h"
#include "quarry/training/trainer.h"
#include "quarry/training/training_data.h"

namespace {

using namespace quarry;
using namespace quarry::training;

constexpr std::size_t kMaxConfigBytes = 1U << 20U;
constexpr std::chrono::minutes kPatience{
    10};  // with a worker that does not answer: reading the pairs takes its time

volatile std::sig_atomic_t interrupted = 0;

// Whoever read the metrics (`quarry tune`) was killed: without this the run would go on for nobody, and write
// where the one that takes its place writes.
bool reader_is_gone() {
  pollfd output{STDOUT_FILENO, 0, 0};
  return ::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

struct Arguments {
  std::string config;
  std::string output;
  std::string pairs;
  std::vector<std::string> overrides;
  std::uint32_t dimensions = 0;
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

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// What a run leaves beside the model for people to look at: curves.jsonl, events of TensorBoard, report.html.
class Records {
 public:
  Records(FileSystem& files, std::filesystem::path folder) : files_(files), folder_(std::move(folder)) {}

  // After step `done`, 0 for a fresh run.
  Status begin(std::uint64_t done) {
    if (done > 0) {
      QUARRY_TRY(const std::string lines, files_.read(folder_ / kCurves, kMaxCurvesBytes));
      auto parsed = Curves::parse(lines);
      if (!parsed) return fail_in((folder_ / kCurves).string(), std::move(parsed).error());
      curves_ = *std::move(parsed);
      curves_.forget_after(done);
    }
    QUARRY_TRY(EventFile events, EventFile::create(files_, folder_, done + 1, now()));
    events_.emplace(std::move(events));
    return {};
  }
  void add(const std::string& name, std::uint64_t step, double value) {
    curves_.add(name, step, value);
    if (events_ && status_) status_ = events_->add(name, step, value, now());
  }
  [[nodiscard]] Status keep() {
    QUARRY_CHECK(status_);
    const std::string lines = curves_.to_json_lines();
    return write_atomically(files_, folder_ / kCurves, std::as_bytes(std::span(lines)));
  }
  [[nodiscard]] Status finish(const std::string& title, const Facts& facts, const std::string& config) {
    QUARRY_CHECK(keep());
    QUARRY_CHECK(events_->close());
    const std::string page = html_report(title, curves_, facts, config);
    return write_atomically(files_, folder_ / "report.html", std::as_bytes(std::span(page)));
  }

 private:
  static constexpr const char* kCurves = "curves.jsonl";
  static constexpr std::size_t kMaxCurvesBytes = 1U << 30U;

  FileSystem& files_;
  std::filesystem::path folder_;
  Curves curves_;
  std::optional<EventFile> events_;
  Status status_;
};

Result<TrainConfig> read_config(const FileSystem& files, const Arguments& arguments) {
  QUARRY_TRY(const std::string yaml, files.read(arguments.config, kMaxConfigBytes));
  std::vector<std::string> overrides = arguments.overrides;
  if (!arguments.pairs.empty()) overrides.push_back("data.pairs=" + arguments.pairs);
  auto config = parse_config(yaml, overrides);
  if (!config) return fail_in(arguments.config, std::move(config).error());
  if (config->data.pairs.empty()) {
    return fail(ErrorKind::invalid_argument, "{}: no pairs to train on: name them with --pairs or data.pairs",
                arguments.config);
  }
  return config;
}

Result<std::unique_ptr<Workers>> join_workers() {
  QUARRY_TRY(const WorkerPlace place,
             worker_place([](const char* name) -> const char* { return std::getenv(name); }));
  if (place.size == 1) return std::make_unique<SingleWorker>();
  return join_gloo(place, kPatience);
}

// What a run makes, by the config's architecture: something to train, and then to write.
class Trained {
 public:
  virtual ~Trained() = default;
  [[nodiscard]] virtual TrainableEncoder& encoder() = 0;
  [[nodiscard]] virtual Status write(FileSystem& files, const Arguments& arguments, const TrainingData& data,
                                     const TrainConfig& config, std::span<const float> initial) = 0;
};

class TrainedTable final : public Trained {
 public:
  TrainedTable(std::uint32_t vocabulary, const TrainConfig& config)
      : encoder_(vocabulary, config.dimensions) {}
  TrainableEncoder& encoder() override { return encoder_; }
  Status write(FileSystem& files, const Arguments& arguments, const TrainingData& data,
               const TrainConfig& config, std::span<const float> initial) override {
    for (std::size_t i = 0; i < initial.size(); ++i) {
      encoder_.table[i] += static_cast<float>(config.initial_share) * initial[i];
    }
    if (config.written == 0) {
      return write_model_directory(files, arguments.output, encoder_, data.tokenizer, config,
                                   arguments.dimensions);
    }
    QUARRY_TRY(const DualEncoder result, turned(encoder_, data.train, config.written));
    QUARRY_CHECK(tell_validation(result, data, config, config.written));
    if (config.index_dimensions != 0)
      QUARRY_CHECK(tell_validation(result, data, config, config.index_dimensions));
    return write_model_directory(files, arguments.output, result, data.tokenizer, config,
                                 arguments.dimensions);
  }

 private:
  static Status tell_validation(const DualEncoder& encoder, const TrainingData& data,
                                const TrainConfig& config, std::uint32_t dimensions) {
    QUARRY_TRY(const ValidationResult result, validate(data.held_out, encoder, config.validation.queries,
                                                       config.validation.candidates, dimensions));
    say(fmt::format("{} of {} dimensions: validation MRR {:.4f}, hit@10 {:.4f}", dimensions,
                    config.dimensions, result.mrr, result.hit10));
    return {};
  }

  DualEncoder encoder_;
};

class TrainedTransformer final : public Trained {
 public:
  TrainedTransformer(std::uint32_t vocabulary, const TrainConfig& config) : encoder_(vocabulary, config) {}
  TrainableEncoder& encoder() override { return encoder_; }
  Status write(FileSystem& files, const Arguments& arguments, const TrainingData& data, const TrainConfig&,
               std::span<const float>) override {
    return encoder_.write(files, arguments.output, data.tokenizer);
  }

 private:
  TorchTransformer encoder_;
};

std::unique_ptr<Trained> make_trained(std::uint32_t vocabulary, const TrainConfig& config) {
  if (config.architecture == Architecture::transformer)
    return std::make_unique<TrainedTransformer>(vocabulary, config);
  return std::make_unique<TrainedTable>(vocabulary, config);
}

Status run(const Arguments& arguments) {
  FileSystem& files = posix_file_system();
  QUARRY_TRY(const TrainConfig config, read_config(files, arguments));
  if (arguments.dimensions != 0 && config.architecture == Architecture::transformer) {
    return fail(ErrorKind::invalid_argument, "--dimensions: a transformer's vectors are as wide as it is");
  }
  const std::filesystem::path output = arguments.output;
  QUARRY_CHECK(files.create_directories(output));
  QUARRY_TRY(const std::unique_ptr<Workers> workers, join_workers());
  const bool first = workers->rank() == 0;
  const auto tell = [&](const std::string& line) {
    if (first) say(line);
  };

  const auto began = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  QUARRY_TRY(const TrainingData data, load_training_data(files, config, tell));
  tell(fmt::format("{} pairs to train on, {} held out, {} broken lines; {:.0f} s", data.train.size(),
                   data.held_out.size(), data.read.broken, seconds()));

  const std::unique_ptr<Trained> trained = make_trained(data.vocabulary, config);
  const std::unique_ptr<Loss> loss = make_torch_loss(config.loss, config.threads);
  TrainOptions options;
  options.checkpoint = output / "checkpoint.safetensors";
  options.resume = arguments.resume;
  std::vector<float> initial;
  if (data.initial.size() > 0 && (!arguments.resume || config.initial_share > 0)) {
    QUARRY_TRY(initial, initial_table(data.initial, data.pieces, config.dimensions, config.seed));
  }
  if (!arguments.resume) options.initial = initial;
  if (config.initial_share == 0) initial.clear();  // nothing of it is added to what is learnt
  Records records(files, output);
  Smooth smooth;
  ValidationResult last;
  TrainHooks hooks;
  hooks.on_resume = [&](std::uint64_t step) -> Status {
    tell(fmt::format("going on after step {}", step));
    return first ? records.begin(step) : Status();
  };
  if (!arguments.resume && first) QUARRY_CHECK(records.begin(0));
  hooks.before_checkpoint = [&](std::uint64_t) { return records.keep(); };
  hooks.on_step = [&](const StepReport& report) {
    if (!first) return true;
    const double average = smooth.add(report.loss);
    records.add("loss", report.step, report.loss);
    records.add("gradient norm", report.step, report.gradient_norm);
    records.add("learning rate", report.step, report.rate);
    if (report.step % 50 == 0 || report.step == config.steps) {
      say(fmt::format("step {} of {}: loss {:.4f}, gradient {:.4f}, rate {:.2e}, {:.0f} s", report.step,
                      config.steps, average, report.gradient_norm, report.rate, seconds()));
    }
    return interrupted == 0 && !reader_is_gone();
  };
  hooks.on_validation = [&](std::uint64_t step, const ValidationResult& result) {
    last = result;
    records.add("validation MRR", step, result.mrr);
    records.add("validation hit@10", step, result.hit10);
    say(fmt::format("step {} of {}: validation MRR {:.4f}, hit@10 {:.4f} ({} docs, {} codes)", step,
                    config.steps, result.mrr, result.hit10, result.queries, result.candidates));
    // For programs: `quarry tune`, and Katib's collector of standard output.
    std::printf("step=%llu validation-mrr=%.6f validation-hit10=%.6f\n",
                static_cast<unsigned long long>(step), result.mrr, result.hit10);
    std::fflush(stdout);
  };
  QUARRY_CHECK(train(files, config, data, *loss, *workers, options, hooks, trained->encoder()));
  if (!first) return {};
  QUARRY_CHECK(trained->write(files, arguments, data, config, initial));
  const Facts facts{{"pairs to train on", fmt::format("{}", data.train.size())},
                    {"pairs held out", fmt::format("{}", data.held_out.size())},
                    {"broken lines", fmt::format("{} of {}", data.read.broken, data.read.lines)},
                    {"vocabulary", fmt::format("{}", data.vocabulary)},
                    {"workers", fmt::format("{}", workers->size())},
                    {"seconds", fmt::format("{:.0f}", seconds())},
                    {"validation MRR", fmt::format("{:.4f}", last.mrr)}};
  QUARRY_CHECK(records.finish("Training of " + config.name, facts, canonical_text(config)));
  say(fmt::format("wrote {} after {:.0f} s", output.string(), seconds()));
  if (last.mrr < config.validation.floor) {
    return fail(ErrorKind::limit, "validation MRR {:.4f} is below the floor of {:.4f} (validation.floor)",
                last.mrr, config.validation.floor);
  }
  return {};
}

Result<int> run_training(cli::Context& context) {
  const cli::Settings& settings = context.settings;
  if (settings.text(cli::train::kOutput).empty())
    return fail(ErrorKind::invalid_argument, "train: --output DIR is needed");
  Arguments arguments;
  arguments.config = context.arguments.front();
  arguments.output = settings.text(cli::train::kOutput);
  arguments.pairs = settings.text(cli::train::kPairs);
  arguments.overrides = settings.list(cli::train::kSet);
  arguments.dimensions = static_cast<std::uint32_t>(settings.number(cli::train::kDimensions));
  arguments.resume = settings.on(cli::train::kResume);

  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
  const Status status = run(arguments);
  if (status) return cli::kFound;
  if (status.error().kind != ErrorKind::cancelled) return tl::unexpected(status.error());
  say("quarry-train: " + status.error().message);
  return 130;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr cli::Command kCommand = cli::train::command(run_training);
  return cli::companion_main(kCommand, argc, argv);
}
