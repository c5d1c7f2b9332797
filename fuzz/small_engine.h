// One small index in memory and an engine over it, for the targets that answer requests: the repository
// `shop`, which callers may see, and `secret`, which they may not.
#pragma once

#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include "quarry/index/snapshot.h"
#include "quarry/index/test_file_systems.h"
#include "quarry/index/test_source.h"
#include "quarry/search/engine.h"

namespace quarry::fuzz {

inline constexpr const char* kIndex = "/index";
// Stands in the code of `secret` alone, and in nothing that is compared with a request.
inline constexpr std::string_view kSecret = "zq7xkvjw";

inline void require(bool condition) {
  if (!condition) std::abort();
}

inline void add_repository(FileSystem& files, const std::string& name, const std::string& code) {
  index::TestSource source("/work/" + name, "/work/" + name + "/.git");
  source.name_value = name;
  source.write("net/retry.py", code);
  source.write("empty.py", "");
  auto writer = index::IndexWriter::open(files, kIndex, index::test_hooks(source));
  index::UpdateOptions options;
  options.threads = 1;
  require(writer && (*writer)->update(source, options));
}

// Kept for all inputs: making it takes longer than answering from it.
inline index::MemoryFileSystem& small_index() {
  static index::MemoryFileSystem files;
  static const bool made = [] {
    add_repository(files, "shop", "retry call with backoff\nclose socket\n\nparse http header");
    add_repository(files, "secret", "open vault " + std::string(kSecret));
    return true;
  }();
  (void)made;
  return files;
}

inline std::shared_ptr<const search::Engine> small_engine() {
  static const std::shared_ptr<const search::Engine> engine = [] {
    auto snapshot = index::Snapshot::open(small_index(), kIndex);
    require(snapshot.has_value());
    auto opened = search::Engine::open(*std::move(snapshot), {.encoder = nullptr, .weights = {}, .view = {}});
    require(opened.has_value());
    return std::shared_ptr<const search::Engine>(*std::move(opened));
  }();
  return engine;
}

}  // namespace quarry::fuzz
