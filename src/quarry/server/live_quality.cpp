#include "quarry/server/live_quality.h"

#include <algorithm>
#include <iterator>

#include "quarry/base/utf8.h"

namespace quarry::server {
namespace {

constexpr std::size_t kKeptQueries = 2000;
constexpr std::size_t kKeptBytes = 200;  // of a query
constexpr std::size_t kShownQueries = 20;
constexpr std::size_t kVersions = 8;

std::int64_t minute_of(LiveQuality::Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::minutes>(time.time_since_epoch()).count();
}

}  // namespace

void LiveQuality::Frequent::add(std::string_view query) {
  const std::string key(utf8::prefix(query, kKeptBytes));
  const auto found = counts_.find(key);
  if (found != counts_.end()) {
    ++found->second;
    return;
  }
  if (counts_.size() >= kKeptQueries) {
    // All give up one, those with none left go: frequent ones stay (Misra and Gries, 1982).
    for (auto each = counts_.begin(); each != counts_.end();) {
      each = --each->second == 0 ? counts_.erase(each) : std::next(each);
    }
    if (counts_.size() >= kKeptQueries) return;
  }
  counts_.emplace(key, 1);
}

std::vector<LiveQuality::Counted> LiveQuality::Frequent::top(std::size_t count) const {
  std::vector<Counted> all;
  for (const auto& [query, times] : counts_) all.push_back({query, times});
  std::ranges::sort(all, [](const Counted& a, const Counted& b) {
    return a.count != b.count ? a.count > b.count : a.query < b.query;
  });
  if (all.size() > count) all.resize(count);
  return all;
}

// Minutes that passed without a query are empty.
void LiveQuality::advance(std::int64_t minute) const {
  if (minute - last_minute_ >= static_cast<std::int64_t>(kMinutes)) minutes_.fill(0);
  for (std::int64_t m = std::max(last_minute_ + 1, minute - static_cast<std::int64_t>(kMinutes) + 1);
       m <= minute; ++m) {
    minutes_[static_cast<std::size_t>(m) % kMinutes] = 0;
  }
  last_minute_ = std::max(last_minute_, minute);
}

LiveQuality::Sums& LiveQuality::sums_of(std::string_view label) {
  const auto found =
      std::ranges::find(versions_, label, [](const auto& entry) { return std::string_view(entry.first); });
  if (found != versions_.end()) return found->second;
  if (versions_.size() >= kVersions) versions_.pop_front();
  return versions_.emplace_back(label, Sums{}).second;
}

void LiveQuality::note_answer(const search::Answer& answer, std::string_view label, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  ++answers_;
  latencies_ms_[latency_count_++ % kLatencies] = static_cast<float>(answer.took_ms);
  const auto minute = minute_of(now);
  advance(minute);
  ++minutes_[static_cast<std::size_t>(minute) % kMinutes];
  asked_.add(answer.query);
  if (answer.results.empty()) {
    ++empty_;
    not_found_.add(answer.query);
  }
  ++sums_of(label).answers;
}

void LiveQuality::note_feedback(std::size_t rank, Verdict verdict, std::string_view label) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find(versions_, label, [](const auto& entry) { return std::string_view(entry.first); });
  if (found == versions_.end()) return;
  Sums& sums = found->second;
  if (verdict == Verdict::good) ++sums.good;
  if (verdict == Verdict::bad) ++sums.bad;
  if (verdict == Verdict::bad) return;
  ++sums.clicks;
  sums.reciprocal_ranks += 1.0 / static_cast<double>(std::max<std::size_t>(1, rank));
}

LiveQuality::Report LiveQuality::report(Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  Report report{
      .answers = answers_, .empty = empty_, .per_minute = {}, .asked = {}, .not_found = {}, .versions = {}};
  const auto minute = minute_of(now);
  advance(minute);
  for (std::size_t i = 1; i <= kMinutes; ++i) {
    report.per_minute.push_back(minutes_[(static_cast<std::size_t>(minute) + i) % kMinutes]);
  }
  std::vector<float> sorted(
      latencies_ms_.begin(),
      latencies_ms_.begin() + static_cast<std::ptrdiff_t>(std::min(latency_count_, kLatencies)));
  std::ranges::sort(sorted);
  const auto quantile = [&](double share) {
    if (sorted.empty()) return 0.0;
    return static_cast<double>(
        sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))]);
  };
  report.p50_ms = quantile(0.5);
  report.p95_ms = quantile(0.95);
  report.p99_ms = quantile(0.99);
  report.asked = asked_.top(kShownQueries);
  report.not_found = not_found_.top(kShownQueries);
  for (const auto& [label, sums] : versions_) {
    report.versions.push_back({
        .label = label,
        .answers = sums.answers,
        .clicked = sums.clicks,
        .click_through = sums.answers == 0 ? 0
                                           : std::min(1.0, static_cast<double>(sums.clicks) /
                                                               static_cast<double>(sums.answers)),
        .reciprocal_rank = sums.clicks == 0 ? 0 : sums.reciprocal_ranks / static_cast<double>(sums.clicks),
        .good = sums.good,
        .bad = sums.bad,
    });
  }
  return report;
}

}  // namespace quarry::server
