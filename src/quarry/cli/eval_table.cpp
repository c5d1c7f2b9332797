// Lays figures out in columns that are as wide as what stands in them.
#include "quarry/cli/eval_table.h"

#include <algorithm>
#include <vector>

#include "quarry/cli/text_layout.h"

namespace quarry::cli {
namespace {

using evaluation::Metric;

using Row = std::vector<std::string>;

// The first column to the left, the others to the right.
std::string columns(const std::vector<Row>& rows, const Terminal& terminal) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], display_width(row[c]));
  }
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const std::string padding(widths[c] - display_width(rows[r][c]), ' ');
      line += c == 0 ? "  " : "   ";
      if (c > 0) line += padding;
      line += rows[r][c];
      if (c == 0) line += padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += (r == 0 ? terminal.paint(Style::faint, line) : line) + "\n";
  }
  return text;
}

std::string shown_name(const Metric& metric) {
  std::string name = evaluation::name_of(metric);
  const bool initials = metric.kind == Metric::Kind::ndcg || metric.kind == Metric::Kind::mrr ||
                        metric.kind == Metric::Kind::map;
  if (initials) std::transform(name.begin(), name.end(), name.begin(), ::toupper);
  return name;
}

std::string systems_table(const evaluation::TaskReport& report, const Terminal& terminal) {
  std::vector<Row> rows{{"system"}};
  for (std::size_t m = 0; m < report.metrics.size(); ++m) {
    rows[0].push_back(shown_name(report.metrics[m]));
    if (m == report.main) rows[0].emplace_back("95 % interval");
  }
  for (const auto& system : report.systems) {
    Row row{system.system};
    for (std::size_t m = 0; m < report.metrics.size(); ++m) {
      const evaluation::Figure& figure = system.figures[m];
      row.push_back(fmt::format("{:.4f}", figure.mean));
      if (m == report.main)
        row.push_back(fmt::format("{:.4f} to {:.4f}", figure.interval.low, figure.interval.high));
    }
    rows.push_back(std::move(row));
  }
  return columns(rows, terminal);
}

std::string comparisons_table(const evaluation::TaskReport& report, const Terminal& terminal) {
  if (report.comparisons.empty()) return {};
  std::vector<Row> rows{
      {"against " + report.comparisons.front().against, "difference", "95 % interval", "p"}};
  for (const auto& comparison : report.comparisons) {
    const evaluation::Figure& figure = comparison.differences[report.main];
    rows.push_back({comparison.system, fmt::format("{:+.4f}", figure.mean),
                    fmt::format("{:+.4f} to {:+.4f}", figure.interval.low, figure.interval.high),
                    fmt::format("{:.4f}", comparison.p[report.main])});
  }
  return fmt::format("\n{}", columns(rows, terminal));
}

using Parts = std::map<std::string, evaluation::Part> evaluation::SystemReport::*;

std::string parts_table(const evaluation::TaskReport& report, const char* heading, Parts parts,
                        const Terminal& terminal) {
  const auto& first = report.systems.front().*parts;
  if (first.size() < 2) return {};
  std::vector<Row> rows{{heading, "questions"}};
  for (const auto& system : report.systems) rows[0].push_back(system.system);
  for (const auto& [name, part] : first) {
    Row row{name, grouped(part.queries)};
    for (const auto& system : report.systems) {
      const auto at = (system.*parts).find(name);
      row.push_back(at == (system.*parts).end() ? "" : fmt::format("{:.4f}", at->second.means[report.main]));
    }
    rows.push_back(std::move(row));
  }
  return fmt::format("\n{}", columns(rows, terminal));
}

}  // namespace

std::string eval_table(const evaluation::TaskReport& report, const Terminal& terminal) {
  const std::string heading =
      fmt::format("{}: {}{}", report.result->task, counted(report.queries, "question"),
                  report.groups > 1 ? fmt::format(" over {} repositories", report.groups) : std::string());
  std::string text = terminal.paint(Style::heading, heading) + "\n";
  if (report.systems.empty()) return text;
  const std::string main = shown_name(report.result->main);
  text += systems_table(report, terminal);
  text += comparisons_table(report, terminal);
  text +=
      parts_table(report, (main + " by language").c_str(), &evaluation::SystemReport::by_language, terminal);
  text += parts_table(report, (main + " by kind").c_str(), &evaluation::SystemReport::by_kind, terminal);
  return text;
}

}  // namespace quarry::cli
