#include "quarry/training/html_report.h"

#include <fmt/core.h>

#include <algorithm>

#include "quarry/training/html_text.h"

namespace quarry::training {
namespace {

constexpr double kWidth = 640;
constexpr double kHeight = 240;
constexpr double kLeft = 64;
constexpr double kBottom = 28;
constexpr std::size_t kMostPoints = 600;  // more than pixels show nothing

// Means of neighbours where there are more points than can be seen.
Curves::Points thinned(const Curves::Points& points) {
  const std::size_t stride = (points.size() + kMostPoints - 1) / kMostPoints;
  if (stride <= 1) return points;
  Curves::Points result;
  for (std::size_t i = 0; i < points.size(); i += stride) {
    const std::size_t end = std::min(points.size(), i + stride);
    double sum = 0;
    for (std::size_t j = i; j < end; ++j) sum += points[j].second;
    result.emplace_back(points[end - 1].first, sum / static_cast<double>(end - i));
  }
  return result;
}

std::string drawing(const std::string& name, const Curves::Points& all) {
  const Curves::Points points = thinned(all);
  const auto [least, most] = std::minmax_element(
      points.begin(), points.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const double low = least->second;
  const double high = most->second > low ? most->second : low + 1;
  const auto first = static_cast<double>(points.front().first);
  const double last = std::max(static_cast<double>(points.back().first), first + 1);
  const auto x = [&](double step) { return kLeft + (step - first) / (last - first) * (kWidth - kLeft - 8); };
  const auto y = [&](double value) { return 8 + (high - value) / (high - low) * (kHeight - kBottom - 16); };
  std::string line;
  for (const auto& [step, value] : points) {
    line += fmt::format("{:.1f},{:.1f} ", x(static_cast<double>(step)), y(value));
  }
  return fmt::format(
      "<figure><figcaption>{0}: {1:.5g} after step {2}</figcaption>\n"
      "<svg viewBox=\"0 0 {3} {4}\" role=\"img\" aria-label=\"{0} by step\">\n"
      "<text x=\"{5}\" y=\"16\">{6:.4g}</text><text x=\"{5}\" y=\"{7}\">{8:.4g}</text>\n"
      "<text x=\"{9}\" y=\"{10}\" class=\"l\">{11:.0f}</text><text x=\"{3}\" y=\"{10}\">{12:.0f}</text>\n"
      "<path d=\"M{9} 8V{7}H{3}\"/><polyline points=\"{13}\"/></svg></figure>\n",
      escaped(name), all.back().second, all.back().first, kWidth, kHeight, kLeft - 6, high, kHeight - kBottom,
      low, kLeft, kHeight - 8, first, last, line);
}

}  // namespace

std::string html_report(const std::string& title, const Curves& curves, const Facts& facts,
                        const std::string& config) {
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title>\n"
      "<style>body{{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 "
      "1rem;color:#1c2430}}"
      "figure{{display:inline-block;width:32rem;max-width:100%;margin:0 1rem 1rem 0}}svg{{width:100%}}"
      "path{{fill:none;stroke:#9aa4b2}}polyline{{fill:none;stroke:#2b6cb0;stroke-width:1.6}}"
      "text{{font-size:12px;text-anchor:end;fill:#5a6573}}text.l{{text-anchor:start}}"
      "td{{padding:.1rem 1rem .1rem "
      "0}}pre{{background:#f4f6f8;padding:1rem;overflow:auto}}</style>\n<h1>{0}</h1>\n<table>\n",
      escaped(title));
  for (const auto& [name, value] : facts) {
    page += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escaped(name), escaped(value));
  }
  page += "</table>\n";
  for (const auto& [name, points] : curves.all()) {
    if (!points.empty()) page += drawing(name, points);
  }
  page += fmt::format("<h2>Config</h2>\n<pre>{}</pre>\n</html>\n", escaped(config));
  return page;
}

}  // namespace quarry::training
