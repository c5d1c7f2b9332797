// Reads one line of a batch.
#include "quarry/cli/batch.h"

#include <nlohmann/json.hpp>

#include "quarry/syntax/function.h"

namespace quarry::cli {
namespace {

using nlohmann::json;

// A string, or a list of strings.
Result<std::vector<std::string>> strings_of(const json& object, const char* key) {
  std::vector<std::string> values;
  const auto found = object.find(key);
  if (found == object.end()) return values;
  const auto list = found->is_array() ? *found : json::array({*found});
  for (const auto& value : list) {
    if (!value.is_string())
      return fail(ErrorKind::invalid_argument, "\"{}\" is neither a string nor a list of strings", key);
    values.push_back(value.get<std::string>());
  }
  return values;
}

Status read_number(const json& object, const char* key, std::size_t smallest, std::size_t largest,
                   std::size_t& number) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() < smallest ||
      found->get<std::uint64_t>() > largest) {
    return fail(ErrorKind::invalid_argument, "\"{}\" is not a whole number from {} to {}", key, smallest,
                largest);
  }
  number = found->get<std::size_t>();
  return {};
}

Result<syntax::Kind> kind_of(std::string_view name) {
  for (const auto kind :
       {syntax::Kind::function, syntax::Kind::method, syntax::Kind::class_, syntax::Kind::section}) {
    if (syntax::name_of(kind) == name) return kind;
  }
  return fail(ErrorKind::invalid_argument, "'{}' is not one of function, method, class, section", name);
}

Status read_object(const json& object, search::Query& query) {
  const auto text = object.find("query");
  if (text == object.end() || !text->is_string())
    return fail(ErrorKind::invalid_argument, "the object has no string \"query\"");
  QUARRY_TRY(const auto languages, strings_of(object, "lang"));
  if (!languages.empty()) query.filters.languages.clear();
  for (const auto& name : languages) {
    const auto language = corpus::language_from_name(name);
    if (!language) return fail(ErrorKind::invalid_argument, "'{}' is not a language known here", name);
    query.filters.languages.push_back(*language);
  }
  QUARRY_TRY(const auto kinds, strings_of(object, "kind"));
  if (!kinds.empty()) query.filters.kinds.clear();
  for (const auto& name : kinds) {
    QUARRY_TRY(const auto kind, kind_of(name));
    query.filters.kinds.push_back(kind);
  }
  QUARRY_TRY(auto paths, strings_of(object, "path"));
  if (!paths.empty()) query.filters.paths = std::move(paths);
  QUARRY_TRY(auto repositories, strings_of(object, "repo"));
  if (!repositories.empty()) query.filters.repositories = std::move(repositories);
  QUARRY_CHECK(read_number(object, "limit", 1, search::kMaxLimit, query.limit));
  QUARRY_CHECK(read_number(object, "offset", 0, 100000, query.offset));
  return search::parse_query(text->get_ref<const std::string&>(), query);
}

}  // namespace

Result<search::Query> parse_batch_line(std::string_view line, const search::Query& defaults) {
  auto query = defaults;
  const auto start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos || line[start] != '{') {
    QUARRY_CHECK(search::parse_query(line, query));
    return query;
  }
  const auto object = json::parse(line.substr(start), nullptr, false);
  if (object.is_discarded())
    return fail(ErrorKind::invalid_argument, "the line starts with '{{' and is not valid JSON");
  QUARRY_CHECK(read_object(object, query));
  return query;
}

}  // namespace quarry::cli
