// The manifest: the one file that says what an index consists of. Replaced as a whole, by a rename.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/index/snapshot.h"

namespace quarry::index {

inline constexpr std::uint32_t kManifestVersion = 2;

// Ends every message about an index that cannot be used.
inline constexpr std::string_view kWayOut = "delete the index folder and run `quarry index` again";

// A binary file of the index, so that another file in its place is noticed.
struct StoredFile {
  std::string name;  // without folder: "000001-0.seg"
  std::uint64_t size = 0;
  std::uint64_t checksum = 0;  // CheckedFile::checksum()
};

struct ManifestView {
  ViewInfo info;
  std::string documents;  // what made its documents: extraction version, limits, model, source or not
  std::string listing;    // the rules by which its files were chosen
  StoredFile file;
};

struct StoredGraph {
  std::string segment;  // name of the one that it belongs to
  StoredFile file;
};

struct Manifest {
  std::uint64_t sequence = 0;  // of writes of this file; names of new files begin with it
  std::uint64_t version = 0;   // of the content: 1, 2, 3 ... a commit that changed an answer
  ModelInfo model;
  bool source = true;
  std::vector<StoredFile> segments;
  std::vector<StoredGraph> graphs;  // of large segments; at most one each, and it may be missing
  std::vector<ManifestView> views;
};

[[nodiscard]] std::filesystem::path manifest_path(const std::filesystem::path& index);
[[nodiscard]] std::filesystem::path segment_path(const std::filesystem::path& index, const std::string& name);
[[nodiscard]] std::filesystem::path view_path(const std::filesystem::path& index, const std::string& name);

// ErrorKind::not_found, corrupt, version_mismatch or io.
[[nodiscard]] Result<Manifest> read_manifest(const FileSystem& files, const std::filesystem::path& index);
// Durable when it returns success; on failure the old manifest stands, or the new one already does.
[[nodiscard]] Status write_manifest(FileSystem& files, const std::filesystem::path& index,
                                    const Manifest& manifest);

// ErrorKind::corrupt where a file of that size and checksum is not the one that was stored.
[[nodiscard]] Status check_stored(const StoredFile& stored, std::uint64_t size, std::uint64_t checksum,
                                  const std::filesystem::path& path);

// The bytes of the file, apart from writing them; parse is the inverse and accepts nothing else.
[[nodiscard]] std::string format_manifest(const Manifest& manifest);
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view bytes, const std::string& path);

}  // namespace quarry::index
