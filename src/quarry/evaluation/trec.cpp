#include "quarry/evaluation/trec.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <string_view>

#include "quarry/evaluation/text_lines.h"

namespace quarry::evaluation {
namespace {

std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t begin = line.find_first_not_of(" \t\r", at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
    columns.push_back(line.substr(begin, end - begin));
    at = end;
  }
  return columns;
}

template <class T>
bool read_number(std::string_view text, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::string without_spaces(std::string text) {
  for (char& c : text) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') c = '_';
  }
  return text.empty() ? "_" : text;
}

}  // namespace

Result<Judgments> read_judgments(const FileSystem& files, const std::filesystem::path& path) {
  Judgments judgments;
  QUARRY_CHECK(for_each_line(files, path, [&](std::size_t number, std::string_view line) -> Status {
    const auto columns = columns_of(line);
    if (columns.empty()) return {};
    const bool beir = columns.size() == 3;
    int grade = 0;
    if (!beir && columns.size() != 4) {
      return fail(ErrorKind::invalid_argument, "{}:{}: not \"query 0 document grade\"", path.string(),
                  number);
    }
    if (!read_number(columns.back(), grade)) {
      if (beir && number == 1) return {};  // BEIR's headings
      return fail(ErrorKind::invalid_argument, "{}:{}: '{}' is no grade", path.string(), number,
                  columns.back());
    }
    const auto document = std::string(columns[beir ? 1 : 2]);
    if (!judgments[std::string(columns[0])].emplace(document, grade).second) {
      return fail(ErrorKind::invalid_argument, "{}:{}: {} is judged twice for {}", path.string(), number,
                  document, columns[0]);
    }
    return {};
  }));
  return judgments;
}

Result<NamedRun> read_run(const FileSystem& files, const std::filesystem::path& path) {
  NamedRun result;
  std::set<std::pair<std::string, std::string>> seen;
  QUARRY_CHECK(for_each_line(files, path, [&](std::size_t number, std::string_view line) -> Status {
    const auto columns = columns_of(line);
    if (columns.empty()) return {};
    float score = 0;
    if (columns.size() != 6 || !read_number(columns[4], score) || std::isnan(score)) {
      return fail(ErrorKind::invalid_argument, "{}:{}: not \"query Q0 document rank score name\"",
                  path.string(), number);
    }
    if (result.name.empty()) result.name = columns[5];
    if (!seen.emplace(columns[0], columns[2]).second) {
      return fail(ErrorKind::invalid_argument, "{}:{}: {} is found twice for {}", path.string(), number,
                  columns[2], columns[0]);
    }
    result.run[std::string(columns[0])].push_back({std::string(columns[2]), score});
    return {};
  }));
  return result;
}

std::string to_trec(const NamedRun& run) {
  std::string text;
  const std::string name = without_spaces(run.name);
  for (const auto& [query, found] : run.run) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      text += fmt::format("{} Q0 {} {} {} {}\n", without_spaces(query), without_spaces(found[i].document),
                          i + 1, found[i].score, name);
    }
  }
  return text;
}

Judged judge(std::span<const Retrieved> found, const std::map<std::string, int>& judgments) {
  std::vector<const Retrieved*> order;
  order.reserve(found.size());
  for (const Retrieved& one : found) order.push_back(&one);
  std::sort(order.begin(), order.end(), [](const Retrieved* a, const Retrieved* b) {
    return a->score != b->score ? a->score > b->score : a->document > b->document;
  });
  Judged judged;
  for (const auto& [document, grade] : judgments) {
    if (grade > 0) judged.ideal.push_back(static_cast<std::uint32_t>(grade));
  }
  std::sort(judged.ideal.rbegin(), judged.ideal.rend());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto judgment = judgments.find(order[i]->document);
    const int grade = judgment == judgments.end() ? 0 : std::max(0, judgment->second);
    judged.gains.push_back(static_cast<std::uint32_t>(grade));
    if (grade > 0) judged.found_at.push_back(i + 1);
  }
  return judged;
}

}  // namespace quarry::evaluation
