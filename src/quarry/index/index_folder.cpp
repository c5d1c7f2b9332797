#include "quarry/index/index_folder.h"

#include <unistd.h>

#include <algorithm>
#include <set>

namespace quarry::index {
namespace {

bool is_ours(const DirectoryEntry& entry) {
  const bool folder = entry.name == "segments" || entry.name == "views";
  const bool file = entry.name == "manifest" || entry.name == "manifest.tmp" || entry.name == "lock";
  return (folder && entry.type == FileType::directory) || (file && entry.type == FileType::regular);
}

Status check_folder(const FileSystem& files, const std::filesystem::path& directory) {
  const auto status = files.link_status(directory);
  if (!status) {
    if (status.error().kind == ErrorKind::not_found) return {};
    return tl::unexpected(status.error());
  }
  if (status->type != FileType::directory) {
    return fail(ErrorKind::invalid_argument, "{} is not a folder; an index needs a folder of its own",
                directory.string());
  }
  QUARRY_TRY(const auto entries, files.list(directory));
  for (const DirectoryEntry& entry : entries) {
    if (is_ours(entry)) continue;
    return fail(ErrorKind::invalid_argument,
                "{} holds {}, which belongs to no index; choose a folder that is empty or missing",
                directory.string(), entry.name);
  }
  return {};
}

Result<std::unique_ptr<FileLock>> take_lock(FileSystem& files, const std::filesystem::path& directory) {
  auto lock = files.lock(directory / "lock", fmt::format("process {}", ::getpid()));
  if (lock || lock.error().kind != ErrorKind::busy) return lock;
  return fail(ErrorKind::busy, "the index is being written: {}; try again when it is done",
              lock.error().message);
}

}  // namespace

Result<std::unique_ptr<IndexFolder>> IndexFolder::open(FileSystem& files,
                                                       const std::filesystem::path& directory) {
  std::filesystem::path place = directory.lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  std::unique_ptr<IndexFolder> folder(new IndexFolder(files, place));
  QUARRY_CHECK(check_folder(files, place));
  for (const char* name : {"segments", "views"}) {
    if (files.link_status(place / name)) continue;
    QUARRY_CHECK(files.create_directories(place / name));
    QUARRY_CHECK(files.sync_directory(place));
    QUARRY_CHECK(files.sync_directory(place.has_parent_path() ? place.parent_path() : "."));
  }
  QUARRY_TRY(folder->lock_, take_lock(files, place));
  QUARRY_CHECK(folder->load());
  folder->clean();
  return folder;
}

Status IndexFolder::discard(FileSystem& files, const std::filesystem::path& directory) {
  QUARRY_CHECK(check_folder(files, directory));
  QUARRY_TRY(const auto lock, take_lock(files, directory));
  // The next writer finds no manifest and removes what it would have named.
  QUARRY_CHECK(files.remove(directory / "manifest"));
  return files.sync_directory(directory);
}

Status IndexFolder::load() {
  auto manifest = read_manifest(files_, directory_);
  if (manifest) {
    manifest_ = std::move(*manifest);
    return {};
  }
  if (manifest.error().kind != ErrorKind::not_found) return tl::unexpected(std::move(manifest).error());
  manifest_ = {};
  return {};
}

std::string IndexFolder::new_segment_name() {
  new_segments_ = true;
  return fmt::format("{:08}-{}.seg", manifest_.sequence + 1, names_++);
}
std::string IndexFolder::new_graph_name() {
  new_segments_ = true;
  return fmt::format("{:08}-{}.graph", manifest_.sequence + 1, names_++);
}
std::string IndexFolder::new_view_name() {
  return fmt::format("{:08}-{}.view", manifest_.sequence + 1, names_++);
}

Status IndexFolder::commit(Manifest next) {
  next.sequence = manifest_.sequence + 1;
  if (std::exchange(new_segments_, false)) QUARRY_CHECK(files_.sync_directory(directory_ / "segments"));
  QUARRY_CHECK(files_.sync_directory(directory_ / "views"));
  durable_ = false;
  auto written = write_manifest(files_, directory_, next);
  if (!written) {
    // The rename may or may not have happened; whichever manifest is there counts, and nothing of either is
    // removed.
    (void)load();
    return written;
  }
  durable_ = true;
  manifest_ = std::move(next);
  names_ = 0;
  return {};
}

std::vector<std::filesystem::path> IndexFolder::leftovers() const {
  std::set<std::string> named;
  for (const StoredFile& segment : manifest_.segments) named.insert(segment.name);
  for (const StoredGraph& graph : manifest_.graphs) named.insert(graph.file.name);
  for (const ManifestView& view : manifest_.views) named.insert(view.file.name);
  std::vector<std::filesystem::path> found;
  for (const auto& [folder, ending] :
       {std::pair{"segments", ".seg"}, std::pair{"segments", ".graph"}, std::pair{"views", ".view"}}) {
    const auto entries = files_.list(directory_ / folder);
    if (!entries) continue;
    for (const DirectoryEntry& entry : *entries) {
      if (entry.type == FileType::regular && entry.name.ends_with(ending) && !named.contains(entry.name)) {
        found.push_back(directory_ / folder / entry.name);
      }
    }
  }
  if (files_.link_status(directory_ / "manifest.tmp")) found.push_back(directory_ / "manifest.tmp");
  return found;
}

void IndexFolder::clean() {
  const auto found = leftovers();
  if (found.empty()) return;
  // A writer that died between rename and sync left a manifest that the disk may not have yet. Only when it
  // has may the files of the one before go.
  if (!durable_ && !files_.sync_directory(directory_)) return;
  durable_ = true;
  for (const auto& path : found) (void)files_.remove(path);
}

}  // namespace quarry::index
