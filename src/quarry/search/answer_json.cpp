// Answers as JSON: the shape that command line, server, MCP and evaluation files share.
#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "quarry/base/json_writer.h"
#include "quarry/search/answer.h"

namespace quarry::search {
namespace {

constexpr std::size_t kRoomForFields = 1024;  // bytes of a result beside its texts

void write(const SearchResult& result, JsonWriter& out) {
  out.begin_object();
  out.member("rank", std::uint64_t{result.rank}).member("score", result.score);
  out.member("id", fmt::format("{:016x}", result.id));
  out.member("repo", result.repository).member("path", result.path);
  out.member("start_line", std::uint64_t{result.start_line})
      .member("end_line", std::uint64_t{result.end_line});
  out.member("language", corpus::name_of(result.language)).member("kind", syntax::name_of(result.kind));
  out.member("name", result.name).member("qualified_name", result.qualified_name);
  out.member("signature", result.signature).member("doc", result.doc).member("code", result.code);
  out.key("why").begin_object();
  for (const auto& evidence : result.why) {
    out.key(evidence.name).begin_object();
    out.member("value", evidence.value).member("contribution", evidence.contribution).end_object();
  }
  out.end_object().end_object();
}

void write(std::string_view name, const Facets::Counts& counts, JsonWriter& out) {
  out.key(name).begin_array();
  for (const auto& [value, count] : counts)
    out.begin_object().member("value", value).member("count", std::uint64_t{count}).end_object();
  out.end_array();
}

}  // namespace

std::string to_json_text(const Answer& answer) {
  std::size_t room = kRoomForFields;
  for (const auto& result : answer.results)
    room += kRoomForFields + result.signature.size() + (result.doc.size() + result.code.size()) * 17 / 16;
  JsonWriter out(room);
  out.begin_object().member("query", answer.query);
  // Microseconds are as fine as the clock is worth.
  out.member("took_ms", std::round(answer.took_ms * 1e3) / 1e3);
  out.key("index")
      .begin_object()
      .member("version", answer.index_version)
      .member("model", answer.model)
      .end_object();
  if (!answer.degraded.empty()) out.member("degraded", answer.degraded);
  if (!answer.not_reranked.empty()) out.member("not_reranked", answer.not_reranked);
  out.key("results").begin_array();
  for (const auto& result : answer.results) write(result, out);
  out.end_array();
  if (answer.facets) {
    out.key("facets").begin_object();
    write("lang", answer.facets->languages, out);
    write("repo", answer.facets->repositories, out);
    write("kind", answer.facets->kinds, out);
    write("path", answer.facets->folders, out);
    out.end_object();
  }
  if (!answer.next_cursor.empty()) out.member("next_cursor", answer.next_cursor);
  return out.end_object().take();
}

nlohmann::ordered_json to_json(const Answer& answer) {
  return nlohmann::ordered_json::parse(to_json_text(answer));
}

nlohmann::ordered_json to_json(const SearchResult& result) {
  JsonWriter out;
  write(result, out);
  return nlohmann::ordered_json::parse(out.text());
}

nlohmann::ordered_json to_json(const Facets::Counts& counts) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& [value, count] : counts) list.push_back({{"value", value}, {"count", count}});
  return list;
}

}  // namespace quarry::search
