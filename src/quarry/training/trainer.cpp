#include "quarry/training/trainer.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "quarry/training/batch.h"
#include "quarry/training/checkpoint.h"
#include "quarry/training/mining.h"

namespace quarry::training {
namespace {

// One worker's half, third ... of a step: its rows are pooled here, everybody's are compared, its own go
// back.
class Stepper {
 public:
  Stepper(const TrainConfig& config, const TrainingData& data, Loss& loss, Workers& workers,
          TrainableEncoder& encoder)
      : config_(config),
        data_(data),
        loss_(loss),
        workers_(workers),
        encoder_(encoder),
        plan_(data.train, config.batch, config.group, config.seed),
        rows_(config.batch / workers.size()),
        queries_(static_cast<std::size_t>(rows_) * config.dimensions),
        codes_(queries_.size()),
        all_queries_(queries_.size() * workers.size()),
        all_codes_(all_queries_.size()),
        at_queries_(all_queries_.size()),
        at_codes_(all_queries_.size()) {}

  // Of each pair, as of the last mining; empty before.
  [[nodiscard]] const std::vector<std::uint32_t>& clusters() const { return clusters_; }
  Status go_on_with(std::vector<std::uint32_t> clusters) {
    if (!clusters.empty() && clusters.size() != data_.train.size()) {
      return fail(ErrorKind::corrupt, "the checkpoint has clusters for {} pairs, there are {}",
                  clusters.size(), data_.train.size());
    }
    clusters_ = std::move(clusters);
    if (!clusters_.empty()) plan_.regroup(clusters_);
    return {};
  }

  Result<StepReport> take(std::uint64_t step) {
    const std::uint64_t epoch = (step - 1) / plan_.steps_an_epoch();
    if (config_.mine_after > 0 && epoch >= config_.mine_after && (step - 1) % plan_.steps_an_epoch() == 0) {
      QUARRY_TRY(clusters_, mine_clusters(data_.train, encoder_, config_.seed, epoch));
      plan_.regroup(clusters_);
    }
    const std::span<const std::uint32_t> pairs = plan_.pairs_of(step);
    const std::size_t first = static_cast<std::size_t>(workers_.rank()) * rows_;
    make_batch(data_.train, config_, step, pairs, first, first + rows_, batch_);
    QUARRY_CHECK(encoder_.encode(batch_.queries, EncoderSide::query, queries_));
    QUARRY_CHECK(encoder_.encode(batch_.codes, EncoderSide::code, codes_));
    QUARRY_CHECK(workers_.all_gather(queries_, all_queries_));
    QUARRY_CHECK(workers_.all_gather(codes_, all_codes_));

    const auto masked = masked_pairs(data_.train, config_, step, pairs);
    StepReport report;
    report.step = step;
    report.rate = config_.rate * rate_factor(config_, step);
    ask_teacher(pairs);
    QUARRY_TRY(report.loss,
               loss_.evaluate({all_queries_, all_codes_, config_.dimensions, masked, taught_rows_, taught_},
                              at_queries_, at_codes_));
    const std::size_t begin = first * config_.dimensions;
    const SideGradient query_side{batch_.queries, std::span(at_queries_).subspan(begin, queries_.size())};
    const SideGradient code_side{batch_.codes, std::span(at_codes_).subspan(begin, codes_.size())};
    QUARRY_TRY(report.gradient_norm, encoder_.backward(query_side, code_side, workers_));
    if (!std::isfinite(report.loss) || !std::isfinite(report.gradient_norm)) return report;
    const double scale =
        config_.clip > 0 && report.gradient_norm > config_.clip ? config_.clip / report.gradient_norm : 1;
    encoder_.update(config_.adam, report.rate, step, scale);
    return report;
  }

 private:
  void ask_teacher(std::span<const std::uint32_t> pairs) {
    taught_rows_.clear();
    taught_.clear();
    if (data_.teacher.size() == 0) return;
    for (std::size_t row = 0; row < pairs.size(); ++row) {
      const std::uint32_t known = data_.train[pairs[row]].teacher;
      if (known == TextVectors::kNone) continue;
      taught_rows_.push_back(static_cast<std::uint32_t>(row));
      const std::span<const float> vector = data_.teacher[known];
      taught_.insert(taught_.end(), vector.begin(), vector.end());
    }
  }

  const TrainConfig& config_;
  const TrainingData& data_;
  Loss& loss_;
  Workers& workers_;
  TrainableEncoder& encoder_;
  BatchPlan plan_;
  std::vector<std::uint32_t> clusters_;
  std::uint32_t rows_;  // of a batch, here
  Batch batch_;
  std::vector<float> queries_, codes_, all_queries_, all_codes_, at_queries_, at_codes_;
  std::vector<std::uint32_t> taught_rows_;
  std::vector<float> taught_;
};

}  // namespace

Status train(FileSystem& files, const TrainConfig& config, const TrainingData& data, Loss& loss,
             Workers& workers, const TrainOptions& options, const TrainHooks& hooks,
             TrainableEncoder& encoder) {
  if (config.batch % workers.size() != 0) {
    return fail(ErrorKind::invalid_argument, "batch.size: {} cannot be shared evenly by {} workers",
                config.batch, workers.size());
  }
  const RunIdentity run{canonical_text(config), data.fingerprint};
  Stepper stepper(config, data, loss, workers, encoder);
  std::uint64_t done = 0;
  if (options.resume) {
    QUARRY_TRY(Progress progress, read_checkpoint(files, options.checkpoint, run, encoder));
    done = progress.step;
    QUARRY_CHECK(stepper.go_on_with(std::move(progress.clusters)));
    if (hooks.on_resume) QUARRY_CHECK(hooks.on_resume(done));
  } else {
    encoder.initialise(config.seed, data.query_counts, data.code_counts);
    if (!options.initial.empty()) {
      const std::span<float> table = encoder.token_table();
      if (options.initial.size() != table.size()) {
        return fail(ErrorKind::invalid_argument, "the initial table has {} values, the model's {}",
                    options.initial.size(), table.size());
      }
      std::copy(options.initial.begin(), options.initial.end(), table.begin());
    }
  }
  std::uint64_t kept = done;
  const auto keep = [&](std::uint64_t step) -> Status {
    if (options.checkpoint.empty() || workers.rank() != 0 || kept == step) return {};
    if (hooks.before_checkpoint) QUARRY_CHECK(hooks.before_checkpoint(step));
    QUARRY_CHECK(write_checkpoint(files, options.checkpoint, encoder, {step, stepper.clusters()}, run));
    kept = step;
    return {};
  };
  const auto last_good = [&] {
    return kept == 0 || options.checkpoint.empty()
               ? std::string("there is no checkpoint yet")
               : fmt::format("{} holds step {}: go on from it with --resume", options.checkpoint.string(),
                             kept);
  };

  for (std::uint64_t step = done + 1; step <= config.steps; ++step) {
    auto report = stepper.take(step);
    if (!report) {
      // The step was given up before anything moved: what is in memory is the state after the one before.
      if (report.error().kind == ErrorKind::unavailable) QUARRY_CHECK(keep(step - 1));
      return fail(report.error().kind, "step {}: {}; {}", step, report.error().message, last_good());
    }
    if (!std::isfinite(report->loss) || !std::isfinite(report->gradient_norm)) {
      return fail(ErrorKind::limit,
                  "step {}: the loss is {} and its gradient {}, training has diverged; {}. Try a lower "
                  "optimizer.rate or a gradient clip (optimizer.clip)",
                  step, report->loss, report->gradient_norm, last_good());
    }
    if (hooks.on_step && !hooks.on_step(*report)) {
      QUARRY_CHECK(keep(step));
      return fail(ErrorKind::cancelled, "stopped after step {}; {}", step, last_good());
    }
    const bool last = step == config.steps;
    if (last || (config.checkpoint_every > 0 && step % config.checkpoint_every == 0))
      QUARRY_CHECK(keep(step));
    if (workers.rank() == 0 && hooks.on_validation && data.held_out.size() > 0 &&
        (last || (config.validation.every > 0 && step % config.validation.every == 0))) {
      QUARRY_TRY(const ValidationResult result,
                 validate(data.held_out, encoder, config.validation.queries, config.validation.candidates));
      hooks.on_validation(step, result);
    }
  }
  return {};
}

}  // namespace quarry::training
