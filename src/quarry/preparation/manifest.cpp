#include "quarry/preparation/manifest.h"

#include <nlohmann/json.hpp>

#include "quarry/preparation/pair_filter.h"

namespace quarry::preparation {
namespace {

using Json = nlohmann::ordered_json;

Json drops_of(const DropCounts& drops) {
  Json json = Json::object();
  for (std::size_t i = 0; i < kDropReasons; ++i) {
    if (drops.by_reason[i] != 0) json[std::string(name_of(static_cast<DropReason>(i)))] = drops.by_reason[i];
  }
  return json;
}

Json input_of(const InputReport& input) {
  Json json;
  const auto text = [&](const char* key, const std::string& value) {
    if (!value.empty()) json[key] = value;
  };
  json["name"] = input.name;
  json["place"] = input.place;
  text("revision", input.revision);
  text("license", input.license);
  text("partition", input.partition);
  text("skipped", input.skipped);
  if (!input.skipped.empty()) return json;
  if (input.files != 0) json["files"] = input.files;
  json["functions"] = input.functions;
  if (input.broken != 0) json["broken_lines"] = input.broken;
  json["pairs"] = input.pairs;
  if (input.commits != 0) json["commit_pairs"] = input.commits;
  if (!input.languages.empty()) json["languages"] = input.languages;
  json["dropped"] = drops_of(input.drops);
  if (!input.skipped_files.empty()) json["skipped_files"] = input.skipped_files;
  return json;
}

}  // namespace

std::string manifest_json(const PrepareReport& report, const PrepareOptions& options) {
  Json json;
  json["format"] = "quarry-pairs";
  json["version"] = 1;
  json["made_by"] = options.code_version;
  json["parameters"] = {{"valid_percent", options.shares.valid},
                        {"test_percent", options.shares.test},
                        {"split_by", options.split_by_file ? "file" : "repository"},
                        {"licenses", name_of(options.licenses)},
                        {"history", options.history},
                        {"pairs_per_repository", options.pairs_per_repository},
                        {"pairs_per_shard", options.pairs_per_shard},
                        {"broken_share", options.broken_share},
                        {"max_file_size", options.listing.max_bytes},
                        {"built_in_rules", options.listing.builtin_rules},
                        {"ignore_files", options.listing.ignore_files},
                        {"excluded_names", options.excluded.size()},
                        {"doc_words", {kFewestDocWords, kMostDocWords}},
                        {"code_lines_at_least", kFewestCodeLines},
                        {"code_bytes_at_most", kMostCodeBytes}};
  json["pairs"] = report.pairs;
  json["pairs_with_calls"] = report.with_calls;
  json["pairs_with_subjects"] = report.with_subjects;
  json["partitions"] = report.partitions;
  json["languages"] = report.languages;
  json["licenses"] = report.licenses;
  json["dropped"] = drops_of(report.drops);
  json["shards"] = Json::array();
  for (const Shard& shard : report.shards) {
    json["shards"].push_back({{"name", shard.name},
                              {"pairs", shard.pairs},
                              {"bytes", shard.bytes},
                              {"xxh3", fmt::format("{:016x}", shard.hash)}});
  }
  json["inputs"] = Json::array();
  for (const InputReport& input : report.inputs) json["inputs"].push_back(input_of(input));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string repositories_tsv(const PrepareReport& report) {
  std::string text = "repo\tcommit\tlicence\tpartition\tpairs\tper_language\tplace\n";
  for (const InputReport& input : report.inputs) {
    if (!input.skipped.empty() || input.ready) continue;
    std::string languages;
    for (const auto& [language, pairs] : input.languages) {
      languages += fmt::format("{}{}={}", languages.empty() ? "" : " ", language, pairs);
    }
    text +=
        fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", input.name, input.revision.empty() ? "-" : input.revision,
                    input.license, input.partition.empty() ? "-" : input.partition, input.pairs,
                    languages.empty() ? "-" : languages, input.place);
  }
  return text;
}

}  // namespace quarry::preparation
