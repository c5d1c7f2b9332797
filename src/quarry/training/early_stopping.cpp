#include "quarry/training/early_stopping.h"

#include <algorithm>
#include <optional>

namespace quarry::training {
namespace {

// The mean of what was reported up to `step`; nothing where the trial never came that far.
std::optional<double> running_average(const Reports& reports, std::uint64_t step) {
  if (reports.empty() || reports.back().first < step) return std::nullopt;
  double sum = 0;
  std::size_t count = 0;
  for (const auto& [at, value] : reports) {
    if (at > step) break;
    sum += value;
    ++count;
  }
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

// The first value at or after `step`.
std::optional<double> value_at(const Reports& reports, std::uint64_t step) {
  for (const auto& [at, value] : reports) {
    if (at >= step) return value;
  }
  return std::nullopt;
}

}  // namespace

bool stop_by_median(const Reports& own, std::span<const Reports> others, std::size_t least) {
  if (own.empty()) return false;
  std::vector<double> averages;
  for (const Reports& other : others) {
    if (const auto average = running_average(other, own.back().first)) averages.push_back(*average);
  }
  if (averages.size() < std::max<std::size_t>(1, least)) return false;
  const auto middle = averages.begin() + static_cast<std::ptrdiff_t>(averages.size() / 2);
  std::nth_element(averages.begin(), middle, averages.end());
  double median = *middle;
  if (averages.size() % 2 == 0) median = (median + *std::max_element(averages.begin(), middle)) / 2;
  double best = own.front().second;
  for (const auto& [step, value] : own) best = std::max(best, value);
  return best < median;
}

bool stop_by_halving(const Reports& own, std::span<const Reports> others, const HalvingOptions& options) {
  if (own.empty() || options.factor < 2) return false;
  // The last rung that this report has reached and the one before had not.
  const std::uint64_t before = own.size() < 2 ? 0 : own[own.size() - 2].first;
  std::uint64_t rung = 0;
  const std::uint64_t first = options.first_rung == 0 ? own.front().first : options.first_rung;
  for (std::uint64_t at = std::max<std::uint64_t>(1, first); at <= own.back().first; at *= options.factor) {
    if (at > before) rung = at;
  }
  if (rung == 0) return false;
  const double value = own.back().second;
  std::size_t reached = 1;
  std::size_t better = 0;
  for (const Reports& other : others) {
    const auto theirs = value_at(other, rung);
    if (!theirs) continue;
    ++reached;
    if (*theirs > value) ++better;
  }
  const std::size_t kept = std::max<std::size_t>(1, reached / options.factor);
  return better >= kept;
}

}  // namespace quarry::training
