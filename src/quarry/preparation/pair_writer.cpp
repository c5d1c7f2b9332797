#include "quarry/preparation/pair_writer.h"

#include <zstd.h>

#include <nlohmann/json.hpp>

#include "quarry/base/hash.h"

namespace quarry::preparation {
namespace {

constexpr int kLevel = 9;

}  // namespace

std::string to_json_line(const Pair& pair) {
  nlohmann::ordered_json line;
  const auto text = [&](const char* key, const std::string& value) {
    if (!value.empty()) line[key] = value;
  };
  text("lang", pair.language);
  text("kind", pair.kind);
  text("repo", pair.repository);
  text("license", pair.license);
  text("path", pair.path);
  if (pair.line != 0) line["line"] = pair.line;
  text("name", pair.name);
  text("signature", pair.signature);
  line["doc"] = pair.doc;
  line["code"] = pair.code;
  text("origin", pair.origin);
  if (!pair.calls.empty()) line["calls"] = pair.calls;
  if (!pair.subjects.empty()) line["subjects"] = pair.subjects;
  text("partition", pair.partition);
  line["heldout"] = pair.held_out;
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

struct PairWriter::State {
  State(FileSystem& f, std::filesystem::path where, std::string name, std::uint64_t pairs)
      : files(f), folder(std::move(where)), stem(std::move(name)), pairs_per_shard(pairs) {}

  FileSystem& files;
  std::filesystem::path folder;
  std::string stem;
  std::uint64_t pairs_per_shard;
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context{ZSTD_createCCtx(), &ZSTD_freeCCtx};
  std::string buffer = std::string(ZSTD_CStreamOutSize(), '\0');
  std::unique_ptr<WritableFile> file;
  std::vector<Shard> shards;

  Status compress(std::string_view text, ZSTD_EndDirective mode) {
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    for (;;) {
      ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
      const std::size_t rest = ZSTD_compressStream2(context.get(), &out, &in, mode);
      if (ZSTD_isError(rest) != 0) return fail(ErrorKind::io, "zstd: {}", ZSTD_getErrorName(rest));
      if (out.pos > 0) {
        QUARRY_CHECK(file->append(std::as_bytes(std::span(buffer).first(out.pos))));
        shards.back().bytes += out.pos;
      }
      const bool done = mode == ZSTD_e_end ? rest == 0 : in.pos == in.size;
      if (done) return {};
    }
  }

  Status open() {
    if (context == nullptr) return fail(ErrorKind::io, "zstd: no memory for a compressor");
    Shard shard;
    shard.name = fmt::format("{}-{:05}.jsonl.zst", stem, shards.size());
    ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
    QUARRY_TRY(file, files.create(folder / shard.name));
    shards.push_back(std::move(shard));
    return {};
  }

  Status close() {
    if (!file) return {};
    QUARRY_CHECK(compress({}, ZSTD_e_end));
    QUARRY_CHECK(file->sync());
    QUARRY_CHECK(file->close());
    file.reset();
    return {};
  }
};

PairWriter::PairWriter(FileSystem& files, std::filesystem::path folder, std::string stem,
                       std::uint64_t pairs_per_shard)
    : state_(std::make_unique<State>(files, std::move(folder), std::move(stem), pairs_per_shard)) {}
PairWriter::~PairWriter() = default;
PairWriter::PairWriter(PairWriter&&) noexcept = default;

Status PairWriter::add(const Pair& pair) {
  State& state = *state_;
  if (!state.file) QUARRY_CHECK(state.open());
  const std::string line = to_json_line(pair) + '\n';
  Shard& shard = state.shards.back();
  shard.hash = hash64(line, shard.hash);
  QUARRY_CHECK(state.compress(line, ZSTD_e_continue));
  if (++shard.pairs >= state.pairs_per_shard) QUARRY_CHECK(state.close());
  return {};
}

Result<std::vector<Shard>> PairWriter::finish() {
  QUARRY_CHECK(state_->close());
  return std::move(state_->shards);
}

}  // namespace quarry::preparation
