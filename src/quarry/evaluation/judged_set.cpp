#include "quarry/evaluation/judged_set.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "quarry/evaluation/record_fields.h"
#include "quarry/evaluation/text_lines.h"

namespace quarry::evaluation {
namespace {

using nlohmann::json;

bool read_targets(const json& object, const char* key, std::vector<Target>& targets) {
  const auto list = object.find(key);
  if (list == object.end()) return true;
  if (!list->is_array()) return false;
  for (const json& item : *list) {
    if (!item.is_object()) return false;
    Target target{.path = text_field(item, "path"), .lines = {}, .function = item.contains("start")};
    const Lines lines{line_field(item, target.function ? "start" : "start_line"),
                      line_field(item, target.function ? "end" : "end_line")};
    if (lines.first > 0 && lines.last > 0) target.lines = lines;
    if (target.path.empty() || (target.function && !target.lines)) return false;
    targets.push_back(std::move(target));
  }
  return true;
}

bool same_path(std::string_view a, std::string_view b) {
  const auto suffix = [](std::string_view whole, std::string_view end) {
    return whole.size() > end.size() && whole.ends_with(end) && whole[whole.size() - end.size() - 1] == '/';
  };
  return a == b || suffix(a, b) || suffix(b, a);
}

}  // namespace

Result<std::vector<Question>> read_questions(const FileSystem& files, const std::filesystem::path& path) {
  std::vector<Question> questions;
  QUARRY_CHECK(for_each_line(files, path, [&](std::size_t number, std::string_view line) -> Status {
    const json object = json::parse(line, nullptr, false);
    Question q;
    const bool good = object.is_object() && read_targets(object, "relevant", q.targets) &&
                      read_targets(object, "secondary", q.targets);
    if (good) {
      q.set = path.string();
      const std::string repository = text_field(object, "repo");
      q.repository =
          repository.substr(repository.rfind('/') == std::string::npos ? 0 : repository.rfind('/') + 1);
      q.root = text_field(object, object.contains("benchmark_root") ? "benchmark_root" : "root");
      q.language = text_field(object, "language");
      q.kind = text_field(object, object.contains("category") ? "category" : "kind");
      q.text = text_field(object, "query");
      q.masked = object.contains("masked") && object["masked"] == true;
    }
    if (!good || q.text.empty() || q.repository.empty()) {
      return fail(ErrorKind::invalid_argument,
                  "{}:{}: not a judged question (\"repo\", \"query\", \"relevant\" wanted)", path.string(),
                  number);
    }
    questions.push_back(std::move(q));
    return {};
  }));
  return questions;
}

bool covers(const Place& place, const Target& target) {
  if (!same_path(place.path, target.path)) return false;
  if (!target.lines) return true;
  const auto first = std::int64_t{place.lines.first};
  const auto last = std::int64_t{place.lines.last};
  const auto want_first = std::int64_t{target.lines->first};
  const auto want_last = std::int64_t{target.lines->last};
  if (!target.function) return !(last < want_first || first > want_last);
  const std::int64_t size = want_last - want_first + 1;
  const std::int64_t shared = std::min(last, want_last) - std::max(first, want_first) + 1;
  return 2 * shared >= size && last - first + 1 <= 3 * size + 20;
}

}  // namespace quarry::evaluation
