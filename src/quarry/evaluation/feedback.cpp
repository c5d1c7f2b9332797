#include "quarry/evaluation/feedback.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "quarry/evaluation/record_fields.h"
#include "quarry/evaluation/text_lines.h"

namespace quarry::evaluation {
namespace {

using nlohmann::json;

struct MarkedPlace {
  std::string path;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 that results are compared with for a
  // pointer
  auto operator<=>(const MarkedPlace&) const = default;
};

// Nothing: what stands there is no verdict.
std::optional<bool> verdict_of(const json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value.get<double>() > 0;
  if (!value.is_string()) return std::nullopt;
  const auto word = value.get<std::string>();
  for (const char* good : {"good", "up", "yes", "relevant"}) {
    if (word == good) return true;
  }
  for (const char* bad : {"bad", "down", "no", "irrelevant"}) {
    if (word == bad) return false;
  }
  return std::nullopt;
}

}  // namespace

Result<Feedback> read_feedback(const FileSystem& files, const std::filesystem::path& path) {
  Feedback feedback;
  std::map<std::pair<std::string, std::string>, std::map<MarkedPlace, bool>> judged;  // repository and query
  QUARRY_CHECK(for_each_line(files, path, [&](std::size_t number, std::string_view line) -> Status {
    const auto broken = [&](std::string_view why) {
      return fail(ErrorKind::invalid_argument, "{}:{}: {}", path.string(), number, why);
    };
    const json object = json::parse(line, nullptr, false);
    if (!object.is_object() || text_field(object, "query").empty()) {
      return broken("not feedback ({\"query\", \"path\", \"verdict\"} wanted)");
    }
    ++feedback.lines;
    const auto at = object.find("verdict");
    // Opening a result says that it looked right, not that it was.
    if (at == object.end() || at->is_null() || *at == "click") {
      ++feedback.without_verdict;
      return {};
    }
    const auto verdict = verdict_of(*at);
    if (!verdict) return broken("the verdict is neither good nor bad");
    const MarkedPlace place{text_field(object, "path"), line_field(object, "start_line"),
                            line_field(object, "end_line")};
    if (place.path.empty()) return broken("a verdict without a \"path\" says nothing about a place");
    judged[{text_field(object, "repo"), text_field(object, "query")}][place] = *verdict;
    return {};
  }));
  for (const auto& [asked, places] : judged) {
    Question question;
    question.repository = asked.first;
    question.text = asked.second;
    question.kind = "feedback";
    for (const auto& [place, good] : places) {
      if (!good) continue;
      Target target{.path = place.path, .lines = {}, .function = false};
      if (place.first > 0 && place.last >= place.first) {
        target.lines = Lines{place.first, place.last};
        target.function = true;
      }
      question.targets.push_back(std::move(target));
    }
    if (question.targets.empty()) {
      ++feedback.unanswered;
    } else {
      feedback.questions.push_back(std::move(question));
    }
  }
  return feedback;
}

bool is_feedback(const FileSystem& files, const std::filesystem::path& path) {
  bool found = false;
  // Stops at the first line: a failure that nobody sees.
  (void)for_each_line(files, path, [&](std::size_t, std::string_view line) -> Status {
    const json object = json::parse(line, nullptr, false);
    found = object.is_object() && object.contains("query") && !object.contains("relevant");
    return fail(ErrorKind::cancelled, "enough");
  });
  return found;
}

}  // namespace quarry::evaluation
