#include "quarry/training/dual_encoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "quarry/training/random.h"

namespace quarry::training {
namespace {

// Sums the gradients of all workers: first which rows anyone touched, then those rows.
Status share_gradient(Workers& workers, const DualEncoder& encoder, SparseGradient& gradient) {
  if (workers.size() == 1) return {};
  const std::size_t dimensions = encoder.dimensions();
  std::vector<float> touched(encoder.vocabulary(), 0.0F);
  for (const TokenId id : gradient.tokens) touched[id] = 1;
  QUARRY_CHECK(workers.all_sum(touched));
  SparseGradient sum;
  for (TokenId id = 0; id < encoder.vocabulary(); ++id) {
    if (touched[id] > 0) sum.tokens.push_back(id);
  }
  // Rows and both weights in one message.
  const std::size_t width = dimensions + 2;
  std::vector<float> message(sum.tokens.size() * width, 0.0F);
  std::size_t own = 0;
  for (std::size_t i = 0; i < sum.tokens.size() && own < gradient.tokens.size(); ++i) {
    if (sum.tokens[i] != gradient.tokens[own]) continue;
    float* to = message.data() + i * width;
    std::copy_n(gradient.rows.data() + own * dimensions, dimensions, to);
    to[dimensions] = gradient.weights[0][own];
    to[dimensions + 1] = gradient.weights[1][own];
    ++own;
  }
  QUARRY_CHECK(workers.all_sum(message));
  sum.rows.resize(sum.tokens.size() * dimensions);
  for (std::size_t i = 0; i < sum.tokens.size(); ++i) {
    const float* from = message.data() + i * width;
    std::copy_n(from, dimensions, sum.rows.data() + i * dimensions);
    sum.weights[0].push_back(from[dimensions]);
    sum.weights[1].push_back(from[dimensions + 1]);
  }
  gradient = std::move(sum);
  return {};
}

}  // namespace

double SparseGradient::squared_norm() const {
  double sum = 0;
  for (std::size_t at = 0; at < rows.size(); at += 4096) {
    const std::size_t n = std::min<std::size_t>(4096, rows.size() - at);
    sum += dot(rows.data() + at, rows.data() + at, n);
  }
  for (const auto& side : weights) sum += dot(side.data(), side.data(), side.size());
  return sum;
}

void DualEncoder::initialise(std::uint64_t seed, std::span<const std::uint64_t> query_counts,
                             std::span<const std::uint64_t> code_counts) {
  const double deviation = 1 / std::sqrt(static_cast<double>(dimensions_));
  Random random(seed, 0x7ab1e);
  for (float& value : table) value = static_cast<float>(random.normal() * deviation);
  const auto fill = [&](std::span<const std::uint64_t> counts, std::vector<float>& to) {
    double total = 0;
    for (const std::uint64_t count : counts) total += static_cast<double>(count);
    for (std::size_t i = 0; i < to.size(); ++i) {
      const double p = total == 0 ? 0 : static_cast<double>(counts[i]) / total;
      to[i] = static_cast<float>(std::log(1e-3 / (1e-3 + p)));
    }
  };
  fill(query_counts, weights[0]);
  fill(code_counts, weights[1]);
}

void DualEncoder::pool(const Bags& bags, EncoderSide side, std::span<float> pooled) const {
  std::fill(pooled.begin(), pooled.end(), 0.0F);
  const std::vector<float>& log_weights = weights[static_cast<std::size_t>(side)];
  for (std::size_t text = 0; text < bags.size(); ++text) {
    float* to = pooled.data() + text * dimensions_;
    for (std::size_t i = bags.begins[text]; i < bags.begins[text + 1]; ++i) {
      const TokenId id = bags.ids[i];
      add_scaled(to, table.data() + static_cast<std::size_t>(id) * dimensions_,
                 std::exp(log_weights[id]) * bags.factors[i], dimensions_);
    }
  }
}

void DualEncoder::backward(const Bags& queries, std::span<const float> at_queries, const Bags& codes,
                           std::span<const float> at_codes, SparseGradient& gradient) const {
  // Occurrences by token, so that every row is summed in one place and in one order.
  struct Occurrence {
    std::uint32_t text;
    float factor;
  };
  const Bags* const sides[2] = {&queries, &codes};
  const float* const at[2] = {at_queries.data(), at_codes.data()};
  std::vector<std::uint32_t> begins[2];
  std::vector<Occurrence> occurrences[2];
  for (std::size_t side = 0; side < 2; ++side) {
    const Bags& bags = *sides[side];
    std::vector<std::uint32_t>& begin = begins[side];
    begin.assign(static_cast<std::size_t>(vocabulary_) + 2, 0);
    for (const TokenId id : bags.ids) ++begin[id + 2];
    for (std::size_t i = 2; i < begin.size(); ++i) begin[i] += begin[i - 1];
    occurrences[side].resize(bags.ids.size());
    for (std::size_t text = 0; text < bags.size(); ++text) {
      for (std::size_t i = bags.begins[text]; i < bags.begins[text + 1]; ++i) {
        const TokenId id = bags.ids[i];
        occurrences[side][begin[id + 1]++] = {static_cast<std::uint32_t>(text),
                                              std::exp(weights[side][id]) * bags.factors[i]};
      }
    }
  }
  gradient.tokens.clear();
  for (TokenId id = 0; id < vocabulary_; ++id) {
    if (begins[0][id] != begins[0][id + 1] || begins[1][id] != begins[1][id + 1])
      gradient.tokens.push_back(id);
  }
  gradient.rows.assign(gradient.tokens.size() * dimensions_, 0.0F);
  std::vector<float> sum(dimensions_);
  for (std::size_t side = 0; side < 2; ++side) {
    gradient.weights[side].assign(gradient.tokens.size(), 0.0F);
    for (std::size_t touched = 0; touched < gradient.tokens.size(); ++touched) {
      const TokenId id = gradient.tokens[touched];
      if (begins[side][id] == begins[side][id + 1]) continue;
      std::fill(sum.begin(), sum.end(), 0.0F);
      for (std::uint32_t i = begins[side][id]; i < begins[side][id + 1]; ++i) {
        const Occurrence& occurrence = occurrences[side][i];
        add_scaled(sum.data(), at[side] + static_cast<std::size_t>(occurrence.text) * dimensions_,
                   occurrence.factor, dimensions_);
      }
      add_scaled(gradient.rows.data() + touched * dimensions_, sum.data(), 1, dimensions_);
      gradient.weights[side][touched] =
          dot(sum.data(), table.data() + static_cast<std::size_t>(id) * dimensions_, dimensions_);
    }
  }
}

Status DualEncoder::encode(const Bags& texts, EncoderSide side, std::span<float> vectors) const {
  pool(texts, side, vectors);
  return {};
}

Result<double> DualEncoder::backward(const SideGradient& queries, const SideGradient& codes,
                                     Workers& workers) {
  backward(queries.texts, queries.at_vectors, codes.texts, codes.at_vectors, gradient_);
  QUARRY_CHECK(share_gradient(workers, *this, gradient_));
  return std::sqrt(gradient_.squared_norm());
}

void DualEncoder::update(const AdamOptions& options, double rate, std::uint64_t step, double scale) {
  update(gradient_, options, rate, step, scale);
}

std::vector<StatePart> DualEncoder::state() {
  return {{"table", table},
          {"weights.query", weights[0]},
          {"weights.code", weights[1]},
          {"first.table", first.table},
          {"first.weights.query", first.weights[0]},
          {"first.weights.code", first.weights[1]},
          {"second.table", second.table},
          {"second.weights.query", second.weights[0]},
          {"second.weights.code", second.weights[1]}};
}

void DualEncoder::start_moments() {
  for (Moments* moments : {&first, &second}) {
    moments->table.assign(table.size(), 0.0F);
    for (auto& side : moments->weights) side.assign(vocabulary_, 0.0F);
  }
}

void DualEncoder::update(const SparseGradient& gradient, const AdamOptions& options, double rate,
                         std::uint64_t step, double scale) {
  const AdamStep rows = adam_step(options, rate, step, scale);
  AdamStep single = rows;
  single.rate = static_cast<float>(rows.rate * options.weights_rate);
  single.decay = 0;
  for (std::size_t touched = 0; touched < gradient.tokens.size(); ++touched) {
    const std::size_t id = gradient.tokens[touched];
    const std::size_t at = id * dimensions_;
    adam(table.data() + at, first.table.data() + at, second.table.data() + at,
         gradient.rows.data() + touched * dimensions_, rows, dimensions_);
    for (std::size_t side = 0; side < 2; ++side) {
      if (gradient.weights[side][touched] == 0) continue;
      adam(&weights[side][id], &first.weights[side][id], &second.weights[side][id],
           &gradient.weights[side][touched], single, 1);
    }
  }
}

}  // namespace quarry::training
