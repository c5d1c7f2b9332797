#include "quarry/training/pair_reader.h"

#include <zstd.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace quarry::training {
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
  bool number_unsigned(number_unsigned_t) override { return scalar(); }
  bool number_float(number_float_t, const string_t&) override { return scalar(); }
  bool string(string_t& value) override {
    if (depth_ == 1 && member_ != nullptr) *member_ = std::move(value);
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
    member_ = member_of(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

 private:
  std::string* member_of(std::string_view name) {
    if (name == "lang" || name == "language") return &pair_.language;
    if (name == "kind") return &pair_.kind;
    if (name == "repo") return &pair_.repository;
    if (name == "path") return &pair_.path;
    if (name == "name") return &pair_.name;
    if (name == "signature") return &pair_.signature;
    if (name == "doc") return &pair_.doc;
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
  bool held_out_ = false;
  std::size_t depth_ = 0;
};

bool parse_pair(std::string_view line, Pair& pair) {
  PairHandler handler(pair);
  return nlohmann::json::sax_parse(line, &handler) && !pair.doc.empty() && !pair.code.empty();
}

// Cuts decompressed text into lines, whatever the pieces it comes in.
class LineReader {
 public:
  LineReader(std::size_t limit, std::function<Status(std::string_view, bool too_long)> visit)
      : limit_(limit), visit_(std::move(visit)) {}

  Status feed(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::string_view part = text.substr(0, end);
      if (held_.size() + part.size() > limit_) {
        too_long_ = true;
        held_.clear();
      } else if (end == std::string_view::npos || !held_.empty()) {
        held_ += part;
      }
      if (end == std::string_view::npos) return {};
      QUARRY_CHECK(flush(held_.empty() ? part : std::string_view(held_)));
      text.remove_prefix(end + 1);
    }
    return {};
  }
  Status finish() { return flush(held_); }

 private:
  Status flush(std::string_view line) {
    const bool too_long = std::exchange(too_long_, false);
    Status status;
    if (too_long || line.find_first_not_of(" \t\r") != std::string_view::npos)
      status = visit_(line, too_long);
    held_.clear();
    return status;
  }

  std::size_t limit_;
  std::function<Status(std::string_view, bool)> visit_;
  std::string held_;
  bool too_long_ = false;
};

Status feed_compressed(std::span<const std::byte> bytes, LineReader& lines) {
  const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(),
                                                                          &ZSTD_freeDStream);
  std::string buffer(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t rest = 0;
  while (in.pos < in.size) {
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    rest = ZSTD_decompressStream(stream.get(), &out, &in);
    if (ZSTD_isError(rest) != 0)
      return fail(ErrorKind::corrupt, "not valid zstd: {}", ZSTD_getErrorName(rest));
    QUARRY_CHECK(lines.feed(std::string_view(buffer).substr(0, out.pos)));
    if (in.pos == in.size && out.pos == out.size) {
      // What the last block holds beyond one buffer comes without further input.
      do {
        out.pos = 0;
        rest = ZSTD_decompressStream(stream.get(), &out, &in);
        if (ZSTD_isError(rest) != 0)
          return fail(ErrorKind::corrupt, "not valid zstd: {}", ZSTD_getErrorName(rest));
        QUARRY_CHECK(lines.feed(std::string_view(buffer).substr(0, out.pos)));
      } while (out.pos == out.size);
    }
  }
  if (rest != 0) return fail(ErrorKind::corrupt, "the file is cut off");
  return {};
}

Status read_shard(const FileSystem& files, const std::filesystem::path& shard, const ReadLimits& limits,
                  const std::function<Status(Pair&&)>& visit, ReadCounts& total) {
  QUARRY_TRY(const auto file, files.map(shard));
  ReadCounts counts;
  std::uint64_t first_broken = 0;
  LineReader lines(limits.line_bytes, [&](std::string_view line, bool too_long) -> Status {
    ++counts.lines;
    Pair pair;
    if (too_long || !parse_pair(line, pair)) {
      if (counts.broken++ == 0) first_broken = counts.lines;
      return {};
    }
    ++counts.pairs;
    return visit(std::move(pair));
  });
  const std::span<const std::byte> bytes = file->bytes();
  if (shard.extension() == ".zst") {
    QUARRY_CHECK(feed_compressed(bytes, lines));
  } else {
    QUARRY_CHECK(lines.feed({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  }
  QUARRY_CHECK(lines.finish());
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
    if (name.ends_with(".jsonl") || name.ends_with(".jsonl.zst")) shards.push_back(data / entry.name);
  }
  if (shards.empty()) {
    return fail(ErrorKind::not_found, "{}: no *.jsonl or *.jsonl.zst in this folder", data.string());
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

}  // namespace quarry::training
