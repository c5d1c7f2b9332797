// Reads shards of training pairs: JSON lines, plain or compressed with zstd or gzip.
//
// One object a line with the string members `doc` and `code` (neither empty) and, as far as known, lang,
// kind, repo, license, path, line, name, signature, partition, origin, the lists of strings calls and
// subjects, and the boolean heldout. CodeSearchNet's names are understood too (docstring, language,
// func_name). Other members are passed over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/preparation/pair.h"

namespace quarry::preparation {

struct ReadLimits {
  double broken_share = 0.01;           // of a shard's lines; more is an error
  std::size_t line_bytes = 16U << 20U;  // a longer line is broken
};

struct ReadCounts {
  std::uint64_t lines = 0;  // without blank ones
  std::uint64_t pairs = 0;
  std::uint64_t broken = 0;  // no JSON object, or without doc or code
};

// The shards of `data`: itself, or in a folder every *.jsonl, *.jsonl.zst and *.jsonl.gz by name.
// ErrorKind::not_found where there is none.
[[nodiscard]] Result<std::vector<std::filesystem::path>> list_shards(const FileSystem& files,
                                                                     const std::filesystem::path& data);

// Calls visit for every pair in the order of the shards, until it fails. ErrorKind::corrupt names the file
// and the first broken line where there are too many, and a shard that is empty, cut off or not what its name
// says.
[[nodiscard]] Result<ReadCounts> read_pairs(const FileSystem& files,
                                            const std::vector<std::filesystem::path>& shards,
                                            const ReadLimits& limits,
                                            const std::function<Status(Pair&&)>& visit);

}  // namespace quarry::preparation
