#include "quarry/evaluation/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace quarry::evaluation {
namespace {

constexpr std::array<std::pair<std::string_view, Metric::Kind>, 5> kNames{{{"ndcg", Metric::Kind::ndcg},
                                                                           {"mrr", Metric::Kind::mrr},
                                                                           {"recall", Metric::Kind::recall},
                                                                           {"hit", Metric::Kind::hit},
                                                                           {"map", Metric::Kind::map}}};

double discount(std::size_t rank) {
  return 1 / std::log2(static_cast<double>(rank) + 1);
}

double discounted(std::span<const std::uint32_t> gains, std::size_t k) {
  double sum = 0;
  for (std::size_t i = 0; i < std::min(k, gains.size()); ++i) {
    if (gains[i] > 0) sum += gains[i] * discount(i + 1);
  }
  return sum;
}

double average_precision(const Judged& judged) {
  double sum = 0;
  std::size_t found = 0;
  for (std::size_t i = 0; i < judged.gains.size(); ++i) {
    if (judged.gains[i] == 0) continue;
    ++found;
    sum += static_cast<double>(found) / static_cast<double>(i + 1);
  }
  return sum / static_cast<double>(judged.ideal.size());
}

}  // namespace

std::string name_of(const Metric& metric) {
  for (const auto& [name, kind] : kNames) {
    if (kind != metric.kind) continue;
    return kind == Metric::Kind::map ? std::string(name) : fmt::format("{}@{}", name, metric.cutoff);
  }
  return {};
}

Result<Metric> metric_from_name(std::string_view name) {
  const std::string_view kind_name = name.substr(0, name.find('@'));
  for (const auto& [known, kind] : kNames) {
    if (known != kind_name) continue;
    Metric metric{.kind = kind, .cutoff = 0};
    if (kind == Metric::Kind::map && name == known) return metric;
    const std::string_view number = name.substr(std::min(name.size(), known.size() + 1));
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), metric.cutoff);
    if (kind != Metric::Kind::map && error == std::errc() && end == number.data() + number.size() &&
        metric.cutoff > 0) {
      return metric;
    }
  }
  return fail(ErrorKind::invalid_argument, "'{}' is no metric: ndcg@K, mrr@K, recall@K, hit@K or map", name);
}

double value_of(const Metric& metric, const Judged& judged) {
  if (judged.ideal.empty()) return 0;
  const std::size_t first = judged.found_at.empty() ? 0 : judged.found_at.front();
  const bool hit = first > 0 && first <= metric.cutoff;
  switch (metric.kind) {
    case Metric::Kind::ndcg:
      return discounted(judged.gains, metric.cutoff) / discounted(judged.ideal, metric.cutoff);
    case Metric::Kind::mrr:
      return hit ? 1 / static_cast<double>(first) : 0;
    case Metric::Kind::recall: {
      const auto within = std::upper_bound(judged.found_at.begin(), judged.found_at.end(), metric.cutoff) -
                          judged.found_at.begin();
      return static_cast<double>(within) / static_cast<double>(judged.ideal.size());
    }
    case Metric::Kind::hit:
      return hit ? 1 : 0;
    case Metric::Kind::map:
      return average_precision(judged);
  }
  return 0;
}

Judged judge(std::size_t places, std::size_t targets,
             const std::function<bool(std::size_t place, std::size_t target)>& covers) {
  Judged judged{.gains = std::vector<std::uint32_t>(places),
                .ideal = std::vector<std::uint32_t>(targets, 1),
                .found_at = {}};
  for (std::size_t target = 0; target < targets; ++target) {
    for (std::size_t place = 0; place < places; ++place) {
      if (!covers(place, target)) continue;
      judged.gains[place] = 1;
      judged.found_at.push_back(place + 1);
      break;
    }
  }
  std::sort(judged.found_at.begin(), judged.found_at.end());
  return judged;
}

Judged judge(std::span<const Place> places, std::span<const Target> targets) {
  return judge(places.size(), targets.size(),
               [&](std::size_t place, std::size_t target) { return covers(places[place], targets[target]); });
}

Grades grades_of(const Judged& judged, std::size_t k) {
  return {.ndcg = value_of({.kind = Metric::Kind::ndcg, .cutoff = k}, judged),
          .mrr = value_of({.kind = Metric::Kind::mrr, .cutoff = k}, judged),
          .hit = value_of({.kind = Metric::Kind::hit, .cutoff = k}, judged)};
}

void GroupedMean::add(const std::string& group, const Grades& grades) {
  Sum& sum = groups_[group];
  sum.total.ndcg += grades.ndcg;
  sum.total.mrr += grades.mrr;
  sum.total.hit += grades.hit;
  ++sum.count;
  ++count_;
}

Grades GroupedMean::mean() const {
  Grades mean;
  for (const auto& [group, sum] : groups_) {
    const auto count = static_cast<double>(sum.count);
    mean.ndcg += sum.total.ndcg / count;
    mean.mrr += sum.total.mrr / count;
    mean.hit += sum.total.hit / count;
  }
  const auto groups = static_cast<double>(std::max<std::size_t>(1, groups_.size()));
  return {.ndcg = mean.ndcg / groups, .mrr = mean.mrr / groups, .hit = mean.hit / groups};
}

}  // namespace quarry::evaluation
