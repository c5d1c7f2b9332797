#include "quarry/training/parallel_plot.h"

#include <fmt/core.h>

#include <algorithm>

#include "quarry/training/html_text.h"

namespace quarry::training {
namespace {

constexpr double kAxisGap = 170;
constexpr double kTop = 48;
constexpr double kHeight = 320;
constexpr double kSide = 80;

struct Bounds {
  double low = 0;
  double high = 1;
};

Bounds bounds_of(const Journal& journal) {
  Bounds bounds;
  bool first = true;
  for (const Trial& trial : journal.trials) {
    if (!trial.has_value()) continue;
    bounds.low = first ? trial.value() : std::min(bounds.low, trial.value());
    bounds.high = first ? trial.value() : std::max(bounds.high, trial.value());
    first = false;
  }
  if (!(bounds.low < bounds.high)) bounds.high = bounds.low + 1;
  return bounds;
}

double share_of(const TunedKey& key, double coordinate) {
  if (key.kind != TunedKey::Kind::choice) return coordinate;
  return coordinate / static_cast<double>(key.choices.size() - 1);
}

double y_of(double share) {
  return kTop + (1 - share) * kHeight;
}

std::string axis(double x, const std::string& name, const std::string& low, const std::string& high) {
  return fmt::format(
      "<line x1=\"{0:.0f}\" y1=\"{1}\" x2=\"{0:.0f}\" y2=\"{2}\"/><text x=\"{0:.0f}\" y=\"{3}\" "
      "class=\"n\">{4}</text><text x=\"{0:.0f}\" y=\"{5}\">{6}</text><text x=\"{0:.0f}\" "
      "y=\"{7}\">{8}</text>\n",
      x, kTop, kTop + kHeight, kTop - 28, escaped(name), kTop - 8, escaped(high), kTop + kHeight + 18,
      escaped(low));
}

std::string shown_value(const Trial& trial) {
  return trial.has_value() ? fmt::format("{:.5g}", trial.value()) : std::string();
}

std::string line_of(const Trial& trial, const TuningSpace& space, const Bounds& bounds) {
  const double share = (trial.value() - bounds.low) / (bounds.high - bounds.low);
  std::string points;
  for (std::size_t k = 0; k < space.keys.size(); ++k) {
    points += fmt::format("{:.1f},{:.1f} ", kSide + kAxisGap * static_cast<double>(k),
                          y_of(share_of(space.keys[k], trial.point[k])));
  }
  points +=
      fmt::format("{:.1f},{:.1f}", kSide + kAxisGap * static_cast<double>(space.keys.size()), y_of(share));
  const double goodness = space.maximize ? share : 1 - share;
  return fmt::format(
      "<polyline points=\"{}\" stroke=\"hsl({:.0f} 70% 45%)\" "
      "opacity=\"{:.2f}\"{}><title>trial {}: {} ({})</title></polyline>\n",
      points, 20 + 190 * goodness, 0.25 + 0.75 * goodness,
      trial.state == Trial::State::finished ? "" : " stroke-dasharray=\"4 4\"", trial.number,
      shown_value(trial), name_of(trial.state));
}

std::string table_of(const Journal& journal, const TuningSpace& space) {
  std::string rows = "<table>\n<tr><th>trial</th>";
  for (const TunedKey& key : space.keys) rows += fmt::format("<th>{}</th>", escaped(key.name));
  rows += fmt::format("<th>{}</th><th>step</th><th>state</th></tr>\n", escaped(space.metric));
  std::vector<const Trial*> order;
  for (const Trial& trial : journal.trials) order.push_back(&trial);
  std::stable_sort(order.begin(), order.end(), [&](const Trial* a, const Trial* b) {
    if (a->has_value() != b->has_value()) return a->has_value();
    if (!a->has_value()) return false;
    return space.maximize ? a->value() > b->value() : a->value() < b->value();
  });
  for (const Trial* trial : order) {
    rows += fmt::format("<tr><td>{}</td>", trial->number);
    for (const TunedKey& key : space.keys) {
      const auto at = trial->values.find(key.name);
      rows += fmt::format("<td>{}</td>", at == trial->values.end() ? "" : escaped(at->second));
    }
    rows += fmt::format("<td>{}</td><td>{}</td><td>{}</td></tr>\n", shown_value(*trial),
                        trial->has_value() ? fmt::format("{}", trial->reports.back().first) : "",
                        name_of(trial->state));
  }
  return rows + "</table>\n";
}

}  // namespace

std::string parallel_plot(const std::string& title, const Journal& journal, const TuningSpace& space) {
  const Bounds bounds = bounds_of(journal);
  const double width = 2 * kSide + kAxisGap * static_cast<double>(space.keys.size());
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title>\n"
      "<style>body{{font:15px/1.5 system-ui,sans-serif;max-width:96rem;margin:2rem auto;padding:0 "
      "1rem;color:#1c2430}}div{{overflow-x:auto}}svg{{min-width:{1:.0f}px}}line{{stroke:#9aa4b2}}"
      "polyline{{fill:none;stroke-width:2}}polyline:hover{{stroke-width:5;opacity:1}}"
      "text{{font-size:12px;text-anchor:middle;fill:#5a6573}}text.n{{font-weight:600;fill:#1c2430}}"
      "td,th{{padding:.1rem 1rem .1rem 0;text-align:left}}</style>\n<h1>{0}</h1>\n"
      "<p>A line is a trial, from its settings to what it reached; dashed ones were stopped early.</p>\n"
      "<div><svg viewBox=\"0 0 {1:.0f} {2}\" width=\"{1:.0f}\" role=\"img\" aria-label=\"parallel "
      "coordinates of {3} trials\">\n",
      escaped(title), width, kTop + kHeight + 32, journal.trials.size());
  for (std::size_t k = 0; k < space.keys.size(); ++k) {
    const TunedKey& key = space.keys[k];
    const bool choice = key.kind == TunedKey::Kind::choice;
    page += axis(kSide + kAxisGap * static_cast<double>(k), key.name, key.text_of(0),
                 key.text_of(choice ? static_cast<double>(key.choices.size() - 1) : 1));
  }
  page += axis(kSide + kAxisGap * static_cast<double>(space.keys.size()), space.metric,
               fmt::format("{:.4g}", bounds.low), fmt::format("{:.4g}", bounds.high));
  std::vector<const Trial*> order;
  for (const Trial& trial : journal.trials) {
    if (trial.has_value() && trial.point.size() == space.keys.size()) order.push_back(&trial);
  }
  // The best is drawn last, over the others.
  std::stable_sort(order.begin(), order.end(), [&](const Trial* a, const Trial* b) {
    return space.maximize ? a->value() < b->value() : a->value() > b->value();
  });
  for (const Trial* trial : order) page += line_of(*trial, space, bounds);
  return page + "</svg></div>\n" + table_of(journal, space) + "</html>\n";
}

}  // namespace quarry::training
