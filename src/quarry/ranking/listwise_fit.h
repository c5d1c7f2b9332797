// Fits a linear score to judged lists by the listwise softmax loss (Cao et al., 2007, top one) over
// standardised features, with L2. Internal to ranking/: what is listed, and with which features, its users
// say.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "quarry/ranking/lbfgs.h"

namespace quarry::ranking {

// One query: rows of features that stand for items, each an answer or not. An item is as good as its best
// row.
template <std::size_t N>
struct JudgedList {
  std::vector<const std::array<float, N>*> rows;
  std::vector<float> offsets;       // a row's score before any weight; empty: 0
  std::vector<std::uint32_t> item;  // of a row
  std::vector<char> relevant;       // an item; at least one
  double share = 0;                 // of the loss; with 0 a list has a say in the standardisation only
};

template <std::size_t N>
struct ListwiseOptions {
  std::array<double, N> l2{};           // a feature's, on its standardised weight
  std::array<bool, N> held{};           // these stay at 0
  std::array<float, N> first_choice{};  // which row speaks for an item at first is chosen by these
  std::stop_token stop;                 // what comes out after that is of no use
};

template <std::size_t N>
class ListwiseFit {
 public:
  ListwiseFit(std::span<const JudgedList<N>> lists, const ListwiseOptions<N>& options)
      : lists_(lists), options_(options) {
    measure();
    for (const JudgedList<N>& list : lists) {
      if (list.share > 0) standardised_.push_back(standardise(list));
    }
  }

  // Weights for features as they are. Deterministic.
  [[nodiscard]] std::array<float, N> run() {
    // Which row an item is judged by depends on the weights: choose, fit what is then a convex problem,
    // choose again.
    Row weights{};
    std::copy(options_.first_choice.begin(), options_.first_choice.end(), weights.begin());
    std::vector<double> fitted(N);
    std::vector<float> scores;
    const auto loss = [&](std::span<const double> at, std::span<double> gradient) {
      std::copy(at.begin(), at.end(), weights.begin());
      double sum = 0;
      for (std::size_t i = 0; i < N; ++i) {
        gradient[i] = options_.l2[i] * at[i];
        sum += 0.5 * gradient[i] * at[i];
      }
      for (const Standardised& list : standardised_) sum += add_loss(list, weights, scores, gradient);
      for (std::size_t i = 0; i < N; ++i) {
        if (options_.held[i]) gradient[i] = 0;
      }
      return sum;
    };
    for (std::size_t round = 0; round < kRounds && !options_.stop.stop_requested(); ++round) {
      for (Standardised& list : standardised_) choose_best_rows(weights, list);
      fitted = minimise(loss, std::move(fitted),
                        {.most_steps = kStepsOfRound, .tolerance = 1e-4, .stop = options_.stop});
      std::copy(fitted.begin(), fitted.end(), weights.begin());
    }
    std::array<float, N> result{};
    for (std::size_t i = 0; i < N; ++i) {
      if (deviation_[i] > 0) result[i] = static_cast<float>(fitted[i] / deviation_[i]);
    }
    return result;
  }

 private:
  static constexpr std::size_t kRounds = 4;
  static constexpr std::size_t kStepsOfRound = 100;
  // A row is padded with zeros, so that its products are summed in whole lanes.
  static constexpr std::size_t kLanes = 16;
  static constexpr std::size_t kStride = (N + kLanes - 1) / kLanes * kLanes;
  using Row = std::array<float, kStride>;

  struct Standardised {
    const JudgedList<N>* list = nullptr;
    std::vector<Row> rows;
    std::vector<std::uint32_t> best;  // the row that an item is judged by
  };

  // Over the rows of all lists, each list counted the same. A deviation of 0 is a constant: no weight.
  void measure() {
    std::array<double, N> squares{};
    double total = 0;
    for (const JudgedList<N>& list : lists_) {
      if (list.rows.empty()) continue;
      const double weight = 1.0 / static_cast<double>(list.rows.size());
      total += 1;
      for (const std::array<float, N>* row : list.rows) {
        for (std::size_t i = 0; i < N; ++i) {
          mean_[i] += weight * (*row)[i];
          squares[i] += weight * (*row)[i] * (*row)[i];
        }
      }
    }
    for (std::size_t i = 0; i < N; ++i) {
      mean_[i] /= std::max(total, 1.0);
      const double variance = squares[i] / std::max(total, 1.0) - mean_[i] * mean_[i];
      deviation_[i] = variance > 1e-10 ? std::sqrt(variance) : 0;
    }
  }

  Standardised standardise(const JudgedList<N>& list) const {
    Standardised result{.list = &list, .rows = {}, .best = {}};
    result.rows.reserve(list.rows.size());
    for (const std::array<float, N>* from : list.rows) {
      Row& row = result.rows.emplace_back();
      row.fill(0);
      for (std::size_t i = 0; i < N; ++i) {
        if (deviation_[i] > 0) row[i] = static_cast<float>(((*from)[i] - mean_[i]) / deviation_[i]);
      }
    }
    return result;
  }

  static float product(const Row& a, const Row& b) {
    std::array<float, kLanes> sums{};
    for (std::size_t i = 0; i < kStride; i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
    }
    float sum = 0;
    for (const float part : sums) sum += part;
    return sum;
  }

  static float score_of(const Standardised& list, std::size_t row, const Row& weights) {
    const float offset = list.list->offsets.empty() ? 0 : list.list->offsets[row];
    return offset + product(weights, list.rows[row]);
  }

  static void choose_best_rows(const Row& weights, Standardised& list) {
    const std::size_t items = list.list->relevant.size();
    std::vector<float> score(items, -std::numeric_limits<float>::infinity());
    list.best.assign(items, 0);
    for (std::size_t r = 0; r < list.rows.size(); ++r) {
      const std::uint32_t item = list.list->item[r];
      const float sum = score_of(list, r, weights);
      if (sum <= score[item]) continue;
      score[item] = sum;
      list.best[item] = static_cast<std::uint32_t>(r);
    }
  }

  // Adds share x loss of one list and its gradient; loss = - mean over relevant items of log softmax(score).
  static double add_loss(const Standardised& list, const Row& weights, std::vector<float>& score,
                         std::span<double> gradient) {
    const std::vector<char>& relevant = list.list->relevant;
    score.clear();
    for (const std::uint32_t row : list.best) score.push_back(score_of(list, row, weights));
    const float top = *std::max_element(score.begin(), score.end());
    double normaliser = 0;
    double relevant_score = 0;
    for (std::size_t item = 0; item < score.size(); ++item) {
      if (relevant[item] != 0) relevant_score += static_cast<double>(score[item]);
      score[item] = std::exp(score[item] - top);
      normaliser += static_cast<double>(score[item]);
    }
    const auto answers = static_cast<double>(std::count(relevant.begin(), relevant.end(), 1));
    for (std::size_t item = 0; item < score.size(); ++item) {
      const double probability = static_cast<double>(score[item]) / normaliser;
      const double slope = list.list->share * (probability - (relevant[item] != 0 ? 1 / answers : 0));
      if (std::abs(slope) < 1e-9) continue;
      const Row& row = list.rows[list.best[item]];
      for (std::size_t i = 0; i < N; ++i) gradient[i] += slope * static_cast<double>(row[i]);
    }
    return list.list->share * (static_cast<double>(top) + std::log(normaliser) - relevant_score / answers);
  }

  std::span<const JudgedList<N>> lists_;
  ListwiseOptions<N> options_;
  std::array<double, N> mean_{};
  std::array<double, N> deviation_{};
  std::vector<Standardised> standardised_;
};

}  // namespace quarry::ranking
