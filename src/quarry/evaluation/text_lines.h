// Files of one record a line: what judgments, runs, queries and corpora have in common.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"

namespace quarry::evaluation {

// Judged sets and corpora are read whole; what is larger is no data set of this kind.
inline constexpr std::size_t kMaxDataBytes = std::size_t{1} << 31;

// Calls use(number, line), numbers from 1, for every line that is not blank; stops at the first failure.
template <class Use>
[[nodiscard]] Status for_each_line(const FileSystem& files, const std::filesystem::path& path, Use use) {
  QUARRY_TRY(const std::string content, files.read(path, kMaxDataBytes));
  std::string_view rest = content;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    QUARRY_CHECK(use(number, line));
  }
  return {};
}

}  // namespace quarry::evaluation
