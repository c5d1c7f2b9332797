#include "quarry/server/question.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "quarry/server/json_body.h"
#include "quarry/server/target.h"

namespace quarry::server {
namespace {

constexpr std::array<std::string_view, 8> kSingle{"q",       "n",      "cursor", "explain",
                                                  "vectors", "rerank", "facets", "query"};

// "go,python" -> two values. Paths are taken whole: a name may hold a comma.
Status add_values(std::string_view name, std::string_view values, search::Filters& filters) {
  if (name == "path") return search::add_filter(name, values, filters);
  while (true) {
    const auto comma = std::min(values.find(','), values.size());
    QUARRY_CHECK(search::add_filter(name, values.substr(0, comma), filters));
    if (comma == values.size()) return {};
    values.remove_prefix(comma + 1);
  }
}

Result<bool> toggle_parameter(const Request& request, std::string_view name, bool fallback) {
  const auto value = request.parameter(name);
  if (!value) return fallback;
  if (*value == "1" || *value == "true") return true;
  if (*value == "0" || *value == "false") return false;
  return fail(ErrorKind::invalid_argument, "{} is 0 or 1, not '{}'", name, *value);
}

// The text with its inline filters goes into the query.
Status take_text(Question& question) {
  if (question.asked.find('\0') != std::string::npos) {
    return fail(ErrorKind::invalid_argument, "the query holds a NUL character");
  }
  return search::parse_query(question.asked, question.query);
}

const nlohmann::json* member(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

Status read_toggle(const nlohmann::json& object, const char* name, bool& value) {
  const auto* found = member(object, name);
  if (found == nullptr) return {};
  if (!found->is_boolean()) return fail(ErrorKind::invalid_argument, "{} must be true or false", name);
  value = found->get<bool>();
  return {};
}

Status read_text(const nlohmann::json& object, const char* name, std::string& value) {
  const auto* found = member(object, name);
  if (found == nullptr) return {};
  if (!found->is_string()) return fail(ErrorKind::invalid_argument, "{} must be a string", name);
  value = found->get<std::string>();
  return {};
}

Status read_filters(const nlohmann::json& object, search::Filters& filters) {
  for (const std::string_view name : kFilterNames) {
    const auto found = object.find(name);
    if (found == object.end()) continue;
    if (!found->is_array()) return fail(ErrorKind::invalid_argument, "{} must be a list of strings", name);
    for (const auto& value : *found) {
      if (!value.is_string()) return fail(ErrorKind::invalid_argument, "{} must be a list of strings", name);
      QUARRY_CHECK(search::add_filter(name, value.get_ref<const std::string&>(), filters));
    }
  }
  return {};
}

}  // namespace

Result<std::uint64_t> number_parameter(const Request& request, std::string_view name, std::uint64_t minimum,
                                       std::uint64_t maximum, std::uint64_t fallback) {
  const auto value = request.parameter(name);
  if (!value) return fallback;
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(value->data(), value->data() + value->size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != value->data() + value->size() || number < minimum ||
      number > maximum) {
    return fail(ErrorKind::invalid_argument, "{} is a whole number from {} to {}, not '{}'", name, minimum,
                maximum, *value);
  }
  return number;
}

Status check_parameters(const Request& request, std::span<const std::string_view> known,
                        std::span<const std::string_view> repeatable) {
  for (std::size_t i = 0; i < request.parameters.size(); ++i) {
    const std::string_view name = request.parameters[i].first;
    if (std::ranges::find(repeatable, name) != repeatable.end()) continue;
    if (std::ranges::find(known, name) == known.end()) {
      std::vector<std::string_view> all(known.begin(), known.end());
      all.insert(all.end(), repeatable.begin(), repeatable.end());
      return fail(ErrorKind::invalid_argument, "no parameter is called '{}'; known are {}", name,
                  fmt::join(all, ", "));
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (request.parameters[j].first == name)
        return fail(ErrorKind::invalid_argument, "{} is given twice", name);
    }
  }
  return {};
}

Status add_filter_parameters(const Request& request, search::Filters& filters) {
  for (const auto& [name, value] : request.parameters) {
    if (std::ranges::find(kFilterNames, name) != std::end(kFilterNames))
      QUARRY_CHECK(add_values(name, value, filters));
  }
  return {};
}

Result<Question> question_of_parameters(const Request& request) {
  // "query" is the name in a POST; here it is q alone.
  QUARRY_CHECK(check_parameters(request, std::span(kSingle).first(kSingle.size() - 1), kFilterNames));
  if (!request.parameter("q")) return fail(ErrorKind::invalid_argument, "q, the query, is missing");
  Question question;
  question.asked = request.parameter("q").value_or("");
  question.cursor = request.parameter("cursor").value_or("");
  QUARRY_TRY(question.query.limit,
             number_parameter(request, "n", 1, search::kMaxLimit, question.query.limit));
  QUARRY_TRY(question.query.explain, toggle_parameter(request, "explain", false));
  QUARRY_TRY(question.query.vectors, toggle_parameter(request, "vectors", true));
  QUARRY_TRY(question.query.rerank, toggle_parameter(request, "rerank", true));
  QUARRY_TRY(question.query.facets, toggle_parameter(request, "facets", false));
  QUARRY_CHECK(add_filter_parameters(request, question.query.filters));
  QUARRY_CHECK(take_text(question));
  return question;
}

Result<Question> question_of_json(const Request& request) {
  QUARRY_CHECK(check_parameters(request, {}));
  QUARRY_TRY(const auto body, parse_json(request.body));
  if (!body.is_object()) return fail(ErrorKind::invalid_argument, "the body must be a JSON object");
  for (const auto& [name, value] : body.items()) {
    const bool known = (std::ranges::find(kSingle, name) != kSingle.end() && name != "q") ||
                       std::ranges::find(kFilterNames, name) != std::end(kFilterNames);
    if (!known) return fail(ErrorKind::invalid_argument, "no field is called '{}'", name);
  }
  if (!body.contains("query")) return fail(ErrorKind::invalid_argument, "query is missing");
  Question question;
  QUARRY_CHECK(read_text(body, "query", question.asked));
  QUARRY_CHECK(read_text(body, "cursor", question.cursor));
  QUARRY_CHECK(read_toggle(body, "explain", question.query.explain));
  QUARRY_CHECK(read_toggle(body, "vectors", question.query.vectors));
  QUARRY_CHECK(read_toggle(body, "rerank", question.query.rerank));
  QUARRY_CHECK(read_toggle(body, "facets", question.query.facets));
  if (const auto* limit = member(body, "n")) {
    if (!limit->is_number_integer() || limit->get<double>() < 1 ||
        limit->get<double>() > static_cast<double>(search::kMaxLimit)) {
      return fail(ErrorKind::invalid_argument, "n is a whole number from 1 to {}", search::kMaxLimit);
    }
    question.query.limit = limit->get<std::size_t>();
  }
  QUARRY_CHECK(read_filters(body, question.query.filters));
  QUARRY_CHECK(take_text(question));
  return question;
}

}  // namespace quarry::server
