#include "quarry/preparation/pair_reader.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "quarry/preparation/shard_lines.h"

namespace quarry::preparation {
namespace {

// Takes the members of one object at its top level; whatever is nested deeper is passed over.
class PairHandler final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit PairHandler(Pair& pair) : pair_(pair) {}

  bool null() override { return scalar(); }
  bool boolean(bool value) override {
    if (depth_ == 1 && held_out_) pair_.held_out = value;
    return scalar();
  }
  bool number_integer(number_integer_t) override { return scalar(); }
  bool number_unsigned(number_unsigned_t value) override {
    if (depth_ == 1 && line_) pair_.line = static_cast<std::uint32_t>(value);
    return scalar();
  }
  bool number_float(number_float_t, const string_t&) override { return scalar(); }
  bool string(string_t& value) override {
    if (depth_ == 1 && member_ != nullptr) *member_ = std::move(value);
    if (depth_ == 2 && list_ != nullptr) list_->push_back(std::move(value));
    return scalar();
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return depth_ > 0 && open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (depth_ != 1) return true;
    held_out_ = name == "heldout";
    line_ = name == "line";
    member_ = member_of(name);
    list_ = name == "calls" ? &pair_.calls : name == "subjects" ? &pair_.subjects : nullptr;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

 private:
  std::string* member_of(std::string_view name) {
    if (name == "lang" || name == "language") return &pair_.language;
    if (name == "kind") return &pair_.kind;
    if (name == "repo" || name == "nwo") return &pair_.repository;
    if (name == "license") return &pair_.license;
    if (name == "path") return &pair_.path;
    if (name == "name" || name == "func_name" || name == "identifier") return &pair_.name;
    if (name == "signature") return &pair_.signature;
    if (name == "doc" || name == "docstring") return &pair_.doc;
    if (name == "partition") return &pair_.partition;
    if (name == "origin") return &pair_.origin;
    if (name == "code") return &pair_.code;
    return nullptr;
  }
  bool scalar() const { return depth_ > 0; }
  bool open() {
    ++depth_;
    return true;
  }
  bool close() {
    --depth_;
    return true;
  }

  Pair& pair_;
  std::string* member_ = nullptr;
  std::vector<std::string>* list_ = nullptr;
  bool held_out_ = false;
  bool line_ = false;
  std::size_t depth_ = 0;
};

bool parse_pair(std::string_view line, Pair& pair) {
  PairHandler handler(pair);
  return nlohmann::json::sax_parse(line, &handler) && !pair.doc.empty() && !pair.code.empty();
}

Status read_shard(const FileSystem& files, const std::filesystem::path& shard, const ReadLimits& limits,
                  const std::function<Status(Pair&&)>& visit, ReadCounts& total) {
  ReadCounts counts;
  std::uint64_t first_broken = 0;
  QUARRY_CHECK(
      for_each_line(files, shard, limits.line_bytes, [&](std::string_view line, bool too_long) -> Status {
        ++counts.lines;
        Pair pair;
        if (too_long || !parse_pair(line, pair)) {
          if (counts.broken++ == 0) first_broken = counts.lines;
          return {};
        }
        ++counts.pairs;
        return visit(std::move(pair));
      }));
  if (counts.lines == 0) return fail(ErrorKind::corrupt, "the shard is empty");
  if (static_cast<double>(counts.broken) > limits.broken_share * static_cast<double>(counts.lines)) {
    return fail(
        ErrorKind::corrupt,
        "{} of {} lines are no pairs (JSON objects with doc and code), first line {}; allowed are {:g} %",
        counts.broken, counts.lines, first_broken, limits.broken_share * 100);
  }
  total.lines += counts.lines;
  total.pairs += counts.pairs;
  total.broken += counts.broken;
  return {};
}

}  // namespace

Result<std::vector<std::filesystem::path>> list_shards(const FileSystem& files,
                                                       const std::filesystem::path& data) {
  QUARRY_TRY(const FileStatus status, files.status(data));
  if (status.type != FileType::directory) return std::vector{data};
  QUARRY_TRY(const auto entries, files.list(data));
  std::vector<std::filesystem::path> shards;
  for (const DirectoryEntry& entry : entries) {
    const std::string_view name = entry.name;
    if (name.ends_with(".jsonl") || name.ends_with(".jsonl.zst") || name.ends_with(".jsonl.gz")) {
      shards.push_back(data / entry.name);
    }
  }
  if (shards.empty()) {
    return fail(ErrorKind::not_found, "{}: no *.jsonl, *.jsonl.zst or *.jsonl.gz in this folder",
                data.string());
  }
  std::sort(shards.begin(), shards.end());
  return shards;
}

Result<ReadCounts> read_pairs(const FileSystem& files, const std::vector<std::filesystem::path>& shards,
                              const ReadLimits& limits, const std::function<Status(Pair&&)>& visit) {
  ReadCounts counts;
  for (const auto& shard : shards) {
    if (auto status = read_shard(files, shard, limits, visit, counts); !status) {
      return fail_in(shard.string(), std::move(status).error());
    }
  }
  return counts;
}

}  // namespace quarry::preparation
