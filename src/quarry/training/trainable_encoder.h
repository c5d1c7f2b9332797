// A dual encoder in training, as the loop, checkpoints, mining and validation see it, whatever it is made of.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/training/bags.h"
#include "quarry/training/vector_math.h"
#include "quarry/training/workers.h"

namespace quarry::training {

enum class EncoderSide : std::uint8_t { query = 0, code = 1 };

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.98;
  double epsilon = 1e-8;
  double weight_decay = 0;  // of the table, or of all of a transformer
  double weights_rate = 2;  // the rate of learned token weights, as a multiple of the table's
};

// What a step at this rate does, the corrections of Adam's bias moved into rate and epsilon.
[[nodiscard]] AdamStep adam_step(const AdamOptions& options, double rate, std::uint64_t step, double scale);

// A run of values that a checkpoint holds under a name.
struct StatePart {
  std::string name;
  std::span<float> values;
};

// One side of a step: what was read, and the loss's gradient at its vectors (texts.size() x dimensions).
struct SideGradient {
  const Bags& texts;
  std::span<const float> at_vectors;
};

// encode() may be called from several threads at a time while nothing else is; the rest from one only.
class TrainableEncoder {
 public:
  virtual ~TrainableEncoder() = default;
  [[nodiscard]] virtual std::uint32_t dimensions() const = 0;

  // The state before the first step. The counts are how often each token stands in docs and in code.
  virtual void initialise(std::uint64_t seed, std::span<const std::uint64_t> query_counts,
                          std::span<const std::uint64_t> code_counts) = 0;
  // The token vectors, vocabulary x dimensions, which another model may have given the first values of.
  [[nodiscard]] virtual std::span<float> token_table() = 0;

  // vectors: texts.size() x dimensions, not of unit length, overwritten. ErrorKind::limit where memory is
  // short.
  [[nodiscard]] virtual Status encode(const Bags& texts, EncoderSide side,
                                      std::span<float> vectors) const = 0;

  // The gradient at the state, kept for update() and summed over all workers; answers its norm.
  [[nodiscard]] virtual Result<double> backward(const SideGradient& queries, const SideGradient& codes,
                                                Workers& workers) = 0;
  // Moves along the last gradient times `scale`. `step` counts from 1.
  virtual void update(const AdamOptions& options, double rate, std::uint64_t step, double scale) = 0;

  // All that decides how training goes on; the spans stay valid as long as the encoder.
  [[nodiscard]] virtual std::vector<StatePart> state() = 0;
};

}  // namespace quarry::training
