#include "quarry/preparation/output_folder.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace quarry::preparation {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxManifestBytes = 1U << 28U;

// Everything in it, the folder last; what cannot be removed stays.
void remove_all(FileSystem& files, const fs::path& folder) {
  if (const auto entries = files.list(folder)) {
    for (const DirectoryEntry& entry : *entries) {
      if (entry.type == FileType::directory) {
        remove_all(files, folder / entry.name);
      } else {
        (void)files.remove(folder / entry.name);
      }
    }
  }
  (void)files.remove(folder);
}

// Files of prepared data by name; anything else is somebody's own.
bool is_ours(std::string_view name) {
  const auto is_shard = [&](std::string_view stem) {
    return name.starts_with(stem) && name.ends_with(".jsonl.zst");
  };
  return name == kManifestName || name == "repositories.tsv" || name == "test" || name == "beir" ||
         is_shard("train-") || is_shard("valid-") || is_shard("commits-");
}

Status check_target(const FileSystem& files, const fs::path& target) {
  const auto status = files.status(target);
  if (!status) return status.error().kind == ErrorKind::not_found ? Status() : tl::unexpected(status.error());
  if (status->type != FileType::directory)
    return fail(ErrorKind::invalid_argument, "{} is a file; the output is a folder", target.string());
  QUARRY_TRY(const auto entries, files.list(target));
  if (entries.empty()) return {};
  for (const DirectoryEntry& entry : entries) {
    if (is_ours(entry.name)) continue;
    return fail(ErrorKind::invalid_argument,
                "{} holds {}, which `quarry prepare` did not write: name another folder, or move it away",
                target.string(), entry.name);
  }
  auto manifest = files.read(target / kManifestName, kMaxManifestBytes);
  if (!manifest) return fail_in("not replaced", std::move(manifest).error());
  const auto json = nlohmann::json::parse(*manifest, nullptr, false);
  if (!json.is_object() || json.value("format", "") != "quarry-pairs") {
    return fail(ErrorKind::invalid_argument, "{} was not made by `quarry prepare`: name another folder",
                target.string());
  }
  return {};
}

fs::path beside(const fs::path& target, const char* what) {
  return target.parent_path() / fmt::format(".{}.{}-{}", target.filename().string(), what, ::getpid());
}

}  // namespace

OutputFolder::OutputFolder(FileSystem& files, fs::path target)
    : files_(&files), target_(std::move(target)), work_(beside(target_, "new")) {}

OutputFolder::OutputFolder(OutputFolder&& other) noexcept
    : files_(std::exchange(other.files_, nullptr)),
      target_(std::move(other.target_)),
      work_(std::move(other.work_)),
      lock_(std::move(other.lock_)) {}

OutputFolder::~OutputFolder() {
  if (files_ == nullptr) return;
  remove_all(*files_, work_);
  if (lock_)
    (void)files_->remove(target_.parent_path() / fmt::format(".{}.lock", target_.filename().string()));
}

Result<OutputFolder> OutputFolder::open(FileSystem& files, const fs::path& target) {
  std::error_code error;
  fs::path absolute = fs::absolute(target, error).lexically_normal();
  if (error || absolute.empty())
    return fail(ErrorKind::invalid_argument, "'{}' is no folder to write to", target.string());
  if (!absolute.has_filename()) absolute = absolute.parent_path();
  if (!absolute.has_filename())
    return fail(ErrorKind::invalid_argument, "'{}' is no folder to write to", target.string());
  QUARRY_CHECK(check_target(files, absolute));
  QUARRY_CHECK(files.create_directories(absolute.parent_path()));
  OutputFolder folder(files, absolute);
  QUARRY_TRY(folder.lock_,
             files.lock(absolute.parent_path() / fmt::format(".{}.lock", absolute.filename().string()),
                        fmt::format("pid {}", ::getpid())));
  QUARRY_CHECK(files.create_directories(folder.work_));
  return folder;
}

Status OutputFolder::commit() {
  QUARRY_CHECK(files_->sync_directory(work_));
  const fs::path old = beside(target_, "old");
  const bool replaces = files_->status(target_).has_value();
  if (replaces) QUARRY_CHECK(files_->rename(target_, old));
  if (auto status = files_->rename(work_, target_); !status) {
    if (replaces) (void)files_->rename(old, target_);
    return status;
  }
  QUARRY_CHECK(files_->sync_directory(target_.parent_path()));
  if (replaces) remove_all(*files_, old);
  return {};
}

}  // namespace quarry::preparation
