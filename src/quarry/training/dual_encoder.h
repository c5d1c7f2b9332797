// The static dual encoder in training: one table of token vectors, a learned weight a token and side, pooled.
//
// pooled(text) = sum over distinct tokens t of exp(w[side][t]) * (1 + ln count(t)) * E[t]; the vector is
// pooled / |pooled|.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "quarry/training/bags.h"
#include "quarry/training/trainable_encoder.h"
#include "quarry/training/vector_math.h"

namespace quarry::training {

// Gradient of the rows that a batch touched.
struct SparseGradient {
  std::vector<TokenId> tokens;    // ascending
  std::vector<float> rows;        // tokens x dimensions
  std::vector<float> weights[2];  // one a token and side

  [[nodiscard]] double squared_norm() const;
};

class DualEncoder final : public TrainableEncoder {
 public:
  DualEncoder(std::uint32_t vocabulary, std::uint32_t dimensions)
      : vocabulary_(vocabulary),
        dimensions_(dimensions),
        table(static_cast<std::size_t>(vocabulary) * dimensions),
        weights{std::vector<float>(vocabulary), std::vector<float>(vocabulary)} {
    start_moments();
  }

  [[nodiscard]] std::uint32_t vocabulary() const { return vocabulary_; }
  [[nodiscard]] std::uint32_t dimensions() const override { return dimensions_; }

  // Random rows; weights by smooth inverse frequency, ln(a / (a + p)) (Arora, Liang, Ma 2017), a = 1e-3.
  void initialise(std::uint64_t seed, std::span<const std::uint64_t> query_counts,
                  std::span<const std::uint64_t> code_counts) override;
  [[nodiscard]] std::span<float> token_table() override { return table; }

  // pooled: bags.size() x dimensions, overwritten.
  void pool(const Bags& bags, EncoderSide side, std::span<float> pooled) const;
  [[nodiscard]] Status encode(const Bags& texts, EncoderSide side, std::span<float> vectors) const override;

  // From the loss's gradient at the pooled vectors of both sides.
  void backward(const Bags& queries, std::span<const float> at_queries, const Bags& codes,
                std::span<const float> at_codes, SparseGradient& gradient) const;
  [[nodiscard]] Result<double> backward(const SideGradient& queries, const SideGradient& codes,
                                        Workers& workers) override;

  void start_moments();  // zeros

  // Moves the touched rows only: their moments stand still while a token is not seen. `step` counts from 1.
  void update(const SparseGradient& gradient, const AdamOptions& options, double rate, std::uint64_t step,
              double scale);
  void update(const AdamOptions& options, double rate, std::uint64_t step, double scale) override;
  [[nodiscard]] std::vector<StatePart> state() override;

 private:
  std::uint32_t vocabulary_;
  std::uint32_t dimensions_;
  SparseGradient gradient_;

 public:
  std::vector<float> table;       // vocabulary x dimensions
  std::vector<float> weights[2];  // natural logarithms
  struct Moments {
    std::vector<float> table;
    std::vector<float> weights[2];
  };
  Moments first, second;  // Adam's
};

}  // namespace quarry::training
