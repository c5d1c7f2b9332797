#include "quarry/ranking/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>

namespace quarry::ranking {
namespace {

using Vector = std::vector<double>;

constexpr std::size_t kMemory = 10;        // pairs that the curvature is known by
constexpr double kSufficientPart = 1e-4;   // of the decrease that the slope promises (Armijo)
constexpr std::size_t kMostHalvings = 30;  // of a step that does not pay

double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void add(double factor, const Vector& from, Vector& to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * from[i];
}

double largest(const Vector& values) {
  double most = 0;
  for (const double value : values) most = std::max(most, std::abs(value));
  return most;
}

// What the last steps tell about the curvature.
class History {
 public:
  void add_step(Vector step, Vector change) {
    const double curvature = dot(step, change);
    if (curvature <= 1e-12 * dot(change, change)) return;  // not convex there, or nothing but rounding
    if (pairs_.size() == kMemory) pairs_.pop_front();
    pairs_.push_back({std::move(step), std::move(change), 1 / curvature});
  }
  void clear() { pairs_.clear(); }
  [[nodiscard]] bool empty() const { return pairs_.empty(); }

  // -H gradient by the two-loop recursion.
  [[nodiscard]] Vector direction(const Vector& gradient) const {
    Vector d = gradient;
    std::vector<double> alpha(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      alpha[i] = pairs_[i].inverse * dot(pairs_[i].step, d);
      add(-alpha[i], pairs_[i].change, d);
    }
    if (!pairs_.empty()) {
      const Pair& last = pairs_.back();
      const double scale = 1 / (last.inverse * dot(last.change, last.change));
      for (double& value : d) value *= scale;
    }
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      add(alpha[i] - pairs_[i].inverse * dot(pairs_[i].change, d), pairs_[i].step, d);
    }
    for (double& value : d) value = -value;
    return d;
  }

 private:
  struct Pair {
    Vector step;
    Vector change;  // of the gradient
    double inverse;
  };
  std::deque<Pair> pairs_;
};

}  // namespace

std::vector<double> minimise(const Objective& objective, std::vector<double> x, const LbfgsOptions& options) {
  Vector gradient(x.size());
  Vector next(x.size());
  Vector next_gradient(x.size());
  double value = objective(x, gradient);
  History history;
  for (std::size_t step = 0; step < options.most_steps && largest(gradient) > options.tolerance &&
                             !options.stop.stop_requested();) {
    const Vector direction = history.direction(gradient);
    const double slope = dot(direction, gradient);
    // Without a history nothing tells how far to go: no component further than one.
    double length = history.empty() ? 1 / std::max(1.0, largest(gradient)) : 1.0;
    double next_value = value;
    bool smaller = false;
    for (std::size_t halving = 0; halving < kMostHalvings && !smaller; ++halving, length /= 2) {
      next = x;
      add(length, direction, next);
      next_value = objective(next, next_gradient);
      ++step;
      smaller = next_value <= value + kSufficientPart * length * slope;
    }
    if (!smaller) {
      if (history.empty()) break;
      history.clear();
      continue;
    }
    Vector moved = next;
    add(-1, x, moved);
    Vector change = next_gradient;
    add(-1, gradient, change);
    history.add_step(std::move(moved), std::move(change));
    x.swap(next);
    gradient.swap(next_gradient);
    value = next_value;
  }
  return x;
}

}  // namespace quarry::ranking
