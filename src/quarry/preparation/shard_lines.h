// The lines of a shard, whether plain text or compressed with zstd or gzip.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string_view>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"

namespace quarry::preparation {

// A line without its end; one over the limit comes empty with `too_long`.
using VisitLine = std::function<Status(std::string_view line, bool too_long)>;

// Calls visit for every line that is not blank, until it fails. The name decides: *.zst, *.gz, anything else
// is plain. Memory is bounded by the longest line, not by the shard. ErrorKind::corrupt where the file is cut
// off or not what its name says.
[[nodiscard]] Status for_each_line(const FileSystem& files, const std::filesystem::path& shard,
                                   std::size_t line_bytes, const VisitLine& visit);

}  // namespace quarry::preparation
