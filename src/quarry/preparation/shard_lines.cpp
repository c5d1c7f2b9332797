#include "quarry/preparation/shard_lines.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace quarry::preparation {
namespace {

// Cuts decompressed text into lines, whatever the pieces it comes in.
class LineCutter {
 public:
  LineCutter(std::size_t limit, const VisitLine& visit) : limit_(limit), visit_(visit) {}

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
      status = visit_(too_long ? std::string_view() : line, too_long);
    held_.clear();
    return status;
  }

  std::size_t limit_;
  const VisitLine& visit_;
  std::string held_;
  bool too_long_ = false;
};

Status feed_zstd(std::span<const std::byte> bytes, LineCutter& lines) {
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

Status feed_gzip(std::span<const std::byte> bytes, LineCutter& lines) {
  constexpr int kGzip = 15 + 16;  // the largest window, gzip's header
  z_stream stream{};
  if (inflateInit2(&stream, kGzip) != Z_OK) return fail(ErrorKind::io, "zlib cannot be used");
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> owner(&stream, &inflateEnd);
  std::string buffer(1U << 17U, '\0');
  int state = Z_OK;
  while (!bytes.empty() || state == Z_OK) {
    if (stream.avail_in == 0) {
      const std::size_t piece = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
      stream.avail_in = static_cast<uInt>(piece);
      bytes = bytes.subspan(piece);
    }
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    state = inflate(&stream, Z_NO_FLUSH);
    if (state == Z_BUF_ERROR && stream.avail_in == 0) break;
    if (state != Z_OK && state != Z_STREAM_END) {
      return fail(ErrorKind::corrupt, "not valid gzip: {}", stream.msg != nullptr ? stream.msg : "bad data");
    }
    QUARRY_CHECK(lines.feed(std::string_view(buffer).substr(0, buffer.size() - stream.avail_out)));
    // Files that were put together one after the other are one file.
    if (state == Z_STREAM_END) {
      if (stream.avail_in == 0 && bytes.empty()) return {};
      if (inflateReset(&stream) != Z_OK) return fail(ErrorKind::corrupt, "not valid gzip");
      state = Z_OK;
    }
  }
  return fail(ErrorKind::corrupt, "the file is cut off");
}

}  // namespace

Status for_each_line(const FileSystem& files, const std::filesystem::path& shard, std::size_t line_bytes,
                     const VisitLine& visit) {
  QUARRY_TRY(const auto file, files.map(shard));
  LineCutter lines(line_bytes, visit);
  const std::span<const std::byte> bytes = file->bytes();
  if (shard.extension() == ".zst") {
    QUARRY_CHECK(feed_zstd(bytes, lines));
  } else if (shard.extension() == ".gz") {
    QUARRY_CHECK(feed_gzip(bytes, lines));
  } else {
    QUARRY_CHECK(lines.feed({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  }
  return lines.finish();
}

}  // namespace quarry::preparation
