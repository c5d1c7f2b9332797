#include "quarry/server/mcp/schema.h"

#include "quarry/server/mcp/token_budget.h"

namespace quarry::server::mcp {
namespace {

Json described(Json schema, std::string_view description) {
  if (!description.empty()) schema["description"] = description;
  return schema;
}

}  // namespace

Json string_schema(std::string_view description) {
  return described({{"type", "string"}}, description);
}

Json integer_schema(std::int64_t least, std::string_view description) {
  return described({{"type", "integer"}, {"minimum", least}}, description);
}

Json bounded_schema(std::uint64_t least, std::uint64_t most, std::uint64_t fallback,
                    std::string_view description) {
  return described({{"type", "integer"}, {"minimum", least}, {"maximum", most}, {"default", fallback}},
                   description);
}

Json flag_schema(std::string_view description) {
  return described({{"type", "boolean"}, {"default", false}}, description);
}

Json texts_schema(std::string_view description) {
  return described({{"anyOf", {{{"type", "string"}}, {{"type", "array"}, {"items", {{"type", "string"}}}}}}},
                   description);
}

Json list_schema(Json items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

Json object_schema(Json properties, std::vector<std::string_view> required) {
  Json schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = required;
  schema["additionalProperties"] = false;
  return schema;
}

Json tokens_schema(std::uint64_t fallback) {
  return bounded_schema(
      kLeastTokens, kMostTokens, fallback,
      "Size of the answer in tokens, about; code that does not fit is left out, and said so");
}

Json result_schema() {
  const Json evidence = object_schema(
      {{"value", {{"type", "number"}}}, {"contribution", {{"type", "number"}}}}, {"value", "contribution"});
  return object_schema(
      {{"rank", integer_schema(1)},
       {"score", {{"type", "number"}}},
       {"id", string_schema("names the function to the other tools")},
       {"repo", string_schema()},
       {"path", string_schema("relative to the root of the repository")},
       {"start_line", integer_schema(1)},
       {"end_line", integer_schema(1, "inclusive")},
       {"language", string_schema()},
       {"kind", {{"type", "string"}, {"enum", {"function", "method", "class", "section"}}}},
       {"name", string_schema()},
       {"qualified_name", string_schema()},
       {"signature", string_schema()},
       {"doc", string_schema()},
       {"code", string_schema("empty in an index without source")},
       {"why", {{"type", "object"}, {"additionalProperties", evidence}}},
       {"lines_left_out", integer_schema(1, "lines of code that the token budget did not hold")}},
      {"id", "repo", "path", "start_line", "end_line", "language", "kind", "name", "qualified_name",
       "signature", "doc", "code"});
}

Json answer_schema() {
  return object_schema(
      {{"query", string_schema()},
       {"took_ms", {{"type", "number"}}},
       {"index",
        object_schema({{"version", integer_schema(0)}, {"model", string_schema()}}, {"version", "model"})},
       {"degraded", string_schema("why the ranking went by words only")},
       {"not_reranked", string_schema("why the reranking server had no say in the order")},
       {"results", list_schema(result_schema())},
       {"next_cursor",
        string_schema("pass it as cursor, with the other arguments unchanged, for the next results")}},
      {"query", "took_ms", "index", "results"});
}

}  // namespace quarry::server::mcp
